-- The socket that is waited for in place, against a real Redis.

local edge = require "support.edge"

describe("A connection that is waited for in place", function()
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  before_each(function() edge.until_ready() end)
  after_each(function() edge.clean_log() end)

  -- chunk, with `open(ms)`: a client of lua-resty-redis on such a socket, as the administrator.
  local function eval(chunk)
    return edge.eval([[
      local blocking = require "flashsale.blocking"
      local function open(ms)
        local socket = assert(blocking.connect({ path = "]] .. edge.redis_socket .. [[" }, ms))
        return setmetatable({ _sock = socket }, { __index = require("flashsale.platform").redis }), socket
      end
    ]] .. chunk)
  end

  it("carries replies of every kind and of any size, in a pipeline as well", function()
    local told = eval [[
      local client = open(2000)
      local large = ("x\r\n"):rep(100000)
      client:init_pipeline()
      client:set("spec:large", large)
      client:get("spec:large")
      client:get("spec:none")
      client:incr("spec:number")
      client:lrange("spec:none", 0, -1)
      client:incr("spec:large")
      client:ping()
      local r = assert(client:commit_pipeline())
      client:del("spec:large", "spec:number")
      return { set = r[1], whole = r[2] == large, none = r[3] == ngx.null, number = r[4], list = #r[5],
        refused = r[6][1] == false and r[6][2], pong = r[7] }
    ]]
    assert.equal("OK", told.set)
    assert.True(told.whole)
    assert.True(told.none)
    assert.equal(1, told.number)
    assert.equal(0, told.list)
    assert.matches("^ERR value is not an integer", told.refused)
    assert.equal("PONG", told.pong)
  end)

  it("waits as long as it is allowed to, all calls together, and is closed then", function()
    local told = eval [[
      local client, socket = open(40)
      local platform = require "flashsale.platform"
      ngx.update_time()
      local began = platform.monotonic_ms()
      local reply, err = client:blpop("spec:never", 5)
      ngx.update_time()
      local took = platform.monotonic_ms() - began
      local _, again = socket:send("PING\r\n")
      local other, its_socket = open(40)
      local first = other:ping()
      its_socket:allow(-1)
      local _, late = other:blpop("spec:never", 5)
      return { reply = reply == nil, err = err, took = took, again = again, first = first, late = late }
    ]]
    assert.True(told.reply)
    assert.equal("timeout", told.err)
    assert.True(told.took >= 39 and told.took < 1000, told.took .. " ms")
    assert.equal("closed", told.again)
    assert.equal("PONG", told.first)
    assert.equal("timeout", told.late)
  end)

  it("tells that the other side has closed, and that nobody is there", function()
    local told = eval [[
      local client, socket = open(1000)
      local id = client:client("id")
      local other = open(1000)
      other:client("kill", "id", id)
      local _, err = client:ping()
      local none, why = blocking.connect({ path = "/nowhere.sock" }, 100)
      local long, too = blocking.connect({ path = ("x"):rep(108) }, 100)
      return { err = err, open = socket.fd ~= nil, none = none == nil, why = why, long = long == nil, too = too }
    ]]
    assert.is_true(told.err == "closed" or told.err == "broken", told.err)
    assert.False(told.open)
    assert.True(told.none)
    assert.equal("down", told.why)
    assert.True(told.long)
    assert.equal("the path is too long", told.too)
  end)

  it("gives way to one of nginx's own where Redis takes too long, so that Redis is followed all the same", function()
    local item = edge.publish {}
    edge.until_known(item)
    edge.everywhere 'require("flashsale.syncer").IN_PLACE_MS = -1 return true'
    edge.redis:call("HSET", edge.keys(item).item, "state", "PAUSED")
    edge.until_hint(item, 'item.state == "PAUSED"')
    assert.equal("PAUSED", edge.buy(edge.purchase(item)).json.code)
    edge.until_ready()
    edge.restart_nginx()
  end)
end)

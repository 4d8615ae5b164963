-- Several backends: who is sent to, and what happens when one of them fails.

local edge = require "support.edge"
local socket = require "socket"
local unpack = unpack or table.unpack -- the specs run under any Lua

describe("Of several backends", function()
  local second
  setup(function()
    edge.start()
    second = edge.start_double(2)
    edge.restart_nginx { FLASHSALE_BACKENDS = "127.0.0.1:" .. edge.backend_port .. ",127.0.0.1:" .. second.port }
  end)
  teardown(function() edge.stop() end)
  before_each(function()
    for number = 1, 2 do edge.double({ mode = "", unready = "" }, number) end
    edge.until_true("both are preferred", function() return edge.everywhere [[
      for _, peer in ipairs(require("flashsale.backends").all()) do if not peer.ready then return false end end
      return true
    ]] end)
    edge.until_ready()
  end)
  after_each(function() edge.clean_log { "connect%(%) failed %(111", "upstream prematurely closed", "recv%(%) failed %(104" } end)

  local function code_of(request) return edge.buy(request).json.code end
  local function received() return { edge.double({}, 1).count, edge.double({}, 2).count } end

  -- buy(item, n): how many orders each backend had of so many, all of which succeed.
  local function buy(item, n)
    local before = received()
    for i = 1, n do assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end
    local after = received()
    return { after[1] - before[1], after[2] - before[2] }
  end

  local function preferred(number, is)
    local port = number == 1 and edge.backend_port or second.port
    return function()
      return edge.everywhere([[
        for _, peer in ipairs(require("flashsale.backends").all()) do
          if peer.port == ]] .. port .. [[ then return peer.ready == ]] .. tostring(is) .. [[ end
        end
      ]])
    end
  end

  it("each has its turns", function()
    local share = buy(edge.publish {}, 40)
    assert.equal(40, share[1] + share[2])
    assert.True(share[1] >= 15 and share[2] >= 15, share[1] .. " and " .. share[2])
  end)

  it("one that says it is not ready is not sent to within a second, and is when it is again", function()
    local item = edge.publish {}
    edge.double({ unready = 1 }, 2)
    local began = edge.now_ms()
    edge.until_true("it is passed over", preferred(2, false))
    assert.True(edge.now_ms() - began < 1500, edge.now_ms() - began .. " ms")
    assert.same({ 20, 0 }, buy(item, 20))
    local line = string.format('flashsale_edge_backend_preferred{backend="127.0.0.1:%d"} 0', second.port)
    assert.truthy(edge.get("/metrics").body:find(line, 1, true))
    edge.double({ unready = "" }, 2)
    edge.until_true("it is sent to again", preferred(2, true))
    assert.True(buy(item, 20)[2] > 5)
  end)

  it("one that is killed fails no purchase, before anybody asked it, and is back when it listens again", function()
    local item = edge.publish {}
    buy(item, 10) -- connections that are kept
    edge.kill_double(2)
    for i = 1, 20 do assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end
    assert.equal(200, edge.get("/readyz").status)
    edge.start_double(2)
    edge.until_true("it is sent to again", preferred(2, true))
    assert.True(buy(item, 20)[2] > 5)
  end)

  it("one that is told to go fails no purchase, though its connections are kept", function()
    local item = edge.publish {}
    buy(item, 10)
    edge.double({ mode = "leaving" }, 2)
    for i = 1, 20 do assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end
  end)

  it("one that breaks off after it was sent an order: the other gives the verdict, and one unit is taken", function()
    local item = edge.publish {}
    edge.double({ mode = "closing" }, 1)
    for i = 1, 10 do assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end
    assert.equal("90", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("one that is frozen costs those whose orders it has, for a second, a PENDING", function()
    local item = edge.publish {}
    edge.signal_double("STOP", 2)
    local began = edge.now_ms()
    edge.until_true("it is passed over", preferred(2, false))
    assert.True(edge.now_ms() - began < 1500, edge.now_ms() - began .. " ms")
    for i = 1, 10 do assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end
    edge.signal_double("CONT", 2)
    edge.until_true("it is sent to again", preferred(2, true))
  end)

  it("one whose whole machine is gone, so that nobody even says no, costs a new connection a moment and no PENDING", function()
    local gone = assert(socket.bind("127.0.0.1", 0, 0))
    local _, port = gone:getsockname()
    local waiting, connected = {}, true
    while connected do -- until its queue is full: from then on it answers nobody
      local one = socket.tcp()
      one:settimeout(0.2)
      connected = one:connect("127.0.0.1", port)
      waiting[#waiting + 1] = one
    end
    edge.restart_nginx { FLASHSALE_BACKENDS = "127.0.0.1:" .. edge.backend_port .. ",127.0.0.1:" .. port }
    finally(function()
      for _, one in ipairs(waiting) do one:close() end
      gone:close()
      edge.restart_nginx { FLASHSALE_BACKENDS = "127.0.0.1:" .. edge.backend_port .. ",127.0.0.1:" .. second.port }
    end)
    edge.double({ unready = 1 }, 1) -- else it alone would be asked
    edge.until_true("neither is preferred", function() return edge.everywhere [[
      for _, peer in ipairs(require("flashsale.backends").all()) do if peer.ready then return false end end
      return true
    ]] end)
    edge.until_ready()
    local item = edge.publish {}
    local function in_turns(ask)
      local slowest = 0
      for i = 1, 10 do
        local began = edge.now_ms()
        ask(i)
        slowest = math.max(slowest, edge.now_ms() - began)
      end
      assert.True(slowest >= 200 and slowest < 1000, slowest .. " ms: the one that is gone was not asked, or for too long")
    end
    in_turns(function(i) assert.equal("RESERVED", code_of(edge.purchase(item)), "purchase " .. i) end)
    in_turns(function(i) assert.equal(200, edge.get("/api/cart").status, "read " .. i) end)
    edge.clean_log { "timed out %(110.-while connecting" }
  end)

  it("none that is ready is better than none: all are tried", function()
    local item = edge.publish {}
    for number = 1, 2 do edge.double({ unready = 1 }, number) end
    edge.until_true("both are passed over", function() return preferred(1, false)() and preferred(2, false)() end)
    local share = buy(item, 20)
    assert.True(share[1] > 5 and share[2] > 5)
  end)

  it("both gone is one PENDING, then BUSY before anything is taken", function()
    local item = edge.publish {}
    local requests = {}
    for i = 1, 10 do requests[i] = edge.purchase(item) end
    for number = 1, 2 do edge.kill_double(number) end
    local pending = 0
    for _, request in ipairs(requests) do
      local code = code_of(request)
      if code == "PENDING" then pending = pending + 1 else assert.equal("BUSY", code) end
    end
    assert.True(pending <= 1, pending .. " pending")
    assert.equal(100 - pending, tonumber(edge.redis:call("HGET", edge.keys(item).item, "available")))
    for number = 1, 2 do edge.start_double(number) end
  end)

  it("a name stands for all of its addresses, and one that is unknown is told in the log, not in the answer", function()
    edge.restart_nginx { FLASHSALE_BACKENDS = "localhost:" .. edge.backend_port }
    assert.equal("RESERVED", code_of(edge.purchase(edge.publish {})))
    edge.stop_nginx()
    edge.start_nginx { FLASHSALE_BACKENDS = "no-such-host.invalid:1" }
    edge.until_true("it is told", function()
      return edge.read(edge.home .. "/logs/edge-error.log"):find("backends: no-such-host.invalid: ", 1, true)
    end)
    edge.stop_nginx()
    edge.write(edge.home .. "/logs/edge-error.log", "")
    edge.start_nginx { FLASHSALE_BACKENDS = "127.0.0.1:" .. edge.backend_port .. ",127.0.0.1:" .. second.port }
    edge.until_ready()
  end)
end)

describe("An edge that follows a registry", function()
  local second
  setup(function()
    edge.start()
    second = edge.start_double(2)
  end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log { "connect%(%) failed %(111", "backends: " } end)

  local function up(port) return "127.0.0.1:" .. port .. ":UP" end
  local function tell(...) edge.double({ registry = table.concat({ ... }, "%20") }, 1) end

  -- knows(port, …): every worker has these backends and no others.
  local function knows(...)
    local ports = { ... }
    table.sort(ports)
    local wanted = table.concat(ports, " ")
    return function()
      return edge.everywhere([[
        local ports = {}
        for _, peer in ipairs(require("flashsale.backends").all()) do ports[#ports + 1] = peer.port end
        table.sort(ports)
        return table.concat(ports, " ") == "]] .. wanted .. '"')
    end
  end

  it("has its fixed list until the registry tells of somebody, then whom it tells of, within a second", function()
    edge.restart_nginx { FLASHSALE_REGISTRY = "http://127.0.0.1:" .. edge.backend_port }
    assert.True(knows(edge.backend_port)())
    for _, told in ipairs { { second.port }, { edge.backend_port, second.port }, { edge.backend_port } } do
      local began = edge.now_ms()
      local instances = {}
      for i, port in ipairs(told) do instances[i] = up(port) end
      tell(unpack(instances))
      edge.until_true("the workers know", knows(unpack(told)))
      assert.True(edge.now_ms() - began < 1500, edge.now_ms() - began .. " ms")
      assert.equal("RESERVED", edge.buy(edge.purchase(edge.publish {})).json.code)
    end
  end)

  it("passes over an instance that says it is going, and one whose name nobody knows", function()
    tell(up(edge.backend_port), up(second.port))
    edge.until_true("both", knows(edge.backend_port, second.port))
    tell(up(edge.backend_port), "127.0.0.1:" .. second.port .. ":OUT_OF_SERVICE", "no-such-host.invalid:1:UP")
    edge.until_true("one", knows(edge.backend_port))
  end)

  it("keeps whom it knows while the registry knows nobody, says nonsense or is away", function()
    tell(up(edge.backend_port), up(second.port))
    edge.until_true("both", knows(edge.backend_port, second.port))
    tell()
    local item = edge.publish {}
    for _ = 1, 10 do assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code) end
    local asked = edge.double({}, 1).asked
    edge.until_true("it was asked again by each worker", function() return edge.double({}, 1).asked >= asked + 6 end)
    assert.True(knows(edge.backend_port, second.port)())
    local requests = {}
    for i = 1, 10 do requests[i] = edge.purchase(item) end
    edge.kill_double(1)
    for _, request in ipairs(requests) do assert.equal("RESERVED", edge.buy(request).json.code) end
    assert.True(knows(edge.backend_port, second.port)())
    edge.start_double(1)
  end)
end)

describe("A Redis that is reached by TCP", function()
  local port
  setup(function()
    edge.start()
    port = edge.backend_port + 1
    edge.redis:call("CONFIG", "SET", "protected-mode", "no")
    while not pcall(function() assert.equal("OK", edge.redis:call("CONFIG", "SET", "port", port)) end) do port = port + 1 end
    edge.restart_nginx { FLASHSALE_REDIS_SOCKET = "", FLASHSALE_REDIS_HOST = "localhost", FLASHSALE_REDIS_PORT = port }
  end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log { "connect%(%) failed %(111", "sync: Redis: ", "recv%(%) failed %(104", "reserve: " } end)

  it("serves buyers as by its socket, and is found again after it was gone", function()
    local item = edge.publish {}
    for _ = 1, 20 do assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code) end
    edge.redis:call("CONFIG", "SET", "port", 0)
    edge.redis:call("CLIENT", "KILL", "USER", "edge")
    edge.until_true("its lack is known", function() return edge.get("/readyz").status == 503 end)
    assert.equal("BUSY", edge.buy(edge.purchase(item)).json.code)
    -- a client of the meantime may have been given this very port, and keeps it for a minute
    edge.until_true("its port is free", function()
      return (pcall(edge.redis.call, edge.redis, "CONFIG", "SET", "port", port))
    end, 70)
    edge.until_ready()
    assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code)
  end)
end)

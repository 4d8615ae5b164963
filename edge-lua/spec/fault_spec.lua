-- What breaks around the edge, and what the buyer hears: never a sale that is not one, never silence.

local edge = require "support.edge"
local unpack = unpack or table.unpack -- the specs run under any Lua

describe("When something breaks:", function()
  local expected
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  before_each(function()
    edge.kill(edge.redis_pid, "CONT") -- where a spec failed before it did
    edge.double { mode = "", mute = "" }
    expected = nil
    edge.until_ready()
  end)
  after_each(function() edge.clean_log(expected) end)

  local REDIS_GONE = { "connect%(%) to unix:.* failed", "sync: Redis: ", "recv%(%) failed %(104" }

  local function code_of(request, client) return edge.buy(request, nil, client).json.code end
  local function available(item) return tonumber(edge.redis:call("HGET", edge.keys(item).item, "available")) end

  it("a backend that is killed costs one PENDING, then BUSY before anything is taken, and is back by itself", function()
    local item = edge.publish {}
    local requests = {}
    for i = 1, 12 do requests[i] = edge.purchase(item) end
    edge.kill_double()
    local pending, busy = 0, 0
    for _, request in ipairs(requests) do
      local code = code_of(request)
      if code == "PENDING" then pending = pending + 1 elseif code == "BUSY" then busy = busy + 1 end
    end
    assert.equal(#requests, pending + busy)
    assert.True(pending <= 1, pending .. " pending")
    assert.equal(100 - pending, available(item))
    assert.equal(503, edge.get("/readyz").status)
    edge.start_double()
    edge.until_ready()
    assert.equal("RESERVED", code_of(edge.purchase(item)))
  end)

  it("a backend that does not beat any more is away after a second: BUSY, nothing taken; sold out is still said", function()
    local item, empty = edge.publish {}, edge.publish { published = 1, available = 0 }
    local request = edge.purchase(item)
    edge.double { mute = 1 }
    local started = edge.now_ms()
    edge.until_true("BUSY", function() return edge.get("/readyz").status == 503 end)
    local took = edge.now_ms() - started
    assert.True(took < 1600, took .. " ms")
    local before = available(item)
    local answer = edge.buy(request)
    assert.same({ 503, "BUSY", "there is an exception in order service, please try again.", "1" },
      { answer.status, answer.json.code, answer.json.reponseMsg, answer.headers["retry-after"] })
    assert.equal(before, available(item))
    assert.equal("ALL_RESERVED", code_of(edge.purchase(empty)))
    edge.double { mute = "" }
    edge.until_ready()
    assert.equal("RESERVED", code_of(request))
  end)

  it("a Redis that is killed is BUSY at once; empty again it is NOT_READY until it is rebuilt", function()
    expected = REDIS_GONE
    local item = edge.publish {}
    local request, unknown = edge.purchase(item), edge.purchase { sku = "NOPE" }
    edge.kill_redis()
    for _ = 1, 3 do assert.equal("BUSY", code_of(request)) end
    edge.until_true("the lack of Redis is known", function() return edge.get("/readyz").status == 503 end)
    assert.equal("BUSY", code_of(unknown))
    edge.start_redis()
    edge.until_true("the new Redis is known", function() return code_of(request) == "NOT_READY" end)
    assert.equal("NOT_READY", code_of(unknown))
    for _ = 1, 20 do assert.equal("NOT_READY", code_of(request)) end
    expected = { REDIS_GONE[1], REDIS_GONE[2], REDIS_GONE[3], "sync: " }
    edge.load_library()
    assert.equal("NOT_READY", code_of(request))
    local reborn = edge.publish { sku = item.sku, id = item.id, epoch = 2, published = 9 }
    assert.equal("RESERVED", code_of(request))
    assert.equal(8, available(reborn))
    edge.until_ready()
  end)

  it("a catalogue that a restarted Redis read from its file is not believed before a backend has beaten there", function()
    expected = { REDIS_GONE[1], REDIS_GONE[2], REDIS_GONE[3], "reserve: Redis answered ERR Function not found" }
    local item = edge.publish {}
    local request, unknown = edge.purchase(item), edge.purchase { sku = "NOPE" }
    edge.double { mute = 1 }
    edge.kill_redis()
    edge.start_redis()
    -- of before the item was published
    edge.redis:call("HSET", "fs:catalog", "version", "1")
    edge.redis:call("HSET", "fs:control", "beat", "7")
    edge.until_true("the new Redis is known", function()
      assert.are_not.equal("UNKNOWN_SKU", code_of(request))
      return edge.get("/readyz").body:find('"redis":true,"catalog":false', 1, true)
    end)
    for _ = 1, 50 do
      for _, each in ipairs { request, unknown } do
        local code = code_of(each)
        assert.True(code == "BUSY" or code == "NOT_READY", code)
      end
    end
    edge.double { mute = "" }
    edge.until_true("what a backend has proved is believed", function() return code_of(unknown) == "UNKNOWN_SKU" end)
    assert.equal("UNKNOWN_SKU", code_of(request))
    edge.load_library()
    local reborn = edge.publish { sku = item.sku, id = item.id, epoch = 2 }
    assert.equal("RESERVED", code_of(edge.purchase(reborn)))
    edge.until_ready()
  end)

  -- An item and a connection to a worker that has one to Redis: a call on it is sent, while a new one cannot even log in.
  local function warm()
    local item, client = edge.publish {}, edge.to_worker(nil)
    assert.equal("RESERVED", code_of(edge.purchase(item), client))
    return item, client
  end

  it("a Redis that is frozen is PENDING with an order id; awake in time, the order is that one", function()
    expected = { "sync: Redis: timeout" }
    local item, client = warm()
    local request = edge.purchase(item, { requestID = "frozen" })
    edge.kill(edge.redis_pid, "STOP")
    local started = edge.now_ms()
    local answer = edge.buy(request, nil, client)
    local took = edge.now_ms() - started
    edge.kill(edge.redis_pid, "CONT")
    assert.same({ 202, "PENDING" }, { answer.status, answer.json.code })
    assert.True(took < 2500, took .. " ms")
    edge.until_ready()
    local again = edge.buy(request).json
    assert.same({ "PENDING", answer.json.orderID }, { again.code, again.orderID })
    assert.equal(98, available(item))
    client:close()
  end)

  it("a Redis that is frozen for long is BUSY, and what it finds when it wakes up is too late to sell", function()
    expected = { "sync: Redis: " }
    local item, client = warm()
    local first, second = edge.purchase(item, { requestID = "a" }), edge.purchase(item, { requestID = "b" })
    edge.kill(edge.redis_pid, "STOP")
    local answer = edge.buy(first, nil, client).json
    client:close()
    assert.equal("PENDING", answer.code)
    edge.until_true("BUSY", function() return edge.get("/readyz").status == 503 end)
    assert.equal("BUSY", code_of(second))
    local frozen_at = edge.now_ms()
    edge.until_true("not-after is past", function() return edge.now_ms() > frozen_at + 2500 end)
    edge.kill(edge.redis_pid, "CONT")
    edge.until_ready()
    assert.equal(99, available(item))
    assert.equal(1, edge.redis:call("HLEN", edge.keys(item).reservations))
    local later = edge.buy(first).json
    assert.equal("RESERVED", later.code)
    assert.are_not.equal(answer.orderID, later.orderID)
  end)

  it("a Redis that is frozen before the edge could log in is BUSY: nothing was sent", function()
    expected = { "sync: Redis: timeout" }
    local item = edge.publish {}
    edge.restart_nginx()
    local request = edge.purchase(item)
    edge.kill(edge.redis_pid, "STOP")
    local code = code_of(request)
    edge.kill(edge.redis_pid, "CONT")
    assert.equal("BUSY", code)
    edge.until_ready()
    assert.equal(100, available(item))
  end)

  it("a lost lease is NOT_READY for all, with or without a key", function()
    local item = edge.publish {}
    assert.equal("REVOKED", edge.redis:call("FCALL", "revoke", 0, item.id, 1))
    assert.equal("NOT_READY", code_of(edge.purchase(item, { requestID = "k" })))
    edge.until_hint(item, "not view.ready(item)")
    local answer = edge.buy(edge.purchase(item, { requestID = "k" }))
    assert.same({ 503, "NOT_READY", "1" }, { answer.status, answer.json.code, answer.headers["retry-after"] })
    assert.equal("NOT_READY", code_of(edge.purchase(item)))
  end)

  it("a Redis that takes no more writes refuses, and nothing is taken", function()
    expected = { "reserve: Redis answered OOM" }
    local item = edge.publish {}
    edge.redis:call("CONFIG", "SET", "maxmemory", 1)
    local code = code_of(edge.purchase(item))
    edge.redis:call("CONFIG", "SET", "maxmemory", 0)
    assert.equal("BUSY", code)
    assert.equal(100, available(item))
  end)

  it("a function that breaks in the middle is PENDING: nobody knows what it wrote", function()
    expected = { "reserve: Redis answered .*WRONGTYPE" }
    local item = edge.publish {}
    edge.redis:call("SET", edge.keys(item).holders, "not a list")
    local answer = edge.buy(edge.purchase(item)).json
    assert.equal("PENDING", answer.code)
    assert.truthy(edge.redis:call("HGET", edge.keys(item).reservations, answer.orderID))
  end)

  it("a worker that dies while it is the one that syncs is replaced within two seconds", function()
    expected = { "exited on signal 9" }
    local item = edge.publish {}
    local holder = tonumber(edge.eval('return ngx.shared.fs_state:get("syncer")'):match("^%d+"))
    local survivor
    for _, pid in ipairs(edge.workers()) do
      if pid ~= holder then survivor = pid end
    end
    edge.kill(holder, "KILL")
    local started = edge.now_ms()
    edge.until_true("another worker syncs", function()
      local now = edge.in_worker(survivor, 'return ngx.shared.fs_state:get("syncer")')
      return now and tonumber(now:match("^%d+")) ~= holder
    end)
    edge.until_ready()
    assert.True(edge.now_ms() - started < 2000)
    edge.until_true("two workers", function() return #edge.workers() == 2 end)
    for _, pid in ipairs(edge.workers()) do
      local client = edge.to_worker(pid)
      assert.equal("RESERVED", code_of(edge.purchase(item), client))
      client:close()
    end
  end)

  it("a worker that is stopped while it syncs and comes back finds another at it and writes nothing old", function()
    local item = edge.publish {}
    local holder = tonumber(edge.eval('return ngx.shared.fs_state:get("syncer")'):match("^%d+"))
    local other
    for _, pid in ipairs(edge.workers()) do
      if pid ~= holder then other = pid end
    end
    local client = edge.to_worker(other)
    edge.kill(holder, "STOP")
    edge.until_true("the other syncs", function()
      local answer = client:request("POST", "/.eval", {}, 'return ngx.shared.fs_state:get("syncer")')
      return answer.body:find('"' .. other .. ":", 1, true)
    end)
    edge.until_true("it sells", function() return code_of(edge.purchase(item), client) == "RESERVED" end)
    edge.effect(item, "STATE", "PAUSED", item.opens, item.closes)
    edge.until_true("the pause", function() return code_of(edge.purchase(item), client) == "PAUSED" end)
    edge.kill(holder, "CONT")
    for _ = 1, 100 do assert.equal("PAUSED", code_of(edge.purchase(item), client)) end
    client:close()
  end)

  it("a worker that hangs is told of by the others, so that somebody starts nginx anew", function()
    local hanging, other = unpack(edge.workers())
    edge.in_worker(other, 'require("flashsale.pulse").STUCK_MS = 500 return true')
    local client = edge.to_worker(other)
    assert.equal(200, client:request("GET", "/livez").status)
    edge.kill(hanging, "STOP")
    edge.until_true("it is missed", function() return client:request("GET", "/livez").status == 503 end)
    local ready = client:request("GET", "/readyz")
    assert.equal(503, ready.status)
    assert.truthy(ready.body:find('"status":"DOWN","workers":false,"redis":true', 1, true), ready.body)
    assert.truthy(client:request("GET", "/metrics").body:find("flashsale_edge_workers_stuck 1", 1, true))
    edge.kill(hanging, "CONT")
    edge.until_true("it is back", function() return client:request("GET", "/livez").status == 200 end)
    client:close()
    edge.in_worker(other, 'require("flashsale.pulse").STUCK_MS = 10000 return true')
  end)

  it("a reload in the middle of the sale loses no request, and a broken configuration changes nothing", function()
    local config = edge.home .. "/nginx/nginx.conf"
    local text = edge.read(config)
    local item = edge.publish {}
    local before = edge.workers()
    for round = 1, 60 do
      if round == 20 then edge.kill(edge.nginx_pid, "HUP") end
      assert.equal("RESERVED", code_of(edge.purchase(item)), "round " .. round)
    end
    edge.until_true("new workers", function()
      local now = edge.workers()
      return #now == 2 and now[1] ~= before[1] and now[1] ~= before[2]
    end, 10)
    edge.clean_log()
    edge.write(config, text:gsub("worker_processes %d+;", "worker_processes x;"))
    edge.kill(edge.nginx_pid, "HUP")
    expected = { "%[emerg%].*worker_processes" }
    edge.until_true("the refusal", function()
      return edge.read(edge.home .. "/logs/edge-error.log"):find(expected[1])
    end)
    edge.write(config, text)
    assert.equal("RESERVED", code_of(edge.purchase(item)))
  end)

  it("a worker that ends at a reload does not keep the others from following Redis until its lock runs out", function()
    for _, worker in ipairs(edge.workers()) do edge.in_worker(worker, 'require("flashsale.syncer").LOCK_S = 60 return true') end
    edge.until_true("a lock that lasts", function() return edge.eval('return (ngx.shared.fs_state:ttl("syncer") or 0) > 50') end)
    edge.kill(edge.nginx_pid, "HUP")
    edge.until_true("somebody else's lock", function()
      return edge.eval('local ttl = ngx.shared.fs_state:ttl("syncer") return ttl ~= nil and ttl < 1')
    end, 10)
  end)

  -- Dicts that are full ------------------------------------------------------------------------------------------------

  -- A slab of each size class may have room left where others are full, so entries of all small sizes are tried.
  local function fill(dict)
    edge.eval([[
      local dict = ngx.shared.]] .. dict .. [[
      local i = 0
      for _, size in ipairs { 10000, 2000, 500, 200, 100, 80, 60, 40, 20, 10, 1 } do
        while dict:safe_set("filler-" .. i, string.rep("x", size), 0) do i = i + 1 end
      end
      return true
    ]])
  end

  local function empty(dict)
    edge.eval("ngx.shared." .. dict .. ":flush_all() ngx.shared." .. dict .. ":flush_expired() return true")
  end

  it("a full bucket store throttles, is counted, and evicts nothing", function()
    local item = edge.publish {}
    empty "fs_bucket_account" -- what ran out meanwhile would make room
    fill "fs_bucket_account"
    local answer = edge.buy(edge.purchase(item))
    assert.same({ 429, "THROTTLED" }, { answer.status, answer.json.code })
    edge.until_true("the count", function() return edge.get("/metrics").body:find("flashsale_edge_dict_full_total %d") end)
    empty "fs_bucket_account"
    assert.equal("RESERVED", code_of(edge.purchase(item)))
  end)

  it("a blacklist that is full shuts the gate until there is room, and nobody on it gets through", function()
    expected = { "the dict of account is full" }
    local item = edge.publish {}
    local banned, late = edge.purchase(item), edge.purchase(item)
    local function ban(user)
      edge.redis:call("HSET", "fs:blacklist:account", user, 0)
      edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "account", "value", user, "expires", 0)
    end
    ban(banned.userID)
    edge.until_true("the ban", function() return code_of(banned) == "BLACKLISTED" end)
    -- more than the dict of this stage holds
    for from = 1, 24000, 1000 do
      local call = { "HSET", "fs:blacklist:account" }
      for i = from, from + 999 do
        call[#call + 1] = "bulk-" .. i
        call[#call + 1] = "0"
      end
      edge.redis:call(unpack(call))
    end
    fill "fs_blacklist_account"
    ban(late.userID)
    edge.until_true("the gate is shut", function() return code_of(late) == "BUSY" end)
    for _ = 1, 30 do
      assert.equal("BUSY", code_of(late))
      assert.are_not.equal("RESERVED", code_of(banned))
    end
    edge.redis:call("DEL", "fs:blacklist:account")
    edge.redis:call("HSET", "fs:blacklist:account", banned.userID, 0, late.userID, 0)
    edge.until_true("it is open", function() return code_of(edge.purchase(item)) == "RESERVED" end, 8)
    assert.equal("BLACKLISTED", code_of(banned))
    assert.equal("BLACKLISTED", code_of(late))
  end)

  it("a fault in the edge's own code is BUSY and one line in the log", function()
    expected = { "POST /buy: .*broken on purpose" }
    local client = edge.to_worker(nil)
    client:request("POST", "/.eval", {}, [[
      local view = require "flashsale.view"
      view.real, view.refresh = view.refresh, function() error("broken on purpose") end
      return true
    ]])
    local answer = edge.buy("{}", nil, client)
    assert.same({ 503, "BUSY", "there is an exception in edge service, please try again." },
      { answer.status, answer.json.code, answer.json.reponseMsg })
    client:request("POST", "/.eval", {}, 'local v = require "flashsale.view" v.refresh = v.real return true')
    client:close()
  end)
end)

-- Who won must get the same order again: after the sale is over, through any worker, after a worker's death.

local cjson = require "cjson"
local edge = require "support.edge"
local unpack = unpack or table.unpack -- the specs run under any Lua

describe("A winner who repeats the request", function()
  local expected
  setup(function() edge.start { FLASHSALE_BUCKET_ACCOUNT = "off" } end)
  teardown(function() edge.stop() end)
  before_each(function() expected = nil end)
  after_each(function() edge.clean_log(expected) end)

  local function sold_out(published)
    local item = edge.publish { published = published }
    local request = edge.purchase(item, { requestID = "win-1" })
    local order = edge.buy(request).json
    assert.equal("RESERVED", order.code)
    for _ = 2, published do assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code) end
    edge.until_hint(item, "item.available == 0 and item.seq == " .. published .. " and item.holders.loaded == " .. published)
    return item, request, order
  end

  local function gets_it(request, order, client)
    local answer = edge.buy(request, nil, client).json
    assert.same({ "RESERVED", order.orderID, order.payBefore }, { answer.code, answer.orderID, answer.payBefore })
  end

  -- How many FCALLs Redis ran. The double renews its lease by one, so it must be told to leave that for a while.
  local function calls()
    return tonumber(edge.redis:call("INFO", "commandstats"):match("cmdstat_fcall:calls=(%d+)")) or 0
  end
  before_each(function() edge.double { nonce = edge.NONCE } end)

  it("gets the order after the item sold out, with userID or without, with a key from the header too", function()
    local _, request, order = sold_out(3)
    gets_it(request, order)
    request.userID = nil
    gets_it(request, order)
    request.requestID = nil
    local answer = edge.buy(request, { ["Idempotency-Key"] = "win-1" }).json
    assert.equal(order.orderID, answer.orderID)
    local token = request.sessionID
    request.sessionID = nil
    answer = edge.buy(request, { ["Idempotency-Key"] = "win-1", Authorization = "Bearer " .. token }).json
    assert.equal(order.orderID, answer.orderID)
  end)

  it("gets it when the sale is paused and when it is over", function()
    local item, request, order = sold_out(2)
    edge.effect(item, "STATE", "PAUSED", item.opens, item.closes)
    edge.until_hint(item, 'item.state == "PAUSED"')
    gets_it(request, order)
    assert.equal("PAUSED", edge.buy(edge.purchase(item, { requestID = "x" })).json.code)
    edge.effect(item, "STATE", "ENDED", item.opens, item.closes)
    edge.until_hint(item, 'item.state == "ENDED"')
    gets_it(request, order)
    assert.equal("ENDED", edge.buy(edge.purchase(item, { requestID = "x" })).json.code)
  end)

  it("gets it through every worker", function()
    local _, request, order = sold_out(2)
    assert.equal(2, #edge.workers())
    for _, pid in ipairs(edge.workers()) do
      local client = edge.to_worker(pid)
      gets_it(request, order, client)
      client:close()
    end
  end)

  it("gets it after every worker was killed", function()
    expected = { "exited on signal 9" }
    local _, request, order = sold_out(2)
    local before = edge.workers()
    for _, pid in ipairs(before) do edge.kill(pid, "KILL") end
    edge.until_true("new workers", function()
      local now = edge.workers()
      return #now == 2 and now[1] ~= before[1] and now[1] ~= before[2] and now[2] ~= before[1] and now[2] ~= before[2]
    end)
    edge.until_ready()
    for _, pid in ipairs(edge.workers()) do
      local client = edge.to_worker(pid)
      gets_it(request, order, client)
      client:close()
    end
  end)

  it("does not open the way to Redis for others: they are refused without a call", function()
    local item, request, order = sold_out(2)
    edge.double { nonce = "" }
    local before = calls()
    for i = 1, 20 do
      assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { requestID = "no-" .. i })).json.code)
      assert.equal("ALL_RESERVED", edge.buy { goodsSKU = item.sku, goodsQuantity = 1, requestID = "x" }.json.code)
      assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { userID = request.userID })).json.code) -- without a key
    end
    assert.equal(before, calls())
    gets_it(request, order)
    assert.equal(before + 1, calls())
  end)

  it("does not open it either while others pass, as in a crowd somebody always does", function()
    local item, request, order = sold_out(2)
    edge.double { nonce = "" }
    local before = calls()
    for i = 1, 50 do
      gets_it(request, order)
      assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { requestID = "no-" .. i })).json.code)
    end
    assert.equal(before + 50, calls())
  end)

  -- Plays requests against one worker's marks, with a clock of its own.
  local function play(item, text)
    return edge.eval([[
      local view, passing = require "flashsale.view", require "flashsale.passing"
      view.refresh()
      local item, dict, state = view.by_sku["]] .. item.sku .. [["], ngx.shared.fs_passed, ngx.shared.fs_state
      local now = 1e12
      local told = {}
      local function tell(user, of) table.insert(told, passing.may_have(of or item, user, #user, now)) end
      local function after(ms) now = now + ms end
      local function leave(user) return passing.leave(item, user, now) end
      ]] .. text .. [[
      dict:flush_all()
      dict:flush_expired()
      state:delete("left_at")
      state:delete("unmarked_at")
      passing.leave(item, "nobody", 0)
      return told
    ]])
  end

  it("is let through for a while after his call left, and nobody else is for it", function()
    assert.same({ false, true, false, true, false, false }, play(edge.publish {}, [[
      tell "he"
      leave "he"
      tell "he"
      tell "she"
      after(15999)
      leave "she"
      tell "he"
      after(1)
      tell "he"
      leave(("x"):rep(65))
      tell(("x"):rep(65))
    ]]))
  end)

  it("is not let through for a call that got nothing, but while another one is under way", function()
    assert.same({ true, false, true, false }, play(edge.publish {}, [[
      local first, second = leave "he", leave "he"
      passing.got_nothing(first)
      tell "he"
      passing.got_nothing(second)
      tell "he"
      leave "she"
      tell "she"
      tell "he"
    ]]))
  end)

  it("is let through for a call whose answer never came, and not for ever, however often he asks", function()
    assert.same({ true, true, false }, play(edge.publish {}, [[
      leave "he"
      tell "he"
      for second = 1, 18 do
        after(1000)
        passing.got_nothing(leave "he")
        if second == 7 or second == 18 then tell "he" end
      end
    ]]))
  end)

  it("is let through though a worker that was frozen takes the past for now", function()
    assert.same({ true, true }, play(edge.publish {}, [[
      leave "he"
      passing.leave(item, "she", now - 20000)
      tell "he"
      after(1)
      tell "he"
    ]]))
  end)

  it("is let through with everybody else where there is no room for marks, for that item and not for ever", function()
    assert.same({ false, true, false, false }, play(edge.publish {}, [[
      leave "he"
      tell "she"
      local n = 0
      for _, size in ipairs { 10000, 2000, 500, 200, 100, 50, 1 } do
        while dict:safe_set("filler-" .. n, ("x"):rep(size), 0) do n = n + 1 end
      end
      leave "another"
      tell "she"
      tell("she", { dict_key = "another:1" })
      dict:flush_all()
      dict:flush_expired()
      after(8001)
      leave "he"
      tell "she"
    ]]))
  end)

  local function may_have(item, user)
    return edge.eval('local now = require("flashsale.platform").monotonic_ms() return require("flashsale.passing").may_have('
      .. 'require("flashsale.view").by_sku["' .. item.sku .. '"], "' .. user .. '", ' .. #user .. ', now)')
  end

  it("is no longer under way when he is told that he got nothing", function()
    local item = edge.publish { limits = "1" }
    local buyer, loser = edge.purchase(item), edge.purchase(item, { goodsQuantity = 2 })
    assert.equal("RESERVED", edge.buy(buyer).json.code)
    assert.equal("LIMIT_REACHED", edge.buy(loser).json.code)
    assert.True(may_have(item, buyer.userID))
    assert.False(may_have(item, loser.userID))
  end)

  -- A worker, by a connection to it, that hears nothing new and holds the item as `fields` (Lua) says.
  local function fixed(item, fields, client)
    local chunk = 'local v = require "flashsale.view" v.refresh() v.refresh = function() end'
      .. ' local item = v.by_sku["' .. item.sku .. '"] v.hints_at, v.redis_at, v.beat_at = 1e15, 1e15, 1e15 '
      .. fields .. ' return true'
    assert.equal(200, client:request("POST", "/.eval", {}, chunk).status)
    return client
  end
  local NOTHING_LEFT = 'item.available, item.held, item.seq, item.holders.loaded = 0, 100, 0, 0'

  it("gets it through a worker whose hints are older than his order, and a stranger is refused there", function()
    local item, workers = edge.publish {}, edge.workers()
    local first, second = edge.to_worker(workers[1]), fixed(item, NOTHING_LEFT, edge.to_worker(workers[2]))
    edge.double { nonce = "" }
    local request = edge.purchase(item, { requestID = "first" })
    local order = edge.buy(request, nil, first).json
    assert.equal("RESERVED", order.code)
    local before = calls()
    assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { requestID = "stranger" }), nil, second).json.code)
    assert.equal(before, calls())
    gets_it(request, order, second)
    first:close()
    second:close()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
  end)

  it("hears that the outcome is open while his first request is under way in another worker", function()
    expected = { "sync: Redis: timeout" }
    local item = edge.publish {}
    local workers = edge.workers()
    local first, second = edge.to_worker(workers[1]), edge.to_worker(workers[2])
    for _, client in ipairs { first, second } do -- each has its connection to Redis
      assert.equal("RESERVED", edge.buy(edge.purchase(item), nil, client).json.code)
    end
    fixed(item, NOTHING_LEFT, second)
    local request = edge.purchase(item, { requestID = "open" })
    edge.kill(edge.redis_pid, "STOP")
    first:ask("POST", "/buy", { ["Content-Type"] = "application/json" }, cjson.encode(request))
    edge.until_true("his call is under way", function() return may_have(item, request.userID) end)
    local again = edge.buy(request, nil, second).json.code
    local stranger = edge.buy(edge.purchase(item, { requestID = "stranger" }), nil, second).json.code
    edge.kill(edge.redis_pid, "CONT")
    assert.equal(202, first:receive().status)
    assert.same({ "PENDING", "ALL_RESERVED" }, { again, stranger })
    first:close()
    second:close()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
  end)

  it("is let through after the end until hints come that were taken after it, if others could still sell before", function()
    local item = edge.publish {}
    local client = edge.to_worker(nil)
    edge.double { nonce = "" }
    local function at_the_end(available, taken_after_ms)
      fixed(item, 'item.state, item.closes, item.available = "LIVE", v.redis_now() - 10, ' .. available
        .. ' v.hints_taken_at = item.closes + ' .. taken_after_ms, client)
      local before = calls()
      return edge.buy(edge.purchase(item, { requestID = "stranger" }), nil, client).json.code, calls() > before
    end
    assert.same({ "ENDED", false }, { at_the_end(5, 0) })
    assert.same({ "RESERVED", true }, { at_the_end(5, -1) }) -- here Redis, which judges, knows of no end
    assert.same({ "ENDED", false }, { at_the_end(0, -1) })
    client:close()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
  end)

  it("is let through while the set is not complete", function()
    local item, request, order = sold_out(2)
    -- as in a worker that has not copied everything yet
    local client = edge.to_worker(nil)
    local chunk = 'local v = require "flashsale.view" v.refresh() local item = v.by_sku["' .. item.sku .. '"]'
      .. ' item.holders = require("flashsale.holders").new() item.holders.loaded = -1000000 return true'
    assert.equal(200, client:request("POST", "/.eval", {}, chunk).status)
    gets_it(request, order, client)
    edge.double { nonce = "" }
    local before = calls()
    assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { requestID = "y" }), nil, client).json.code)
    assert.equal(before + 1, calls())
    assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item), nil, client).json.code)
    assert.equal(before + 1, calls())
    client:close()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
  end)

  it("is found among thousands, and the set begins anew with a new epoch", function()
    local item = edge.publish { published = 20000 }
    local keys = edge.keys(item)
    local users = {}
    for i = 1, 12000 do users[i] = "h-" .. i end
    for from = 1, #users, 1000 do
      local call = { "RPUSH", keys.holders }
      for i = from, from + 999 do call[#call + 1] = users[i] end
      edge.redis:call(unpack(call))
    end
    edge.redis:call("HSET", keys.item, "seq", 12000, "available", 0, "held", 20000)
    edge.until_true("all holders in every worker", function()
      return edge.everywhere('local v = require "flashsale.view" v.refresh() local i = v.by_sku["' .. item.sku
        .. '"] return i.holders.loaded == 12000 and i.seq == 12000')
    end)
    local missing = edge.eval([[
      local holders = require "flashsale.holders"
      local set = require("flashsale.view").by_sku["]] .. item.sku .. [["].holders
      local missing, strangers = 0, 0
      for i = 1, 12000 do
        local user = "h-" .. i
        if not holders.may_hold(set, user, #user) then missing = missing + 1 end
        user = "stranger-" .. i
        if holders.may_hold(set, user, #user) then strangers = strangers + 1 end
      end
      return { missing, strangers }
    ]])
    assert.equal(0, missing[1])
    assert.True(missing[2] < 5, missing[2] .. " strangers taken for holders")

    local reborn = edge.publish { sku = item.sku, id = item.id, epoch = 2, published = 5 }
    assert.True(edge.everywhere('local v = require "flashsale.view" v.refresh() return v.by_sku["' .. item.sku
      .. '"].holders.loaded == 0'))
    assert.is_nil(edge.eval('return ngx.shared.fs_holders:get("' .. item.id .. ':1@0")'))
    assert.equal("RESERVED", edge.buy(edge.purchase(reborn)).json.code)
  end)

  it("is let through when the shared dict has no room for the set", function()
    expected = { "no more room" }
    local item = edge.publish { published = 2 }
    edge.eval [[
      local dict = ngx.shared.fs_holders
      local i = 0
      while dict:safe_set("filler" .. i, string.rep("x", 20000)) do i = i + 1 end
      while dict:safe_set("filler" .. i, "x") do i = i + 1 end
      return true
    ]]
    local request = edge.purchase(item, { requestID = "w", goodsQuantity = 2 })
    local order = edge.buy(request).json
    edge.until_hint(item, "item.available == 0")
    gets_it(request, order)
    edge.until_true("the lack of room is told", function()
      return edge.get("/metrics").body:find("flashsale_edge_holders_full_total", 1, true)
    end)
    gets_it(request, order)
    assert.equal("ALL_RESERVED", edge.buy(edge.purchase(item, { requestID = "no" })).json.code)
    edge.eval "ngx.shared.fs_holders:flush_all() ngx.shared.fs_holders:flush_expired() return true"
  end)
end)

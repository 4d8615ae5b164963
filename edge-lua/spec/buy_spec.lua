-- POST /buy from end to end: each code of the contract, from the real nginx, a real Redis and the backend's double.

local cjson = require "cjson"
local edge = require "support.edge"
local http = require "support.http"

describe("POST /buy", function()
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  local expected
  before_each(function()
    edge.double { mode = "", mute = "" }
    expected = nil
  end)
  after_each(function() edge.clean_log(expected) end)

  local function shape(answer, status, code)
    assert.equal(code, answer.json.code, answer.body)
    assert.equal(status, answer.status)
    assert.equal("application/json", answer.headers["content-type"])
    local names = {}
    for name in pairs(answer.json) do names[#names + 1] = name end
    table.sort(names)
    assert.same({ "code", "isThrottled", "orderID", "payBefore", "repResult", "reponseMsg", "traceID", "version" }, names)
    assert.equal("1.0", answer.json.version)
    assert.equal(code == "RESERVED", answer.json.repResult)
    assert.equal(code == "THROTTLED", answer.json.isThrottled)
    assert.truthy(answer.json.traceID:find("^%x+$"))
    local retry = (code == "THROTTLED" or code == "BUSY" or code == "NOT_READY")
    assert.equal(retry, answer.headers["retry-after"] ~= nil)
    if status ~= 200 and status ~= 202 then assert.is_false(answer.json.repResult) end
    return answer.json
  end

  it("sells: RESERVED with the order id and the time to pay, and the backend is told all of it", function()
    local item = edge.publish {}
    local request = edge.purchase(item)
    local answer = shape(edge.buy(request), 200, "RESERVED")
    assert.equal("successed.please place the order and make payments within half an hour", answer.reponseMsg)
    assert.truthy(answer.orderID:find("^%w+%-%w+$"))
    assert.truthy(answer.payBefore:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
    assert.equal("99", edge.redis:call("HGET", edge.keys(item).item, "available"))
    local received = edge.double()
    local order = cjson.decode(received.last)[1]
    assert.equal(answer.orderID, order.orderID)
    assert.same({ item.sku, item.id, 1, request.userID, 1, 1, cjson.null },
      { order.sku, order.promoItemID, order.epoch, order.userID, order.level, order.quantity, order.requestID })
    assert.equal(answer.traceID, order.traceID)
    assert.equal("spec-edge-token", received.token)
    local packed = edge.redis:call("HGET", edge.keys(item).reservations, answer.orderID)
    assert.equal(order.payBefore, tonumber(packed:match("^S|[^|]*|1|1||1|%d+|(%d+)||" .. answer.traceID .. "$")))
  end)

  it("says how long the hold is in the promo's own time", function()
    local texts = { [600000] = "10 minutes", [3600000] = "an hour", [45000] = "45 seconds" }
    for hold, text in pairs(texts) do
      local answer = edge.buy(edge.purchase(edge.publish { hold = hold }))
      assert.equal("successed.please place the order and make payments within " .. text, answer.json.reponseMsg)
    end
  end)

  it("takes the quantity that was asked for", function()
    local item = edge.publish {}
    shape(edge.buy(edge.purchase(item, { goodsQuantity = 100 })), 200, "RESERVED")
    assert.equal("0", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("answers the same key with the same order, from body or header, and another payload with REQUEST_REUSED", function()
    local item = edge.publish {}
    local request = edge.purchase(item, { requestID = "key-1" })
    local first = shape(edge.buy(request), 200, "RESERVED")
    local second = shape(edge.buy(request), 200, "RESERVED")
    assert.equal(first.orderID, second.orderID)
    assert.equal(first.payBefore, second.payBefore)
    request.requestID = nil
    assert.equal(first.orderID, edge.buy(request, { ["Idempotency-Key"] = "key-1" }).json.orderID)
    request.goodsQuantity = 2
    shape(edge.buy(request, { ["Idempotency-Key"] = "key-1" }), 422, "REQUEST_REUSED")
    assert.equal("99", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("does not tell one buyer of another's key", function()
    local item = edge.publish {}
    local first = edge.buy(edge.purchase(item, { requestID = "shared" })).json
    local second = shape(edge.buy(edge.purchase(item, { requestID = "shared" })), 200, "RESERVED")
    assert.are_not.equal(first.orderID, second.orderID)
  end)

  it("tells of a decided refusal, then and at each repetition", function()
    local item = edge.publish {}
    edge.double { mode = "refuse:NOT_ELIGIBLE" }
    local request = edge.purchase(item, { requestID = "k" })
    local first = shape(edge.buy(request), 403, "NOT_ELIGIBLE")
    edge.double { mode = "" }
    local second = shape(edge.buy(request), 403, "NOT_ELIGIBLE")
    assert.equal(first.orderID, second.orderID)
    assert.equal("100", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("answers PENDING whatever but a clean verdict the backend gives, since units are taken by then", function()
    for _, mode in ipairs { "say:PENDING", "say:NO_SUCH_CODE", "failing", "garbage", "stranger" } do
      local item = edge.publish {}
      edge.double { mode = mode }
      local request = edge.purchase(item, { requestID = "k" })
      local answer = shape(edge.buy(request), 202, "PENDING")
      assert.truthy(answer.orderID:find("^%w+%-%w+$"), mode)
      assert.equal("the outcome is not known yet: ask GET /api/orders/" .. answer.orderID .. ", or repeat with the same key",
        answer.reponseMsg)
      edge.double { mode = "" }
      local again = shape(edge.buy(request), 202, "PENDING")
      assert.equal(answer.orderID, again.orderID)
    end
  end)

  it("answers PENDING after two seconds of a silent backend", function()
    expected = { "upstream timed out" }
    local item = edge.publish {}
    edge.double { mode = "slow" }
    local started = edge.now_ms()
    shape(edge.buy(edge.purchase(item)), 202, "PENDING")
    local took = edge.now_ms() - started
    assert.True(took >= 1900 and took < 3000, took .. " ms")
  end)

  it("keeps each item's units apart from the others'", function()
    local a, b = edge.publish { published = 1 }, edge.publish { published = 1 }
    shape(edge.buy(edge.purchase(a)), 200, "RESERVED")
    shape(edge.buy(edge.purchase(b)), 200, "RESERVED")
  end)

  it("says SOLD_OUT when all is paid, ALL_RESERVED while some is held, both by hint and by Redis", function()
    local item = edge.publish { published = 2 }
    local answer = edge.buy(edge.purchase(item, { goodsQuantity = 2 })).json
    local function check(code)
      local keyless = shape(edge.buy(edge.purchase(item)), 409, code)
      assert.equal("The goods is sold out!", keyless.reponseMsg)
    end
    check("ALL_RESERVED") -- by Redis, or by hint if that was quick
    edge.until_hint(item, "item.available == 0 and item.held == 2")
    check("ALL_RESERVED")
    assert.equal("APPLIED", edge.effect(item, "SOLD", answer.orderID))
    edge.until_hint(item, "item.held == 0 and item.sold == 2")
    check("SOLD_OUT")
  end)

  it("says ALL_RESERVED to one who wants more than is left", function()
    local item = edge.publish { published = 5 }
    edge.buy(edge.purchase(item, { goodsQuantity = 3 }))
    edge.until_hint(item, "item.available == 2")
    shape(edge.buy(edge.purchase(item, { goodsQuantity = 3 })), 409, "ALL_RESERVED")
    shape(edge.buy(edge.purchase(item, { goodsQuantity = 2 })), 200, "RESERVED")
  end)

  it("sells until an end that was moved, and not beyond", function()
    local item = edge.publish { published = 2, closes = edge.now_ms() + 300 }
    local later = edge.now_ms() + 60000
    edge.effect(item, "STATE", "LIVE", item.opens, later)
    edge.until_hint(item, "item.closes == " .. later)
    edge.until_true("the first end has passed", function() return edge.now_ms() > item.closes + 100 end)
    assert.equal(200, edge.buy(edge.purchase(item)).status)
    edge.effect(item, "STATE", "LIVE", item.opens, edge.now_ms() - 1)
    edge.until_hint(item, "item.closes < " .. later)
    shape(edge.buy(edge.purchase(item)), 409, "ENDED")
  end)

  it("says NOT_STARTED and ENDED with the time", function()
    local early = edge.publish { opens = 1795200000000, closes = 1995200000000 }
    if early.opens > edge.now_ms() then
      local answer = shape(edge.buy(edge.purchase(early)), 409, "NOT_STARTED")
      assert.equal("The sale has not started: it opens at " .. os.date("!%Y-%m-%dT%H:%M:%SZ", 1795200000), answer.reponseMsg)
    end
    local soon = edge.publish { opens = edge.now_ms() + 600000 }
    shape(edge.buy(edge.purchase(soon)), 409, "NOT_STARTED")
    local late = edge.publish { closes = edge.now_ms() - 5000 }
    local answer = shape(edge.buy(edge.purchase(late)), 409, "ENDED")
    assert.equal("The sale has ended: it closed at " .. os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(late.closes / 1000)),
      answer.reponseMsg)
    local ended = edge.publish {}
    edge.effect(ended, "STATE", "ENDED", ended.opens, ended.closes)
    edge.until_hint(ended, 'item.state == "ENDED"')
    shape(edge.buy(edge.purchase(ended)), 409, "ENDED")
  end)

  it("opens by itself when the time has come", function()
    local item = edge.publish { opens = edge.now_ms() + 1500 }
    shape(edge.buy(edge.purchase(item)), 409, "NOT_STARTED")
    local request = edge.purchase(item)
    edge.until_true("the opening", function() return edge.now_ms() > item.opens + 20 end)
    shape(edge.buy(request), 200, "RESERVED")
  end)

  it("says UNKNOWN_SKU, LIMIT_REACHED and NOT_ELIGIBLE", function()
    shape(edge.buy(edge.purchase { sku = "NOPE" }), 404, "UNKNOWN_SKU")
    local limited = edge.publish { limits = "2;3=5;4=0" }
    local user = edge.new_user()
    shape(edge.buy(edge.purchase(limited, { userID = user, goodsQuantity = 2 })), 200, "RESERVED")
    shape(edge.buy(edge.purchase(limited, { userID = user })), 409, "LIMIT_REACHED")
    local function of_level(item, level)
      local name = edge.new_user()
      return edge.purchase(item, { userID = name, userLevel = level, sessionID = edge.session(name, { lvl = level }),
        goodsQuantity = 3 })
    end
    shape(edge.buy(of_level(limited, 3)), 200, "RESERVED")
    shape(edge.buy(of_level(limited, 1)), 409, "LIMIT_REACHED")
    shape(edge.buy(of_level(limited, 4)), 403, "NOT_ELIGIBLE")
    local elite = edge.publish { min_level = 2 }
    shape(edge.buy(of_level(elite, 1)), 403, "NOT_ELIGIBLE")
    shape(edge.buy(of_level(elite, 2)), 200, "RESERVED")
  end)

  it("tells of an item that is not public only to those who may buy it", function()
    local item = edge.publish { public = false, min_level = 2, published = 1, available = 0 }
    shape(edge.buy { goodsSKU = item.sku, goodsQuantity = 1 }, 401, "UNAUTHENTICATED")
    shape(edge.buy(edge.purchase(item)), 403, "NOT_ELIGIBLE")
    local user = edge.new_user()
    shape(edge.buy(edge.purchase(item, { userID = user, userLevel = 2, sessionID = edge.session(user, { lvl = 2 }) })),
      409, "ALL_RESERVED")
  end)

  it("answers what needs no identity before it looks at the session", function()
    local item = edge.publish { published = 1, available = 0 }
    shape(edge.buy { goodsSKU = item.sku, goodsQuantity = 1 }, 409, "ALL_RESERVED")
    shape(edge.buy { goodsSKU = "NOPE", goodsQuantity = 1 }, 404, "UNKNOWN_SKU")
    local open = edge.publish {}
    shape(edge.buy { goodsSKU = open.sku, goodsQuantity = 1 }, 401, "UNAUTHENTICATED")
  end)

  it("says IDENTITY_MISMATCH to one who claims to be another or of another level", function()
    local item = edge.publish {}
    shape(edge.buy(edge.purchase(item, { userID = "victim", sessionID = edge.session("mallory") })), 403, "IDENTITY_MISMATCH")
    local answer = shape(edge.buy(edge.purchase(item, { userLevel = 9 })), 403, "IDENTITY_MISMATCH")
    assert.equal("Bad guy! Bye-Bye!", answer.reponseMsg)
    assert.equal("100", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("takes the session from the body, the Authorization header or the cookie", function()
    local item = edge.publish {}
    local request = { goodsSKU = item.sku, goodsQuantity = 1 }
    shape(edge.buy(request, { Authorization = "Bearer " .. edge.session(edge.new_user()) }), 200, "RESERVED")
    shape(edge.buy(request, { Authorization = "bearer " .. edge.session(edge.new_user()) }), 200, "RESERVED")
    shape(edge.buy(request, { Authorization = "Basic abcdefgh" }), 401, "UNAUTHENTICATED")
    local cookie = "theme=dark; session=" .. edge.session(edge.new_user()) .. "; x=y"
    shape(edge.buy(request, { Cookie = cookie }), 200, "RESERVED")
  end)

  it("lets a cookie act only as JSON from the same origin", function()
    local item = edge.publish {}
    local request = { goodsSKU = item.sku, goodsQuantity = 1 }
    local function with(headers)
      headers.Cookie = "session=" .. edge.session(edge.new_user())
      return edge.buy(request, headers)
    end
    shape(with { ["Sec-Fetch-Site"] = "same-origin", Origin = "http://localhost" }, 200, "RESERVED")
    shape(with { Origin = "http://localhost" }, 200, "RESERVED")
    shape(with { ["Content-Type"] = "application/json; charset=utf-8" }, 200, "RESERVED")
    shape(with { Origin = "http://evil.example" }, 401, "UNAUTHENTICATED")
    shape(with { Origin = "null" }, 401, "UNAUTHENTICATED")
    shape(with { ["Sec-Fetch-Site"] = "cross-site" }, 401, "UNAUTHENTICATED")
    shape(with { ["Sec-Fetch-Site"] = "same-site" }, 401, "UNAUTHENTICATED")
    shape(with { ["Content-Type"] = "text/plain" }, 401, "UNAUTHENTICATED")
    -- a token in the body is no cookie: another origin cannot know it
    local bearing = edge.purchase(item)
    shape(edge.buy(bearing, { Origin = "http://evil.example", ["Content-Type"] = "text/plain" }), 200, "RESERVED")
  end)

  it("throttles an account after its burst and says when to come back", function()
    local item = edge.publish { limits = "0" }
    local user = edge.new_user()
    local request = edge.purchase(item, { userID = user })
    local open = edge.publish {}
    request.goodsSKU = open.sku
    local throttled, tries = nil, 0
    repeat -- a token comes back each 200 ms
      local answer = edge.buy(request)
      tries = tries + 1
      if answer.json.code == "THROTTLED" then throttled = answer end
    until throttled or tries == 60
    assert.True(tries > 10, "throttled within its burst")
    local json = shape(throttled, 429, "THROTTLED")
    assert.equal("Too many requests, please try later.", json.reponseMsg)
    assert.equal("1", throttled.headers["retry-after"])
    shape(edge.buy(edge.purchase(open)), 200, "RESERVED")
  end)

  -- together(requests): all sent before any answer is read; the answers' bodies in the same order.
  local function together(requests)
    local clients, answers = {}, {}
    for i, request in ipairs(requests) do
      clients[i] = http.connect(edge.port, 10)
      local body = cjson.encode(request)
      requests[i] = "POST /buy HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
    end
    for i, client in ipairs(clients) do client:send(requests[i]) end
    for i, client in ipairs(clients) do
      answers[i] = cjson.decode(assert(client:receive()).body)
      client:close()
    end
    return answers
  end

  it("gives a crowd exactly the stock, each winner once", function()
    local item = edge.publish { published = 40 }
    local requests = {}
    for i = 1, 400 do requests[i] = edge.purchase(item) end
    local codes, ids = {}, {}
    for _, answer in ipairs(together(requests)) do
      codes[answer.code] = (codes[answer.code] or 0) + 1
      if answer.code == "RESERVED" then
        assert.is_nil(ids[answer.orderID])
        ids[answer.orderID] = true
      end
    end
    assert.same({ RESERVED = 40, ALL_RESERVED = 360 }, codes)
    assert.equal(40, edge.redis:call("HLEN", edge.keys(item).reservations))
    assert.equal("0", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("gives one buyer's hundred parallel requests with one key one order, and never more than the limit", function()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
    local item = edge.publish { limits = "2" }
    local request = edge.purchase(item, { requestID = "same" })
    local requests = {}
    for i = 1, 100 do requests[i] = request end
    local id
    for _, answer in ipairs(together(requests)) do
      assert.True(answer.code == "RESERVED" or answer.code == "PENDING", answer.code)
      id = id or answer.orderID
      assert.equal(id, answer.orderID)
    end
    for i = 1, 100 do
      requests[i] = edge.purchase(item, { userID = request.userID, requestID = "other-" .. i })
    end
    local won = 0
    for _, answer in ipairs(together(requests)) do
      if answer.code == "RESERVED" then won = won + 1 else assert.equal("LIMIT_REACHED", answer.code) end
    end
    assert.equal(1, won)
    edge.restart_nginx()
  end)

  describe("of an item with a list", function()
    local function of(item, user, more)
      local request = { userID = user, sessionID = edge.session(user), goodsQuantity = 1 }
      for name, value in pairs(more or {}) do request[name] = value end
      return edge.purchase(item, request)
    end

    it("sells to who is on it, and tells nobody else anything", function()
      local guest, other, second = edge.new_user(), edge.new_user(), edge.new_user()
      local item = edge.publish { public = false, on_list = { guest, second }, limits = "1" }
      shape(edge.buy { goodsSKU = item.sku, goodsQuantity = 1 }, 401, "UNAUTHENTICATED")
      for _ = 1, 4 do -- whichever worker is asked, one after the other
        shape(edge.buy(of(item, other)), 403, "NOT_ELIGIBLE")
      end
      shape(edge.buy(of(item, guest)), 200, "RESERVED")
      shape(edge.buy(of(item, guest)), 409, "LIMIT_REACHED")
      edge.effect(item, "STATE", "PAUSED", item.opens, item.closes)
      edge.until_hint(item, 'item.state == "PAUSED"')
      shape(edge.buy(of(item, other)), 403, "NOT_ELIGIBLE")
      shape(edge.buy(of(item, second)), 409, "PAUSED")
      local buyers = edge.keys(item).buyers
      assert.same({ "1", "0" }, { edge.redis:call("HGET", buyers, guest), edge.redis:call("HGET", buyers, second) })
      assert.equal(0, edge.redis:call("HEXISTS", buyers, other))
    end)

    it("asks Redis once for each, and for nobody once it is sold out", function()
      local guest, other = edge.new_user(), edge.new_user()
      local item = edge.publish { public = false, on_list = { guest }, published = 1, available = 0 }
      shape(edge.buy(of(item, guest)), 409, "ALL_RESERVED")
      shape(edge.buy(of(item, other)), 403, "NOT_ELIGIBLE")
      local buyers = edge.keys(item).buyers
      edge.redis:call("HDEL", buyers, guest) -- which nobody does: whoever asked again would hear of it
      edge.redis:call("HSET", buyers, other, 0)
      for _ = 1, 10 do
        shape(edge.buy(of(item, guest)), 409, "ALL_RESERVED")
        shape(edge.buy(of(item, other)), 403, "NOT_ELIGIBLE")
      end
    end)

    it("gives each request its own trace and key, however many wait for Redis", function()
      local guests = {}
      for i = 1, 400 do guests[i] = edge.new_user() end
      local item = edge.publish { public = false, on_list = guests, published = 400 }
      local requests = {}
      for i, guest in ipairs(guests) do requests[i] = of(item, guest, { requestID = "key-of-" .. guest }) end
      local traces = {}
      for _, answer in ipairs(together(requests)) do
        assert.equal("RESERVED", answer.code)
        assert.is_nil(traces[answer.traceID])
        traces[answer.traceID] = true
      end
      for _, guest in ipairs(guests) do
        assert.truthy(edge.redis:call("HGET", edge.keys(item).requests, guest .. ":key-of-" .. guest))
      end
    end)

    it("is not sold while nobody can say who is on it", function()
      local guest = edge.new_user()
      local item = edge.publish { public = false, on_list = { guest } }
      edge.redis:call("FCALL", "revoke", 0, item.id, item.epoch)
      shape(edge.buy(of(item, guest)), 503, "NOT_READY")
      assert.equal("0", edge.redis:call("HGET", edge.keys(item).buyers, guest))
    end)
  end)

  it("makes ids that differ, tell their item and when they were made", function()
    local item = edge.publish {}
    local seen = {}
    for _ = 1, 20 do
      local id = edge.buy(edge.purchase(item)).json.orderID
      assert.is_nil(seen[id])
      seen[id] = true
      local tag, number = id:match("^(%w+)%-(%w+)$")
      assert.equal(item.id, tonumber(tag, 36))
      -- the upper 42 of 64 bits, in two steps since a double has 53
      local high, low = tonumber(number:sub(1, -6), 36), tonumber(number:sub(-5), 36)
      local made = (high * 36 ^ 5 + low) / 2 ^ 22
      assert.True(math.abs(made - edge.now_ms()) < 5000, tostring(made))
    end
  end)

  it("makes another order id when one is taken", function()
    local item = edge.publish {}
    local client = edge.to_worker(nil)
    local function run(chunk)
      return cjson.decode(client:request("POST", "/.eval", {}, chunk).body).value
    end
    -- as if another worker had made the very next id of this one
    local taken = run("return require('flashsale.order_id').base36(" .. item.id .. ", 1)") .. "-taken"
    edge.redis:call("HSET", edge.keys(item).reservations, taken, "T|x|1|1||1|1|1||t")
    run [[
      local ids = require "flashsale.order_id"
      local real = ids.next
      ids.next = function(item36)
        ids.next = real
        return item36 .. "-taken"
      end
      return true
    ]]
    shape(edge.buy(edge.purchase(item), nil, client), 200, "RESERVED")
    client:close()
  end)

  it("reserves nothing with a library that lost its functions, and says NOT_READY", function()
    expected = { "Function not found" }
    local item = edge.publish {}
    edge.redis:call("FUNCTION", "DELETE", "flashsale")
    shape(edge.buy(edge.purchase(item)), 503, "NOT_READY")
    edge.until_hint(item, "not view.ready(item)")
    shape(edge.buy(edge.purchase(item)), 503, "NOT_READY")
    edge.load_library()
    -- the lease went with the library: nothing is for sale until a rebuild grants a new one
    shape(edge.buy(edge.purchase(item)), 503, "NOT_READY")
  end)
end)

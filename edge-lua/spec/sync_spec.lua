-- What Redis says reaches every worker within a second: catalogue, stock, pause, blacklists; and nothing is believed for longer.

local edge = require "support.edge"

describe("The edge follows Redis:", function()
  local expected
  setup(function() edge.start { FLASHSALE_BUCKET_ACCOUNT = "off" } end)
  teardown(function() edge.stop() end)
  before_each(function() expected = nil end)
  after_each(function() edge.clean_log(expected) end)

  local function code_of(request, headers) return edge.buy(request, headers).json.code end

  -- within(seconds, what, probe): how soon the edge behaves so, which must be soon enough.
  local function within(seconds, what, probe)
    local started = edge.now_ms()
    edge.until_true(what, probe, seconds + 2)
    local took = edge.now_ms() - started
    assert.True(took <= seconds * 1000, what .. " took " .. took .. " ms")
  end

  it("a pause and its end are seen within a second", function()
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    assert.equal("RESERVED", code_of(request))
    edge.effect(item, "STATE", "PAUSED", item.opens, item.closes)
    -- Redis itself refuses at once; the hint of it comes within the second
    assert.equal("PAUSED", code_of(request))
    within(1, "PAUSED by hint", function()
      return edge.everywhere('local v = require "flashsale.view" v.refresh() return v.by_sku["' .. item.sku
        .. '"].state == "PAUSED"')
    end)
    local answer = edge.buy(request)
    assert.equal("The sale is paused: it will go on until " .. os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(item.closes / 1000)),
      answer.json.reponseMsg)
    edge.effect(item, "STATE", "LIVE", item.opens, item.closes)
    within(1, "LIVE again", function() return code_of(request) == "RESERVED" end)
  end)

  it("stock that comes back is for sale within a second", function()
    local item = edge.publish { published = 1 }
    local sold = edge.buy(edge.purchase(item)).json
    edge.until_hint(item, "item.available == 0")
    local request = edge.purchase(item)
    assert.equal("ALL_RESERVED", code_of(request))
    edge.effect(item, "RELEASE", sold.orderID)
    within(1, "the returned unit", function() return code_of(request) == "RESERVED" end)
  end)

  it("a new promo and a new epoch of an old one are known within a second", function()
    local item = edge.publish { unwatched = true }
    within(1, "a new SKU", function() return code_of(edge.purchase(item)) == "RESERVED" end)
    local reborn = edge.publish { sku = item.sku, id = item.id, epoch = 2, published = 7, unwatched = true }
    within(1, "a new epoch", function() return code_of(edge.purchase(reborn)) == "RESERVED" end)
    assert.equal("6", edge.redis:call("HGET", edge.keys(reborn).item, "available"))
  end)

  it("an entry of the catalogue that cannot be read spoils only itself", function()
    expected = { "catalogue entry BROKEN" }
    local wrong = { BROKEN = '{"itemId":"x"}' }
    for i, id in ipairs { "-1", "1.5", "1e300", "NaN", "Infinity" } do
      wrong["BROKEN" .. i] = '{"itemId":' .. id
        .. ',"epoch":1,"opens":1,"closes":9e12,"holdMs":1000,"priceMinor":1,"state":"LIVE"}'
    end
    for sku, entry in pairs(wrong) do edge.redis:call("HSET", "fs:catalog", sku, entry) end
    local item = edge.publish {}
    assert.equal("RESERVED", code_of(edge.purchase(item)))
    for sku in pairs(wrong) do
      assert.equal("UNKNOWN_SKU", code_of(edge.purchase { sku = sku }))
      edge.redis:call("HDEL", "fs:catalog", sku)
    end
  end)

  it("an item of which Redis has only a part is NOT_READY, and spoils no other", function()
    local broken, item = edge.publish {}, edge.publish {}
    edge.redis:call("HDEL", edge.keys(broken).item, "published")
    edge.until_hint(broken, "not view.ready(item)")
    assert.equal("NOT_READY", code_of(edge.purchase(broken)))
    assert.equal("RESERVED", code_of(edge.purchase(item)))
  end)

  local function blacklist(kind, value, expires)
    if expires == -1 then
      edge.redis:call("HDEL", "fs:blacklist:" .. kind, value)
    else
      edge.redis:call("HSET", "fs:blacklist:" .. kind, value, expires)
    end
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", kind, "value", value, "expires", expires)
  end

  it("a blacklisted account is refused within a second, and welcome again within a second", function()
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    assert.equal("RESERVED", code_of(request))
    blacklist("account", request.userID, 0)
    within(1, "the ban", function() return code_of(request) == "BLACKLISTED" end)
    assert.equal(403, edge.buy(request).status)
    assert.equal("RESERVED", code_of(edge.purchase(item)))
    blacklist("account", request.userID, -1)
    within(1, "its end", function() return code_of(request) == "RESERVED" end)
  end)

  it("a ban ends by itself at its time", function()
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    blacklist("account", request.userID, edge.now_ms() + 1500)
    within(1, "the ban", function() return code_of(request) == "BLACKLISTED" end)
    within(3, "its end", function() return code_of(request) == "RESERVED" end)
  end)

  it("a flood of changes is read as a whole: the last of it is in force within a second or so", function()
    expected = { "the changes come faster than they are followed" }
    local item = edge.publish {}
    local last = edge.purchase(item, { userID = "flood-9000" })
    edge.redis:call("EVAL", [[
      for i = 1, 9000 do
        redis.call("HSET", "fs:blacklist:account", "flood-" .. i, 0)
        redis.call("XADD", "fs:blacklist:changes", "*", "kind", "account", "value", "flood-" .. i, "expires", 0)
      end]], 0)
    local started = edge.now_ms()
    edge.until_true("the last is refused", function() return edge.buy(last).json.code == "BLACKLISTED" end)
    local took = edge.now_ms() - started
    edge.redis:call("DEL", "fs:blacklist:account", "fs:blacklist:changes")
    assert.True(took < 1500, took .. " ms")
    assert.truthy(edge.read(edge.home .. "/logs/edge-error.log"):find(expected[1], 1, true))
    edge.until_ready()
  end)

  it("a revoked session is refused within a second, the account's others are not", function()
    local item = edge.publish { limits = "-" }
    local user = edge.new_user()
    local one, two = edge.session(user, { sid = "one-" .. user }), edge.session(user, { sid = "two-" .. user })
    blacklist("session", "one-" .. user, 0)
    within(1, "the revocation", function()
      return code_of(edge.purchase(item, { userID = user, sessionID = one })) == "UNAUTHENTICATED"
    end)
    assert.equal("RESERVED", code_of(edge.purchase(item, { userID = user, sessionID = two })))
  end)

  it("a blacklisted address is refused, in whatever spelling", function()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    local item = edge.publish { limits = "-" }
    local function from(address) return code_of(edge.purchase(item), { ["X-Forwarded-For"] = address }) end
    blacklist("address", "203.0.113.9", 0)
    blacklist("address", "2001:DB8:0:0:0:0:0:9", 0)
    within(1, "the ban", function() return from "203.0.113.9" == "BLACKLISTED" and from "2001:db8::9" == "BLACKLISTED" end)
    assert.equal("BLACKLISTED", from "::ffff:203.0.113.9")
    assert.equal("BLACKLISTED", from "::ffff:cb00:7109")
    assert.equal("RESERVED", from "203.0.113.8")
    -- before the body is looked at for its session, but after its form
    assert.equal("BLACKLISTED", edge.buy({ goodsSKU = "NOPE", goodsQuantity = 1 },
      { ["X-Forwarded-For"] = "203.0.113.9" }).json.code)
    blacklist("address", "203.0.113.9", -1)
    within(1, "its end", function() return from "203.0.113.9" == "RESERVED" end)
    blacklist("address", "not an address", 0)
    expected = { "cannot read the address not an address" }
    blacklist("address", "203.0.113.77", 0)
    within(1, "a ban after an unreadable one", function() return from "203.0.113.77" == "BLACKLISTED" end)
    edge.redis:call("HDEL", "fs:blacklist:address", "not an address")
  end)

  it("a blacklisted network is refused in all of its addresses, and no other", function()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    local item = edge.publish { limits = "-" }
    local function from(address) return code_of(edge.purchase(item), { ["X-Forwarded-For"] = address }) end
    blacklist("network", "198.51.100.0/24", 0)
    blacklist("network", "203.0.113.128/25", 0)
    blacklist("network", "2001:db8:0:7::/64", 0)
    blacklist("network", "2001:db8:8000::/33", 0)
    within(1, "the last ban", function() return from "2001:db8:8000::1" == "BLACKLISTED" end)
    for _, address in ipairs { "198.51.100.0", "198.51.100.255", "::ffff:198.51.100.7", "203.0.113.128", "203.0.113.255",
      "2001:db8:0:7::", "2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:ffff::9" } do
      assert.equal("BLACKLISTED", from(address), address)
    end
    for _, address in ipairs { "198.51.99.255", "198.51.101.0", "203.0.113.127", "203.0.114.128", "2001:db8:0:6::1",
      "2001:db8:0:8::", "2001:db8:7fff::1", "198.51.10.0" } do
      assert.equal("RESERVED", from(address), address)
    end
    edge.until_ready()
    assert.equal(403, edge.get("/api/session", { ["X-Forwarded-For"] = "198.51.100.7" }).status)

    -- another edge reads the list as a whole
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    assert.equal("BLACKLISTED", from "203.0.113.200")
    assert.equal("RESERVED", from "203.0.113.1")
    blacklist("network", "203.0.113.128/25", -1)
    within(1, "its end", function() return from "203.0.113.200" == "RESERVED" end)
    assert.equal("BLACKLISTED", from "198.51.100.7")
    for _, network in ipairs { "198.51.100.0/24", "2001:db8:0:7::/64", "2001:db8:8000::/33" } do
      blacklist("network", network, -1)
    end
    within(1, "the end of all", function() return from "2001:db8:8000::1" == "RESERVED" end)
  end)

  it("who is refused hears when to come back: when the last of what keeps them out ends", function()
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    local function wait()
      local answer = edge.buy(request, { ["X-Forwarded-For"] = "192.0.2.7" })
      return answer.json.code == "BLACKLISTED" and (answer.headers["retry-after"] or "none") or answer.json.code
    end
    local function about(seconds)
      return function()
        local said = tonumber(wait())
        return said ~= nil and said > seconds - 5 and said <= seconds
      end
    end
    blacklist("account", request.userID, edge.now_ms() + 60000)
    within(1, "the account's ban", about(60))
    blacklist("address", "192.0.2.7", edge.now_ms() + 30000)
    within(1, "the address's ban", about(30))
    blacklist("network", "192.0.2.0/24", edge.now_ms() + 600000)
    within(1, "the network's ban", about(600))
    blacklist("address", "192.0.2.7", 0)
    within(1, "a ban without an end", function() return wait() == "none" end)
    for kind, value in pairs { address = "192.0.2.7", network = "192.0.2.0/24", account = request.userID } do
      blacklist(kind, value, -1)
    end
    within(1, "the end of all", function() return wait() == "RESERVED" end)
  end)

  it("a ban from before the edge's start holds", function()
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    for i = 1, 3000 do edge.redis:call("HSET", "fs:blacklist:account", "old-" .. i, 0) end
    blacklist("account", request.userID, 0)
    edge.restart_nginx { FLASHSALE_BUCKET_ACCOUNT = "off" }
    assert.equal("BLACKLISTED", code_of(request))
    assert.equal("RESERVED", code_of(edge.purchase(item)))
  end)

  it("a stream that was cut is noticed, and all of it read again", function()
    expected = { "the stream of changes has a gap" }
    local item = edge.publish { limits = "-" }
    local banned, welcome = edge.purchase(item), edge.purchase(item)
    blacklist("account", welcome.userID, 0)
    within(1, "the ban", function() return code_of(welcome) == "BLACKLISTED" end)
    -- changes that the edge cannot have seen, and whose stream is gone
    edge.redis:call("HSET", "fs:blacklist:account", banned.userID, 0)
    edge.redis:call("HDEL", "fs:blacklist:account", welcome.userID)
    edge.redis:call("DEL", "fs:blacklist:changes")
    within(2, "the reload", function() return code_of(banned) == "BLACKLISTED" and code_of(welcome) == "RESERVED" end)
    blacklist("account", banned.userID, -1)
    within(1, "the new stream is followed", function() return code_of(banned) == "RESERVED" end)
  end)

  it("a late hint does not replace a newer one that is in use; when that one is too old, it does", function()
    -- as if another worker had heard of a later moment of Redis's clock than what comes now
    local at = edge.eval [[
      local hints, now = ngx.shared.fs_hints, require("flashsale.platform").monotonic_ms()
      hints:set("asked_at", now)
      hints:set("taken_at", ngx.now() * 1000 + 3600000)
      return now
    ]]
    local started = edge.now_ms()
    edge.until_true("hints go on", function()
      return edge.eval 'local v = require "flashsale.view" v.refresh() return v.hints_at' > at
    end)
    local took = edge.now_ms() - started
    assert.True(took > 700 and took < 1500, took .. " ms")
  end)

  it("hints that somebody wrote and died before he told of them reach every worker with the next", function()
    local item = edge.publish {}
    for _, pid in ipairs(edge.workers()) do
      edge.in_worker(pid, 'local v = require "flashsale.view" v.refresh() v.by_sku["' .. item.sku
        .. '"].available = 0 return true')
    end
    local function everywhere(condition)
      return edge.everywhere('local v = require "flashsale.view" v.refresh() local item = v.by_sku["' .. item.sku
        .. '"] return ' .. condition)
    end
    local now = edge.eval 'return require("flashsale.platform").monotonic_ms()'
    edge.until_true("a later look at Redis", function() return everywhere("v.hints_at > " .. now) end)
    assert.True(everywhere "item.available == 0") -- who was not told does not look
    edge.eval 'return ngx.shared.fs_hints:set("writing", true)'
    within(1, "what is in the dict", function() return everywhere "item.available == 100" end)
    assert.Nil(edge.eval 'return ngx.shared.fs_hints:get("writing")')
  end)

  it("who missed news without a list copies all, also where a list follows", function()
    local item, other = edge.publish {}, edge.publish {}
    assert.equal(100, edge.eval([[
      local view = require "flashsale.view"
      view.refresh()
      local mine = view.by_sku["]] .. item.sku .. [["]
      mine.available = 0
      local hints = ngx.shared.fs_hints
      hints:incr("news", 1)
      hints:set("news:" .. hints:incr("news", 1), "]] .. other.id .. [[", 10)
      view.touch()
      view.refresh()
      return mine.available
    ]]))
  end)

  -- Many items in few calls, in the catalogue and under the lease: name1, name2, … None has a unit left.
  local function publish_many(name, first_id, n)
    local make = [[
      local now = redis.call("TIME")[1] * 1000
      for i = tonumber(ARGV[3]), tonumber(ARGV[4]) do
        local sku, id = ARGV[1] .. i, ARGV[2] + i
        redis.call("HSET", string.format("fs:{%s}:%d:1:item", sku, id), "id", id, "epoch", 1, "seq", 1, "installed", 1,
          "sku", sku, "promo", 1, "state", "LIVE", "opens", string.format("%d", now - 60000),
          "closes", string.format("%d", now + 3600000), "hold", 1800000, "price", 1, "currency", "CNY", "promo_version", 1,
          "min_level", 0, "limits", "-", "published", 1,
          "available", 0, "held", 0, "sold", 1, "restocked", 0, "withdrawn", 0, "version", 1, "published_version", 1,
          "state_version", 1)
        redis.call("RPUSH", string.format("fs:{%s}:%d:1:holders", sku, id), "somebody")
        redis.call("HSET", "fs:catalog", sku, string.format('{"itemId":%d,"epoch":1,"promoId":1,"promoName":"Many",' ..
          '"promoVersion":1,"sku":"%s","name":"%s","priceMinor":1,"currency":"CNY","opens":%d,"closes":%d,' ..
          '"holdMs":1800000,"state":"LIVE","minLevel":0,"limits":"-","published":1,"public":true}', id, sku, sku, now - 60000,
          now + 3600000))
      end
    ]]
    for i = 1, n, 250 do edge.redis:call("EVAL", make, 0, name, first_id, i, math.min(n, i + 249)) end
    edge.redis:call("HINCRBY", "fs:catalog", "version", 1)
    for i = 1, n do
      edge.redis:call("FCALL", "grant", 1, string.format("fs:{%s%d}:%d:1:item", name, i, first_id + i), edge.NONCE, 5000,
        first_id + i, 1)
    end
  end

  it("of ten thousand items each is refused without Redis, and what changes of them is seen within a second", function()
    local MANY = 10000
    expected = { "no more room, repeated requests" } -- the spec's dict of holders is small
    publish_many("MANY", 500000, MANY)
    local last = { sku = "MANY" .. MANY, id = 500000 + MANY, epoch = 1 }
    local function known(condition)
      return edge.everywhere([[
        local view = require "flashsale.view"
        view.refresh()
        local now = require("flashsale.platform").monotonic_ms()
        for _, item in pairs(view.by_sku) do
          if item.name:find "^MANY" and not (view.hinted(item, now) and ]] .. condition .. [[) then return false end
        end
        return view.by_sku["]] .. last.sku .. [["] ~= nil
      ]])
    end
    edge.until_true("each has a hint in every worker", function() return known "view.ready(item) and item.available == 0" end, 30)
    edge.redis:call("ACL", "SETUSER", "edge", "-fcall") -- whatever is asked of Redis would be BUSY
    for i = 1, MANY, 97 do
      -- BUSY is what it says while the machine kept its news waiting for a second
      within(2, "no stock of MANY" .. i, function() return code_of(edge.purchase { sku = "MANY" .. i }) == "SOLD_OUT" end)
    end
    edge.redis:call("ACL", "SETUSER", "edge", "+fcall")

    edge.redis:call("FCALL", "apply", 4, edge.keys(last).item, "b", "r", "p", last.id, 1, 2, "TOP_UP", 5)
    within(1, "new units", function() return code_of(edge.purchase(last)) == "RESERVED" end)
    edge.until_hint(last, "item.available == 3")
    -- one who slept since before the last change wakes up, and puts an older hint in its place with the number that he knew
    local overwritten = edge.eval([[
      local hints = ngx.shared.fs_hints
      local life, number = hints:get("since"):match "^(%S+) (%d+)$"
      local key = "]] .. last.id .. [[:1"
      hints:set(key, (hints:get(key):gsub("%d+ %d+ %d+$", "0 0 5")))
      hints:set("since", life .. " " .. number - 1)
      hints:incr("news", 1)
      local view = require "flashsale.view"
      view.touch()
      view.refresh()
      return view.by_sku["]] .. last.sku .. [["].available
    ]])
    assert.equal(0, overwritten)
    within(1, "what he overwrote", function() return code_of(edge.purchase(last)) == "RESERVED" end)

    expected = { expected[1], "exited on signal 9", "was locked by" } -- it may die while it reads a dict; nginx opens the lock
    local before = edge.workers()
    edge.kill(before[1], "KILL")
    edge.until_true("a new worker", function()
      local now = edge.workers()
      return #now == 2 and now[1] ~= before[1] and now[2] ~= before[1]
    end)
    edge.until_ready()
    edge.until_true("which has each hint, too", function() return known "view.ready(item)" end, 30)

    -- a lease that runs out changes no item and all of them
    assert.equal("RENEWED", edge.redis:call("FCALL", "renew", 0, edge.NONCE, 1))
    within(1, "the end of the lease", function()
      return code_of(edge.purchase { sku = "MANY1" }) == "NOT_READY" and known "not view.ready(item)"
    end)
  end)
end)

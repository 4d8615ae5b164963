-- Who the client is, and how often it may ask.

local cjson = require "cjson"
local edge = require "support.edge"

describe("Limits:", function()
  local item
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  local function start(given)
    edge.restart_nginx(given)
    item = edge.publish { published = 100000, limits = "-" }
  end

  local function code_of(headers, request) return edge.buy(request or edge.purchase(item), headers).json.code end

  -- How many of n requests got through the address bucket.
  local function through(n, headers_of)
    local count = 0
    local request = { goodsSKU = item.sku, goodsQuantity = 1 }
    for i = 1, n do
      local code = code_of(headers_of(i), request)
      assert.True(code == "UNAUTHENTICATED" or code == "THROTTLED", code)
      if code ~= "THROTTLED" then count = count + 1 end
    end
    return count
  end

  it("without a trusted proxy the address is the socket's, whatever headers say", function()
    start { FLASHSALE_RATE_EXEMPT = "none", FLASHSALE_BUCKET_ADDRESS = "0.01:5" }
    local forged = function(i)
      return { ["X-Forwarded-For"] = "10.0.0." .. i, ["X-Real-IP"] = "10.1.0." .. i, Forwarded = "for=10.2.0." .. i,
        ["CF-Connecting-IP"] = "10.3.0." .. i, ["True-Client-IP"] = "10.4.0." .. i }
    end
    assert.equal(5, through(12, forged))
    local answer = edge.buy({ goodsSKU = item.sku, goodsQuantity = 1 })
    assert.same({ 429, "THROTTLED", true }, { answer.status, answer.json.code, answer.json.isThrottled })
    assert.True(tonumber(answer.headers["retry-after"]) > 50, answer.headers["retry-after"])
  end)

  it("a trusted proxy's word is taken from the right, up to the first address that is not trusted", function()
    start { FLASHSALE_RATE_EXEMPT = "none", FLASHSALE_BUCKET_ADDRESS = "0.01:3",
      FLASHSALE_TRUSTED_PROXIES = "127.0.0.0/8,10.9.0.0/16" }
    -- the client itself wrote what stands on the left
    assert.equal(3, through(8, function(i) return { ["X-Forwarded-For"] = "1.2.3." .. i .. ", 198.51.100.1" } end))
    assert.equal(0, through(3, function() return { ["X-Forwarded-For"] = "198.51.100.1, 10.9.8.7" } end))
    assert.equal(0, through(3, function() return { ["X-Forwarded-For"] = { "7.7.7.7", "198.51.100.1" } } end))
    assert.equal(0, through(3, function() return { ["X-Forwarded-For"] = "::ffff:198.51.100.1" } end))
    -- each client has a bucket of its own
    assert.equal(8, through(8, function(i) return { ["X-Forwarded-For"] = "198.51.101." .. i } end))
  end)

  it("a trusted proxy's word is what the backend hears of TLS, and of it only https", function()
    start { FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    local function scheme(told)
      local answer = edge.get("/api/orders/1-a", { ["X-Forwarded-For"] = "192.0.2.7", ["X-Forwarded-Proto"] = told })
      return cjson.decode(answer.body).headers["x-forwarded-proto"]
    end
    assert.same({ "https", "http", "http" }, { scheme("https"), scheme("http"), scheme("https, http") })
  end)

  it("a host has one bucket for its whole IPv6 network", function()
    start { FLASHSALE_RATE_EXEMPT = "none", FLASHSALE_BUCKET_ADDRESS = "0.01:3", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    assert.equal(3, through(8, function(i) return { ["X-Forwarded-For"] = "2001:db8:1:2::" .. i } end))
    assert.equal(8, through(8, function(i) return { ["X-Forwarded-For"] = "2001:db8:1:" .. (i + 2) .. "::1" } end))
  end)

  it("loopback is exempt from the address bucket unless told otherwise, and only it", function()
    start { FLASHSALE_BUCKET_ADDRESS = "0.01:1", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    assert.equal(6, through(6, function() return {} end))
    assert.equal(1, through(6, function() return { ["X-Forwarded-For"] = "192.0.2.1" } end))
    start { FLASHSALE_BUCKET_ADDRESS = "0.01:1", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1",
      FLASHSALE_RATE_EXEMPT = "192.0.2.0/24,2001:db8::/32" }
    assert.equal(6, through(6, function() return { ["X-Forwarded-For"] = "192.0.2.1" } end))
    assert.equal(6, through(6, function() return { ["X-Forwarded-For"] = "2001:db8:ffff::1" } end))
    assert.equal(1, through(6, function() return { ["X-Forwarded-For"] = "192.0.3.1" } end))
    assert.equal(1, through(6, function() return {} end))
  end)

  it("what the backend answers itself is drawn from the same bucket, and a blacklisted address gets none of it", function()
    start { FLASHSALE_RATE_EXEMPT = "none", FLASHSALE_BUCKET_ADDRESS = "0.01:5", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
    local statuses = {}
    for i = 1, 8 do statuses[i] = edge.get("/api/orders/1-a", { ["X-Forwarded-For"] = "192.0.2.7" }).status end
    assert.same({ 200, 200, 200, 200, 200, 429, 429, 429 }, statuses)
    local answer = edge.get("/api/orders/1-a", { ["X-Forwarded-For"] = "192.0.2.7" })
    assert.equal("THROTTLED", cjson.decode(answer.body).code)
    assert.equal(200, edge.get("/api/orders/1-a", { ["X-Forwarded-For"] = "192.0.2.8" }).status)
    edge.redis:call("HSET", "fs:blacklist:address", "192.0.2.9", 0)
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "address", "value", "192.0.2.9", "expires", 0)
    edge.until_true("the blacklist", function()
      return edge.get("/api/session", { ["X-Forwarded-For"] = "192.0.2.9" }).status == 403
    end)
    -- but what it has it may look at and pay for: of that the backend judges by account
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "address", "value", "192.0.2.10", "expires", 0)
    edge.until_true("a ban", function()
      return edge.eval [[
        require("flashsale.view").refresh()
        return ngx.shared.fs_blacklist_address:get(require("flashsale.address").parse("192.0.2.10"))]] == 0
    end)
    for _, path in ipairs { "/api/orders/1-a", "/api/cart" } do
      assert.equal(200, edge.get(path, { ["X-Forwarded-For"] = "192.0.2.10" }).status, path)
    end
    assert.equal(403, edge.get("/api/session", { ["X-Forwarded-For"] = "192.0.2.10" }).status)
  end)

  it("an account has ten tries at once and then five a second, from wherever, with whatever session", function()
    start {}
    local user = edge.new_user()
    local codes = {}
    local started = edge.now_ms()
    for i = 1, 16 do
      local request = edge.purchase(item, { userID = user, sessionID = edge.session(user, { sid = "s" .. i }) })
      local code = code_of({}, request)
      codes[code] = (codes[code] or 0) + 1
    end
    local seconds = (edge.now_ms() - started) / 1000
    assert.True(codes.RESERVED >= 10 and codes.RESERVED <= 11 + seconds * 5, codes.RESERVED .. " in " .. seconds .. " s")
    local request = edge.purchase(item, { userID = user })
    edge.until_true("its next try", function() return code_of({}, request) == "RESERVED" end, 2)
    assert.equal("RESERVED", code_of {})
  end)

  it("one SKU and the whole edge have their limits, too", function()
    start { FLASHSALE_BUCKET_SKU = "0.01:3" }
    local other = edge.publish {}
    for _ = 1, 3 do assert.equal("RESERVED", code_of {}) end
    assert.equal("THROTTLED", code_of {})
    assert.equal("RESERVED", code_of({}, edge.purchase(other)))
    start { FLASHSALE_BUCKET_EDGE = "0.01:20", FLASHSALE_EDGE_WORKERS = 1 }
    local count = 0
    for _ = 1, 30 do
      if code_of({}, { goodsSKU = "NOPE", goodsQuantity = 1 }) == "UNKNOWN_SKU" then count = count + 1 end
    end
    assert.equal(20, count)
  end)

  it("a promo has buckets of its own, changed while it sells, which cost the same account nothing elsewhere", function()
    start { FLASHSALE_BUCKET_ACCOUNT = "0.01:4", FLASHSALE_BUCKET_SKU = "off" }
    local own = edge.publish { limits = "-", published = 1000, bucket_account = "0.01:2" }
    local user = edge.new_user()
    local function tries(of, n)
      local count = 0
      for _ = 1, n do
        if code_of({}, edge.purchase(of, { userID = user })) == "RESERVED" then count = count + 1 end
      end
      return count
    end
    assert.equal(2, tries(own, 5))
    assert.equal(4, tries(item, 6))
    local answer = edge.buy(edge.purchase(own, { userID = user }))
    assert.equal("THROTTLED", answer.json.code)
    local wait = tonumber(answer.headers["retry-after"])
    assert.True(wait > 90 and wait <= 100, tostring(wait))

    local function until_own(account, sku)
      own.bucket_account, own.bucket_sku = account, sku
      edge.list(own)
      edge.until_true("the edge knows", function()
        return edge.everywhere([[
          local view = require "flashsale.view"
          view.refresh()
          local item = view.by_sku["]] .. own.sku .. [["]
          local burst = function(rule) return rule and rule.burst or 0 end
          return burst(item.bucket_account) * 1000 + burst(item.bucket_sku) == ]]
            .. (tonumber((account or ":0"):match(":(%d+)")) or 0) * 1000 + (tonumber((sku or ":0"):match(":(%d+)")) or 0))
      end, 3)
    end
    until_own("0.01:5", nil)
    assert.equal(3, tries(own, 5)) -- of five at once two are used
    until_own("20:2", nil) -- what an empty bucket of the slower rule had to wait for is forgotten
    edge.until_true("a try by the faster rule", function() return tries(own, 1) == 1 end, 1)
    until_own(nil, "0.01:3")
    user = edge.new_user()
    assert.equal(3, tries(own, 6))
    -- what cannot be read is as nothing: the edge's own holds
    until_own("often", nil)
    user = edge.new_user()
    assert.equal(4, tries(own, 6))
  end)

  it("metrics are for loopback or for whom they are allowed", function()
    start { FLASHSALE_TRUSTED_PROXIES = "127.0.0.1", FLASHSALE_METRICS_ALLOW = "192.0.2.7" }
    local answer = edge.get("/metrics", { ["X-Forwarded-For"] = "198.51.100.1" })
    assert.same({ 403, "application/problem+json" }, { answer.status, answer.headers["content-type"] })
    assert.equal(403, edge.get("/metrics").status)
    assert.equal(200, edge.get("/metrics", { ["X-Forwarded-For"] = "192.0.2.7" }).status)
  end)
end)

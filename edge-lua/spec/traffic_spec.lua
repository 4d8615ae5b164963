-- Who asks how often is counted in bounded room and told to Redis each second; what is lost is counted, and stops nothing.

local edge = require "support.edge"

describe("Traffic:", function()
  local expected
  setup(function()
    edge.start { FLASHSALE_BUCKET_ACCOUNT = "5:10", FLASHSALE_BUCKET_ADDRESS = "50:100", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
  end)
  teardown(function() edge.stop() end)
  before_each(function()
    expected = nil
    edge.redis:call("DEL", "fs:traffic")
  end)
  after_each(function() edge.clean_log(expected) end)

  local function from(address, request) return edge.buy(request, { ["X-Forwarded-For"] = address }).json.code end

  --[[ told(): what the stream has by kind and value, added up over its reports:
    {address = {["203.0.113.7"] = {requests, throttled, failed, malformed, partners = {[number] = true}, partner_count}}} ]]
  local function told()
    local sums = { address = {}, network = {}, account = {}, session = {} }
    for _, entry in ipairs(edge.redis:call("XRANGE", "fs:traffic", "-", "+")) do
      assert.equal("node", entry[2][1])
      assert.equal("report", entry[2][3])
      local first = true
      for line in entry[2][4]:gmatch("[^\n]+") do
        if first then
          assert.truthy(line:find("^seen %d+ %d+ %d+ %d+ %d+ %d+ %d+ %d+$"), line)
          first = false
        else
          local kind, value, requests, throttled, failed, malformed, partners =
            line:match("^(%l+) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)$")
          assert.truthy(kind, line)
          local sum = sums[kind][value] or { 0, 0, 0, 0, partners = {}, partner_count = 0 }
          sums[kind][value] = sum
          for i, n in ipairs { requests, throttled, failed, malformed } do sum[i] = sum[i] + tonumber(n) end
          for number in partners:gmatch("%x+") do
            if not sum.partners[number] then sum.partner_count = sum.partner_count + 1 end
            sum.partners[number] = true
          end
        end
      end
    end
    return sums
  end

  -- Gives what was told once a value has been told of with so many requests.
  local function until_told(kind, value, requests)
    local sums
    edge.until_true(kind .. " " .. value .. " with " .. requests, function()
      sums = told()
      local sum = sums[kind][value]
      assert.True(not sum or sum[1] <= requests, "more than there were")
      return sum and sum[1] == requests
    end, 5)
    return sums
  end

  it("requests are told of by address, network, account and session, from every worker", function()
    local item = edge.publish { limits = "-" }
    local user = edge.new_user()
    for _, pid in ipairs(edge.workers()) do
      local client = edge.to_worker(pid)
      for _ = 1, 3 do
        assert.equal("RESERVED", edge.buy(edge.purchase(item, { userID = user }), { ["X-Forwarded-For"] = "203.0.113.7" },
          client).json.code)
      end
      client:close()
    end
    assert.equal("RESERVED", from("203.0.113.8", edge.purchase(item)))
    local sums = until_told("network", "203.0.113.0/24", 7)
    assert.same({ 6, 0, 0, 0 }, { unpack(sums.address["203.0.113.7"]) })
    assert.same({ 6, 0, 0, 0 }, { unpack(sums.account[user]) })
    assert.same({ 6, 0, 0, 0 }, { unpack(sums.session["s-" .. user]) })
    assert.equal(1, sums.address["203.0.113.7"].partner_count)
    assert.equal(2, sums.network["203.0.113.0/24"].partner_count)
    assert.equal(1, sums.account[user].partner_count)
  end)

  it("an account that comes from many addresses has them as partners, an address its accounts", function()
    local item = edge.publish { limits = "-" }
    local user = edge.new_user()
    for i = 1, 6 do from("198.51.100." .. i, edge.purchase(item, { userID = user })) end
    for _ = 1, 5 do from("192.0.2.1", edge.purchase(item)) end
    local sums = until_told("account", user, 6)
    assert.equal(6, sums.account[user].partner_count)
    sums = until_told("address", "192.0.2.1", 5)
    assert.equal(5, sums.address["192.0.2.1"].partner_count)
  end)

  it("addresses of IPv6 count by their /64, its neighbours by the /48", function()
    local item = edge.publish { limits = "-" }
    from("2001:db8:1:2::1", edge.purchase(item))
    from("2001:db8:1:2:ffff::9", edge.purchase(item))
    from("2001:db8:1:3::1", edge.purchase(item))
    local sums = until_told("network", "2001:db8:1::/48", 3)
    assert.equal(2, sums.address["2001:db8:1:2::/64"][1])
    assert.equal(1, sums.address["2001:db8:1:3::/64"][1])
  end)

  it("what became of them is told: throttled, with a token that nobody signed, with another's identity, malformed", function()
    local item = edge.publish { limits = "-" }
    local user = edge.new_user()
    local request = edge.purchase(item, { userID = user })
    local throttled = 0
    for _ = 1, 30 do
      if from("203.0.113.20", request) == "THROTTLED" then throttled = throttled + 1 end
    end
    assert.True(throttled > 10)
    local token = edge.session(user)
    assert.equal("UNAUTHENTICATED", from("203.0.113.21", edge.purchase(item, { sessionID = token:sub(1, -3) .. "AA" })))
    assert.equal("UNAUTHENTICATED", from("203.0.113.21", edge.purchase(item, { sessionID = "nothing of the kind" })))
    assert.equal("IDENTITY_MISMATCH", from("203.0.113.21", edge.purchase(item, { sessionID = token })))
    -- these are no sign of malice: none at all, and one that was good once
    local nobody = edge.purchase(item)
    nobody.sessionID = nil
    assert.equal("UNAUTHENTICATED", from("203.0.113.22", nobody))
    local old = edge.session(user, { exp = math.floor(edge.now_ms() / 1000) - 60 })
    assert.equal("UNAUTHENTICATED", from("203.0.113.22", edge.purchase(item, { sessionID = old })))
    assert.equal("BAD_REQUEST", from("203.0.113.23", "{"))
    assert.equal("BAD_REQUEST", from("203.0.113.23", { goodsSKU = 7 }))
    local sums = until_told("address", "203.0.113.20", 30)
    assert.equal(throttled, sums.address["203.0.113.20"][2])
    assert.equal(throttled, sums.account[user][2])
    until_told("address", "203.0.113.21", 3)
    until_told("address", "203.0.113.22", 2)
    sums = until_told("address", "203.0.113.23", 2)
    assert.same({ 3, 0, 2, 0 }, { unpack(sums.address["203.0.113.21"]) }) -- one was no token of ours at all
    assert.same({ 2, 0, 0, 0 }, { unpack(sums.address["203.0.113.22"]) })
    assert.same({ 2, 0, 0, 2 }, { unpack(sums.address["203.0.113.23"]) })
  end)

  it("questions count as well: what the backend is asked, too often or not", function()
    for _ = 1, 120 do edge.get("/api/cart", { ["X-Forwarded-For"] = "203.0.113.40" }) end
    local sums = until_told("address", "203.0.113.40", 120)
    assert.True(sums.address["203.0.113.40"][2] > 5)
  end)

  it("who is exempt from the address's bucket, or on the blacklist, is not counted", function()
    local item = edge.publish { limits = "-" }
    local user = edge.new_user()
    assert.equal("RESERVED", edge.buy(edge.purchase(item, { userID = user })).json.code) -- from 127.0.0.1
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "address", "value", "203.0.113.60", "expires", 0)
    edge.until_true("the ban", function() return from("203.0.113.60", edge.purchase(item)) == "BLACKLISTED" end, 3)
    -- what was counted until then is as if told
    edge.everywhere "require('flashsale.traffic').report() return true"
    edge.until_true("nothing waits", function() return edge.eval 'return ngx.shared.fs_reports:llen("traffic")' == 0 end, 3)
    edge.redis:call("DEL", "fs:traffic")
    for _ = 1, 5 do from("203.0.113.60", edge.purchase(item)) end
    for _ = 1, 5 do from("203.0.113.60", "{") end
    from("203.0.113.61", edge.purchase(item))
    until_told("address", "203.0.113.61", 1)
    -- a whole second later everything has been told
    from("203.0.113.62", edge.purchase(item))
    local sums = until_told("address", "203.0.113.62", 1)
    assert.is_nil(sums.address["203.0.113.60"])
    assert.is_nil(sums.address["127.0.0.1"])
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "address", "value", "203.0.113.60", "expires", -1)
    edge.until_true("its end", function() return from("203.0.113.60", edge.purchase(item)) == "RESERVED" end, 3)
  end)

  it("a sieve finds who is frequent among any number of others, and says how much it may have missed", function()
    local result = edge.eval [[
      local sieve = require "flashsale.sieve"
      local s = sieve.new(100)
      local most = 0
      -- 10,000 keys once each, and between them three that are frequent
      for i = 1, 10000 do
        sieve.count(s, "rare-" .. i)
        if i % 10 == 0 then sieve.count(s, "ten") end
        if i % 20 == 0 then sieve.count(s, "five") end
        if i % 4 == 0 then sieve.count(s, "quarter") end
        most = math.max(most, s.count)
      end
      local total, missed = s.total, s.missed
      local rows, of = sieve.empty(s, 3), {}
      for _, row in ipairs(rows) do of[row.key] = row.requests end
      return { of = of, total = total, missed = missed, most = most, after = s.count }
    ]]
    assert.equal(14000, result.total)
    assert.True(result.most <= 100)
    assert.True(result.missed <= 14000 / 101, result.missed)
    assert.equal(0, result.after)
    for key, times in pairs { quarter = 2500, ten = 1000, five = 500 } do
      assert.True(result.of[key] <= times and result.of[key] >= times - result.missed, key .. " " .. tostring(result.of[key]))
    end
  end)

  local function lost_reports()
    return (tonumber(edge.get("/metrics").body:match("flashsale_edge_reports_lost_total (%d+)")))
  end

  it("where Redis does not take the reports they are lost and counted, one line says so, and buying goes on", function()
    expected = { "reports to fs:traffic" }
    local item = edge.publish { limits = "-" }
    edge.redis:call("SET", "fs:traffic", "no stream")
    local lost = lost_reports()
    assert.equal("RESERVED", from("203.0.113.80", edge.purchase(item)))
    edge.until_true("a lost report", function() return lost_reports() > lost end, 5)
    assert.equal("RESERVED", from("203.0.113.80", edge.purchase(item)))
    edge.redis:call("DEL", "fs:traffic")
    from("203.0.113.81", edge.purchase(item))
    until_told("address", "203.0.113.81", 1)
    edge.until_ready()
  end)

  it("the stream keeps what may be read again and no more", function()
    local item = edge.publish { limits = "-" }
    edge.redis:call("EVAL", [[
      redis.call("DEL", KEYS[1])
      for i = 1, 300 do redis.call("XADD", KEYS[1], i .. "-1", "node", "old", "report", "seen 0 0 0 0 0 0 0 0") end]],
      1, "fs:traffic")
    from("203.0.113.90", edge.purchase(item))
    edge.until_true("the old ones are gone", function()
      local first = edge.redis:call("XRANGE", "fs:traffic", "-", "+", "COUNT", 1)[1]
      return first[2][2] ~= "old" or edge.redis:call("XLEN", "fs:traffic") < 120
    end, 5)
  end)
end)

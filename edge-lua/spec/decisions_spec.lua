-- What was answered can be asked about afterwards: whole where somebody was kept out, as a sample otherwise, within bounds.

local edge = require "support.edge"

describe("Decisions:", function()
  local expected
  setup(function()
    edge.start { FLASHSALE_BUCKET_ACCOUNT = "off", FLASHSALE_BUCKET_ADDRESS = "off", FLASHSALE_TRUSTED_PROXIES = "127.0.0.1" }
  end)
  teardown(function() edge.stop() end)
  before_each(function()
    expected = nil
    edge.redis:call("DEL", "fs:decisions")
  end)
  after_each(function() edge.clean_log(expected) end)

  local function from(address, request, client) return edge.buy(request, { ["X-Forwarded-For"] = address }, client).json end

  -- What the stream has: trace id -> the line's words.
  local function told()
    local lines = {}
    for _, entry in ipairs(edge.redis:call("XRANGE", "fs:decisions", "-", "+")) do
      for line in entry[2][4]:gmatch("[^\n]+") do
        local words = {}
        for word in line:gmatch("%S+") do words[#words + 1] = word end
        assert.equal(6, #words, line)
        assert.is_nil(lines[words[1]], "told twice: " .. line)
        lines[words[1]] = words
      end
    end
    return lines
  end

  local function until_told(trace)
    local lines
    edge.until_true("the answer " .. trace .. " is told", function()
      lines = told()
      return lines[trace] ~= nil
    end, 5)
    return lines
  end

  local function blacklist(kind, value, expires)
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", kind, "value", value, "expires", expires)
  end

  it("who is kept out is told each time, with what is known of them and until when", function()
    local item = edge.publish { limits = "-" }
    local request = edge.purchase(item)
    local ends = edge.now_ms() + 60000
    blacklist("account", request.userID, ends)
    edge.until_true("the ban", function() return from("203.0.113.7", request).code == "BLACKLISTED" end, 3)
    edge.redis:call("DEL", "fs:decisions")
    local traces = {}
    local client = edge.to_worker(edge.workers()[1])
    for i = 1, 20 do traces[i] = from("203.0.113." .. 100 + i, request, client).traceID end
    local lines = until_told(traces[20])
    for i, trace in ipairs(traces) do
      assert.same({ trace, "BLACKLISTED", item.sku, request.userID, "203.0.113." .. 100 + i, tostring(ends) }, lines[trace])
    end

    -- who hammers on says nothing new: three of a second are enough of one address
    local began = edge.now_ms()
    for i = 1, 40 do traces[i] = from("203.0.113.7", request, client).traceID end
    local seconds = math.ceil((edge.now_ms() - began) / 1000) + 1
    local last = from("203.0.113.99", request, client).traceID
    client:close()
    lines = until_told(last)
    local kept = 0
    for i = 1, 40 do kept = kept + (lines[traces[i]] and 1 or 0) end
    assert.True(kept >= 3 and kept <= 3 * seconds, kept .. " in " .. seconds .. " s")
    blacklist("account", request.userID, -1)

    blacklist("network", "2001:db8:7::/48", 0)
    local answer
    edge.until_true("the network's ban", function()
      answer = from("2001:db8:7::9", edge.purchase(item))
      return answer.code == "BLACKLISTED"
    end, 3)
    lines = until_told(answer.traceID)
    assert.same({ answer.traceID, "BLACKLISTED", item.sku, "-", "2001:db8:7::9", "0" }, lines[answer.traceID])
    blacklist("network", "2001:db8:7::/48", -1)
  end)

  it("of another's refusal nothing is told that is not its own: neither account nor end", function()
    local item = edge.publish { limits = "-" }
    local client = edge.to_worker(edge.workers()[1])
    local mine = edge.purchase(item)
    local stranger = edge.purchase(item, { userID = "stranger", sessionID = mine.sessionID })
    local answer = from("203.0.113.8", stranger, client)
    assert.equal("IDENTITY_MISMATCH", answer.code)
    local unknown = from("203.0.113.9", { goodsSKU = "NOPE", goodsQuantity = 1 }, client)
    -- and what nginx refuses by itself
    local other = edge.buy(string.rep("x", 5000), { ["X-Forwarded-For"] = "203.0.113.19" }, client).json
    assert.equal("TOO_LARGE", other.code)
    client:close()
    local lines = until_told(other.traceID)
    assert.same({ other.traceID, "TOO_LARGE", "-", "-", "203.0.113.19", "-" }, lines[other.traceID])
    assert.same({ answer.traceID, "IDENTITY_MISMATCH", item.sku, mine.userID, "203.0.113.8", "-" }, lines[answer.traceID])
    assert.same({ unknown.traceID, "UNKNOWN_SKU", "-", "-", "203.0.113.9", "-" }, lines[unknown.traceID])
  end)

  it("of other refusals a few of each second are told, and of orders none", function()
    local empty, item = edge.publish { published = 1, available = 0, sold = 1 }, edge.publish { limits = "1" }
    local pid = edge.workers()[1]
    local client = edge.to_worker(pid)
    local won = from("203.0.113.10", edge.purchase(item), client)
    assert.equal("RESERVED", won.code)
    local began, last = edge.now_ms(), nil
    for _ = 1, 200 do last = from("203.0.113.10", { goodsSKU = empty.sku, goodsQuantity = 1 }, client) end
    assert.equal("SOLD_OUT", last.code)
    local seconds = math.ceil((edge.now_ms() - began) / 1000) + 1
    client:close()
    client = edge.to_worker(pid)
    local bad = edge.buy("{", { ["X-Forwarded-For"] = "203.0.113.10" }, client).json
    client:close()
    local lines, sold_out = until_told(bad.traceID), 0
    for _, words in pairs(lines) do
      if words[2] == "SOLD_OUT" then sold_out = sold_out + 1 end
    end
    assert.True(sold_out >= 1 and sold_out <= 5 * seconds, sold_out .. " in " .. seconds .. " s")
    assert.is_nil(lines[won.traceID])
  end)

  it("what Redis decides is told of who asked, also where others had a turn meanwhile", function()
    local item = edge.publish { limits = "1" }
    local request = edge.purchase(item)
    assert.equal("RESERVED", from("203.0.113.11", request).code)
    edge.until_hint(item, "item.available < item.published")
    request.requestID = "again"
    local answer = from("203.0.113.11", request)
    assert.equal("LIMIT_REACHED", answer.code)
    local lines = until_told(answer.traceID)
    assert.same({ answer.traceID, "LIMIT_REACHED", item.sku, request.userID, "203.0.113.11", "-" }, lines[answer.traceID])
  end)
end)

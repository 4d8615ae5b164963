-- Answers are counted by promo item and code, and Redis has the totals: each once, whatever is written twice or dies.

local cjson = require "cjson"
local edge = require "support.edge"

describe("Answers by item:", function()
  local expected
  setup(function() edge.start { FLASHSALE_BUCKET_ACCOUNT = "off" } end)
  teardown(function() edge.stop() end)
  before_each(function() expected = nil end)
  after_each(function() edge.clean_log(expected) end)

  local function code_of(request, headers) return edge.buy(request, headers).json.code end

  local function incarnation() return edge.eval 'return ngx.shared.fs_answers:get("!incarnation")' end

  -- What Redis has of the item, code -> total.
  local function published(item)
    local totals = {}
    local flat = edge.redis:call("HGETALL", "fs:answers:" .. incarnation())
    for i = 1, #flat, 2 do
      local id, code = flat[i]:match "^(%d+):([A-Z_]+)$"
      if tonumber(id) == item.id then totals[code] = tonumber(flat[i + 1]) end
    end
    return totals
  end

  local function until_published(item, code, total)
    edge.until_true(code .. " of item " .. item.id .. " is " .. total, function() return published(item)[code] == total end, 10)
  end

  it("every answer counts for its item and code, from every worker, also where nothing but the SKU was looked at", function()
    local item, empty = edge.publish { limits = "1" }, edge.publish { published = 1, available = 0, sold = 1 }
    local request = edge.purchase(item)
    assert.equal("RESERVED", code_of(request))
    for _, pid in ipairs(edge.workers()) do
      local client = edge.to_worker(pid)
      for _ = 1, 5 do assert.equal("SOLD_OUT", edge.buy(edge.purchase(empty), nil, client).json.code) end
      request.requestID = "again-" .. pid
      assert.equal("LIMIT_REACHED", edge.buy(request, nil, client).json.code)
      assert.equal("UNAUTHENTICATED", edge.buy({ goodsSKU = item.sku, goodsQuantity = 1 }, nil, client).json.code)
      client:close()
    end
    assert.equal("UNKNOWN_SKU", code_of { goodsSKU = "NOWHERE", goodsQuantity = 1 })
    until_published(empty, "SOLD_OUT", 10)
    until_published(item, "UNAUTHENTICATED", 2)
    assert.same({ RESERVED = 1, LIMIT_REACHED = 2, UNAUTHENTICATED = 2 }, published(item))
    assert.same({ SOLD_OUT = 10 }, published(empty))
  end)

  it("the time that is told beside the totals goes on where nothing is counted", function()
    local function told() return tonumber(edge.redis:call("HGET", "fs:answers", incarnation())) end
    edge.until_true("a time", told, 10)
    local first = told()
    assert.True(math.abs(first - edge.now_ms()) < 10000)
    edge.until_true("a later time", function() return told() > first end, 10)
  end)

  it("a reload of nginx goes on with the totals, and loses none of what the old workers counted", function()
    local item = edge.publish { published = 1, available = 0, sold = 1 }
    local before, born = edge.workers(), incarnation()
    for _ = 1, 20 do assert.equal("SOLD_OUT", code_of(edge.purchase(item))) end
    -- one that an old worker answers when its timer has stopped already
    local late, body = edge.to_worker(before[1]), cjson.encode(edge.purchase(item))
    late:send("POST /buy HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " .. #body
      .. "\r\n\r\n" .. body:sub(1, 10))
    edge.kill(edge.nginx_pid, "HUP")
    edge.until_true("the old worker's end has begun", function()
      return edge.read("/proc/" .. before[1] .. "/cmdline"):find("shutting down", 1, true)
    end, 10)
    late:send(body:sub(11))
    assert.equal("SOLD_OUT", cjson.decode(late:receive().body).code)
    late:close()
    edge.until_true("new workers", function()
      local now = edge.workers()
      return #now == 2 and now[1] ~= before[1] and now[1] ~= before[2] and now[2] ~= before[1] and now[2] ~= before[2]
    end, 10)
    for _ = 1, 3 do assert.equal("SOLD_OUT", code_of(edge.purchase(item))) end
    assert.equal(born, incarnation())
    until_published(item, "SOLD_OUT", 24)
  end)

  it("a new life of nginx counts under a name of its own", function()
    local item = edge.publish { published = 1, available = 0, sold = 1 }
    assert.equal("SOLD_OUT", code_of(edge.purchase(item)))
    until_published(item, "SOLD_OUT", 1)
    local born = incarnation()
    edge.restart_nginx()
    assert.not_equal(born, incarnation())
    assert.same({}, published(item))
    edge.until_known(item)
    edge.until_hint(item, "item.available == 0")
    assert.equal("SOLD_OUT", code_of(edge.purchase(item)))
    until_published(item, "SOLD_OUT", 1)
    assert.equal("1", edge.redis:call("HGET", "fs:answers:" .. born, item.id .. ":SOLD_OUT"))
  end)

  it("a Redis that lost the totals is told all of them again", function()
    local item = edge.publish { published = 1, available = 0, sold = 1 }
    for _ = 1, 3 do assert.equal("SOLD_OUT", code_of(edge.purchase(item))) end
    until_published(item, "SOLD_OUT", 3)
    expected = { "connect%(%) to unix:.* failed", "recv%(%) failed", "send%(%) failed", "sync: " }
    edge.kill_redis()
    edge.start_redis()
    edge.load_library()
    until_published(item, "SOLD_OUT", 3)
  end)

  it("a full dict evicts nothing: items that are gone make room, and what waited is counted then", function()
    expected = { "sync: Redis: timeout" } -- thousands of totals at once, on a busy machine
    local item = edge.publish { published = 1, available = 0, sold = 1 }
    assert.equal("SOLD_OUT", code_of(edge.purchase(item)))
    until_published(item, "SOLD_OUT", 1)
    local gone = edge.eval [[
      local dict, n = ngx.shared.fs_answers, 0
      while dict:safe_add((900000 + n) .. ":SOLD_OUT", 1) do n = n + 1 end
      return n
    ]]
    assert.True(gone > 1000)
    local late = edge.publish { published = 1, available = 0, sold = 1 }
    for _ = 1, 4 do assert.equal("SOLD_OUT", code_of(edge.purchase(late))) end
    assert.equal("SOLD_OUT", code_of(edge.purchase(item)))
    edge.until_true("the totals of both", function()
      return published(late).SOLD_OUT == 4 and published(item).SOLD_OUT == 2
    end, 60)
    assert.truthy(edge.get("/metrics").body:find("flashsale_edge_dict_full_total %d"))
    edge.until_true("room", function()
      return edge.eval 'return ngx.shared.fs_answers:get("900000:SOLD_OUT") == nil'
    end, 30)
  end)
end)

-- Buyers who come together are reserved and handed on together, and each hears what became of his own order.

local cjson = require "cjson"
local edge = require "support.edge"

describe("Buyers who come together", function()
  local expected
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  before_each(function()
    edge.double { mode = "", mute = "" }
    expected = nil
    edge.until_ready()
  end)
  after_each(function() edge.clean_log(expected) end)

  -- n connections to one worker, which has logged in to Redis already.
  local function connections(n)
    local first = edge.to_worker(nil)
    local pid = cjson.decode(first:request("POST", "/.eval", {}, "return true").body).pid
    assert.equal("RESERVED", edge.buy(edge.purchase(edge.publish {}), nil, first).json.code)
    local clients = { first }
    for i = 2, n do clients[i] = edge.to_worker(pid) end
    return clients
  end

  local function send(clients, requests)
    for i, client in ipairs(clients) do
      local body = cjson.encode(requests[i])
      client:send("POST /buy HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body)
    end
  end

  local function receive(clients)
    local answers = {}
    for i, client in ipairs(clients) do
      answers[i] = cjson.decode(assert(client:receive()).body)
      client:close()
    end
    return answers
  end

  it("go to the backend in few requests, and each gets the verdict on his own order", function()
    local item = edge.publish {}
    local clients, requests = connections(40), {}
    for i = 1, 40 do requests[i] = edge.purchase(item, { requestID = "k", goodsQuantity = i % 3 == 0 and 2 or 1 }) end
    edge.double { mode = "singles" }
    local before = edge.double().count
    send(clients, requests)
    local answers = receive(clients)
    local taken = edge.double().count - before
    assert.True(taken < 20, taken .. " requests for 40 orders")
    local ids = {}
    for i, answer in ipairs(answers) do
      assert.equal(i % 3 == 0 and "LIMIT_REACHED" or "RESERVED", answer.code)
      assert.is_nil(ids[answer.orderID])
      ids[answer.orderID] = true
      assert.equal(answer.orderID, edge.buy(requests[i]).json.orderID)
    end
    assert.equal("73", edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)

  it("wait for a silent backend's earlier request some milliseconds and not its whole time", function()
    expected = { "upstream timed out" }
    local item = edge.publish {}
    local clients, requests = connections(40), {}
    for i = 1, 40 do requests[i] = edge.purchase(item) end
    edge.double { mode = "slow" }
    local before, started = edge.double().count, edge.now_ms()
    send(clients, requests)
    for _, answer in ipairs(receive(clients)) do assert.equal("PENDING", answer.code) end
    local took, taken = edge.now_ms() - started, edge.double().count - before
    assert.True(took < 3000, took .. " ms")
    assert.True(taken < 20, taken .. " requests for 40 orders")
  end)

  it("are reserved in few pipelines while Redis is slow, and each hears Redis's answer to his own call", function()
    local rich, poor = edge.publish {}, edge.publish { limits = "1" }
    local clients, requests = connections(30), {}
    for i = 1, 30 do
      requests[i] = i % 3 == 0 and edge.purchase(poor, { goodsQuantity = 2 }) or edge.purchase(rich)
    end
    edge.kill(edge.redis_pid, "STOP")
    send(clients, requests)
    edge.kill(edge.redis_pid, "CONT")
    for i, answer in ipairs(receive(clients)) do
      assert.equal(i % 3 == 0 and "LIMIT_REACHED" or "RESERVED", answer.code)
    end
    assert.equal("80", edge.redis:call("HGET", edge.keys(rich).item, "available"))
    assert.equal("100", edge.redis:call("HGET", edge.keys(poor).item, "available"))
    local _, connected = edge.redis:call("CLIENT", "LIST"):gsub("user=edge", "")
    assert.True(connected < 15, connected .. " connections")
  end)

  -- Sixteen calls, in pairs; how many pairs were under way at most, and what became of the calls.
  local function calls_of_sixteen(at_once, seconds)
    return edge.eval([[
      local under_way, most, sent, away = 0, 0, 0, 0
      local call = require("flashsale.gather").new(function(calls, n)
        under_way = under_way + 1
        most = math.max(most, under_way)
        ngx.sleep(]] .. seconds .. [[)
        under_way, sent = under_way - 1, sent + n
        for i = 1, n do calls[i].outcome = "sent" end
      end, 2, ]] .. at_once .. [[)
      local calls, threads = {}, {}
      for i = 1, 16 do
        calls[i] = { outcome = "away" }
        threads[i] = ngx.thread.spawn(call, calls[i])
      end
      for i = 1, 16 do ngx.thread.wait(threads[i]) end
      for i = 1, 16 do away = away + (calls[i].outcome == "away" and 1 or 0) end
      return { most = most, sent = sent, away = away }
    ]])
  end

  it("have no more calls under way than there may be; the rest wait for their turn", function()
    assert.same({ most = 3, sent = 16, away = 0 }, calls_of_sixteen(3, 0.1))
    assert.same({ most = 9, sent = 16, away = 0 }, calls_of_sixteen("nil", 0.1))
  end)

  it("hear what was said before where no turn comes in time: nothing was sent", function()
    assert.same({ most = 2, sent = 3, away = 13 }, calls_of_sixteen(2, 2.5))
  end)
end)

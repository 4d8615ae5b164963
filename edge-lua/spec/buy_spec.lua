-- POST /buy from end to end: each code of the contract, from the real nginx, a real Redis and the backend's double.

local cjson = require "cjson"
local edge = require "support.edge"

describe("POST /buy", function()
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  before_each(function() edge.double { mode = "", mute = "" } end)
  local expected
  before_each(function() expected = nil end)
  after_each(function() edge.clean_log(expected) end)

  local function shape(answer, status, code)
    assert.equal(code, answer.json.code)
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
  end

  it("sells: RESERVED with the order id and the time to pay", function()
    local item = edge.publish {}
    local request = edge.purchase(item)
    local answer = edge.buy(request)
    shape(answer, 200, "RESERVED")
    assert.equal("successed.please place the order and make payments within half an hour", answer.json.reponseMsg)
    assert.truthy(answer.json.orderID:find("^%w+%-%w+$"))
    assert.truthy(answer.json.payBefore:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
    assert.equal("99", edge.redis:call("HGET", edge.keys(item).item, "available"))
    local received = cjson.decode(edge.double().last)[1]
    assert.equal(answer.json.orderID, received.orderID)
    assert.same({ item.sku, item.id, 1, request.userID, 1, 1, cjson.null },
      { received.sku, received.promoItemID, received.epoch, received.userID, received.level, received.quantity,
        received.requestID })
    assert.equal(answer.json.traceID, received.traceID)
    assert.equal("spec-edge-token", edge.double().token)
  end)
end)

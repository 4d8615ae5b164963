-- Spans of sampled purchases: what the collector is sent, of whom, and what becomes of them without it.

local cjson = require "cjson"
local edge = require "support.edge"

describe("Spans", function()
  local item

  local function traced(share)
    edge.restart_nginx { FLASHSALE_OTLP_URL = "http://127.0.0.1:" .. edge.backend_port, FLASHSALE_TRACE_SAMPLE = share,
      FLASHSALE_EDGE_NODE = "spec" }
    edge.until_known(item)
  end

  setup(function()
    edge.start()
    item = edge.publish { published = 1000 }
  end)
  teardown(function() edge.stop() end)
  before_each(function() edge.double { mode = "", spans = "" } end)
  after_each(function() edge.clean_log() end)

  local function value(attribute) return attribute.value.stringValue or tonumber(attribute.value.intValue) end

  -- The spans that the collector has, by name, with their attributes by key; and what they are of.
  local function collected()
    local spans, resource = {}, {}
    for line in edge.double().spans:gmatch("[^\n]+") do
      local of = cjson.decode(line).resourceSpans[1]
      for _, attribute in ipairs(of.resource.attributes) do resource[attribute.key] = value(attribute) end
      for _, span in ipairs(of.scopeSpans[1].spans) do
        local attributes = {}
        for _, attribute in ipairs(span.attributes) do attributes[attribute.key] = value(attribute) end
        span.attributes, spans[span.name] = attributes, span
      end
    end
    return spans, resource
  end

  local function await_spans(name)
    edge.until_true("a span " .. name, function() return collected()[name] end)
    return collected()
  end

  local function metric(name)
    return tonumber(edge.get("/metrics").body:match("\nflashsale_edge_" .. name .. " (%d+)"))
  end

  it("of a purchase are its whole and its two calls, with ids that are made of the trace id", function()
    traced(1)
    local answer = edge.buy(edge.purchase(item)).json
    local spans, resource = await_spans("POST /buy")
    local whole, reserve, hand_over = spans["POST /buy"], spans["reserve"], spans["hand over"]
    assert.equal("flashsale-edge", resource["service.name"])
    assert.equal("spec", resource["service.instance.id"])
    for _, span in pairs(spans) do
      assert.equal("0000000000000000" .. answer.traceID, span.traceId)
      assert.True(span.startTimeUnixNano <= span.endTimeUnixNano)
      assert.equal(19, #span.startTimeUnixNano)
    end
    assert.equal(answer.traceID, whole.spanId)
    assert.is_nil(whole.parentSpanId)
    assert.equal(answer.traceID, reserve.parentSpanId)
    assert.equal(answer.traceID, hand_over.parentSpanId)
    local first = tonumber(answer.traceID:sub(1, 1), 16)
    assert.equal(string.format("%x", (first + 8) % 16) .. answer.traceID:sub(2), hand_over.spanId)
    assert.are_not.equal(hand_over.spanId, reserve.spanId)
    assert.True(whole.startTimeUnixNano <= reserve.startTimeUnixNano and reserve.endTimeUnixNano <= hand_over.startTimeUnixNano
      and hand_over.endTimeUnixNano <= whole.endTimeUnixNano)
    assert.equal(200, whole.attributes["http.response.status_code"])
    assert.equal(answer.orderID, whole.attributes["flashsale.order.id"])
    assert.equal("TAKEN", reserve.attributes["flashsale.outcome"])
    assert.equal("RESERVED", hand_over.attributes["flashsale.outcome"])
  end)

  it("tell of the trace that a client is in, and stay in their own", function()
    traced(1)
    local answer = edge.buy(edge.purchase(item),
      { traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }).json
    local whole = await_spans("POST /buy")["POST /buy"]
    assert.equal("0000000000000000" .. answer.traceID, whole.traceId)
    assert.same({ { traceId = "4bf92f3577b34da6a3ce929d0e0e4736", spanId = "00f067aa0ba902b7" } }, whole.links)
    for _, none in ipairs { "00-" .. string.rep("0", 32) .. "-00f067aa0ba902b7-01", "00-4bf9-00f0-01", "rubbish" } do
      edge.double { spans = "" }
      edge.buy(edge.purchase(item), { traceparent = none })
      assert.is_nil(await_spans("POST /buy")["POST /buy"].links, none)
    end
  end)

  it("are of the share of the purchases that was asked for, whatever a client asks for", function()
    traced(0.25)
    local sampled = edge.eval [[
      local spans, trace = require "flashsale.spans", require "flashsale.trace"
      local n = 0
      for _ = 1, 20000 do
        trace.next()
        if spans.begin(trace.text()) then n = n + 1 end
      end
      return n]]
    assert.True(sampled > 4600 and sampled < 5400, sampled)
    traced(0)
    edge.buy(edge.purchase(item), { traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" })
    assert.is_nil(edge.eval [[return require("flashsale.spans").begin("0123456789abcdef")]])
  end)

  it("share their choice with the other parts", function()
    -- CRC32 of the digits is 0x68c4f033, 0.4093 of all; the same numbers are in the tests of `telemetry`
    traced(0.4093)
    assert.truthy(edge.eval [[return require("flashsale.spans").begin("0123456789abcdef") ~= nil]])
    traced(0.4092)
    assert.is_nil(edge.eval [[return require("flashsale.spans").begin("0123456789abcdef")]])
  end)

  it("are counted and gone when the collector does not take them, and hold up nobody", function()
    traced(1)
    assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code)
    edge.until_true("three are sent", function() return metric("spans_sent_total") == 3 end)
    edge.double { mode = "deaf" }
    assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code)
    edge.until_true("three are lost", function() return metric("spans_lost_total") == 3 end)
    edge.restart_nginx { FLASHSALE_OTLP_URL = "http://127.0.0.1:1", FLASHSALE_TRACE_SAMPLE = 1 }
    edge.until_known(item)
    assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code)
    edge.until_true("three more are lost", function() return metric("spans_lost_total") == 3 end)
  end)

  it("find no room beyond a bound, and are counted", function()
    traced(1)
    edge.eval [[
      local spans = require "flashsale.spans"
      for _ = 1, 2048 + 52 do spans.finish({ trace = "0123456789abcdef", spans = {} }, {}) end]]
    edge.until_true("some are dropped", function() return metric("spans_dropped_total") == 52 end)
  end)
end)

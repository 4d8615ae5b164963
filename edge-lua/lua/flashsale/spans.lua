--[[ Spans of a share of the purchases that passed nginx's own checks, for a collector of OpenTelemetry (docs/adr/0016). A
  purchase of which nothing is recorded costs a checksum of its trace id, and not that where there is no collector; what nginx
  refuses by itself never comes here.

  begin(trace): what to record a purchase in, or nil. Of that: child(purchase, name, since, attributes) a span from since = now()
  to this moment, finish(purchase, attributes) the whole, from the request's first byte to this moment.

  Ids are made of the 16 digits of the trace id, so that the other parts know them without being told: the trace's is these
  behind 16 zeros, the whole's span has them as they are, a child's differ in the first.

  Spans wait in the worker's memory, ROOM of them at most, and leave once a second as OTLP's JSON. What finds no room, and what
  the collector does not take, is counted and gone. ]]

local cjson = require "cjson.safe"
local ffi = require "ffi"
local metrics = require "flashsale.metrics"
local names = require "flashsale.names"
local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local C = ffi.C

ffi.cdef [[
  struct flashsale_instant { long seconds; long microseconds; };
  int gettimeofday(struct flashsale_instant *instant, void *zone);
]]

local M = {}

local ROOM = 2048 -- some 1 MB; a second's worth of 500 sampled purchases
local BATCH = 512 -- spans in one request
local EVERY_S = 1
local CONNECT_MS, WAIT_MS = 200, 1000

local SERVER, CLIENT = 2, 3 -- kinds of a span

-- The children: what their kind is, and what is added to the first digit of the trace id.
local CHILDREN = { ["reserve"] = 4, ["hand over"] = 8 }

local threshold = settings.otlp and settings.trace_sample * 0x100000000 or 0

local waiting = {}

local instant = ffi.new("struct flashsale_instant")

-- now(): nanoseconds since 1970, as text: more digits than a number has.
function M.now()
  C.gettimeofday(instant, nil)
  return (string.format("%d%06d000", tonumber(instant.seconds), tonumber(instant.microseconds)))
end

function M.begin(trace)
  if threshold == 0 or ngx.crc32_short(trace) >= threshold then return nil end
  return { trace = trace, spans = {} }
end

local function span_id(trace, child)
  local first = bit.bxor(tonumber(trace:sub(1, 1), 16), child)
  return string.format("%x", first) .. trace:sub(2)
end

local function attribute(key, value)
  if type(value) == "number" then return { key = key, value = { intValue = string.format("%d", value) } } end
  return { key = key, value = { stringValue = value } }
end

local function attributes_of(values)
  local list = {}
  for key, value in pairs(values) do list[#list + 1] = attribute(key, value) end
  return list
end

function M.child(purchase, name, since, attributes)
  local trace, spans = purchase.trace, purchase.spans
  spans[#spans + 1] = {
    traceId = "0000000000000000" .. trace, spanId = span_id(trace, CHILDREN[name]), parentSpanId = trace,
    name = name, kind = CLIENT, startTimeUnixNano = since, endTimeUnixNano = M.now(), attributes = attributes_of(attributes),
  }
end

-- The trace that a client says it is in: told of, never joined, since it would be the client's to say what is recorded.
local function link()
  local trace, span = (ngx.var.http_traceparent or ""):match("^00%-([0-9a-f]+)%-([0-9a-f]+)%-[0-9a-f][0-9a-f]$")
  if not trace or #trace ~= 32 or #span ~= 16 or trace:find("^0+$") or span:find("^0+$") then return nil end
  return { { traceId = trace, spanId = span } }
end

local function keep(span)
  if #waiting < ROOM then waiting[#waiting + 1] = span else metrics.event("spans_dropped") end
end

function M.finish(purchase, attributes)
  local trace = purchase.trace
  keep {
    traceId = "0000000000000000" .. trace, spanId = trace, name = "POST /buy", kind = SERVER, links = link(),
    startTimeUnixNano = string.format("%.0f000000", ngx.req.start_time() * 1000), endTimeUnixNano = M.now(),
    attributes = attributes_of(attributes),
  }
  for _, span in ipairs(purchase.spans) do keep(span) end
end

local collector -- the address at which it was found
local REST = 19 -- asking for the address stands in the way of everybody: one part in twenty, at most
local look_up_at = 0

local function post(spans)
  local host, port = settings.otlp.host, settings.otlp.port
  if not collector then
    local began = platform.monotonic_ms()
    if began < look_up_at then return false end
    local found = names.look_up(host, port)
    ngx.update_time()
    local now = platform.monotonic_ms()
    look_up_at = now + REST * (now - began)
    collector = found and found[1]
    if not collector then return false end
  end
  local socket = ngx.socket.tcp()
  socket:settimeouts(CONNECT_MS, WAIT_MS, WAIT_MS)
  if not socket:connect(collector.text, port) then
    collector = nil
    return false
  end
  local body = cjson.encode { resourceSpans = { {
    resource = { attributes = attributes_of { ["service.name"] = "flashsale-edge", ["service.instance.id"] = settings.node,
      ["service.version"] = settings.version } },
    scopeSpans = { { scope = { name = "flashsale" }, spans = spans } },
  } } }
  local sent = socket:send { "POST /v1/traces HTTP/1.1\r\nHost: ", host, ":", tostring(port), "\r\nConnection: close\r\n",
    "Content-Type: application/json\r\nContent-Length: ", tostring(#body), "\r\n\r\n", body }
  local status = sent and socket:receive()
  socket:close()
  return status and status:find("^HTTP/1%.%d 2%d%d") ~= nil
end

-- send(): all that waits. After a batch that was not taken the rest is not tried: the collector is away.
function M.send()
  local spans = waiting
  waiting = {}
  local first = 1
  while first <= #spans do
    local batch = {}
    for i = first, math.min(first + BATCH - 1, #spans) do batch[#batch + 1] = spans[i] end
    if not post(batch) then break end
    metrics.event("spans_sent", #batch)
    first = first + #batch
  end
  if first <= #spans then metrics.event("spans_lost", #spans - first + 1) end
end

--[[ start(): once in each worker. ]]
function M.start()
  if threshold == 0 then return true end
  local busy = false
  return ngx.timer.every(EVERY_S, platform.roomy(function()
    if busy or #waiting == 0 then return end
    busy = true
    local ok, err = pcall(M.send)
    busy = false
    if not ok then
      metrics.event("faults")
      ngx.log(ngx.ERR, "spans: ", err)
    end
  end))
end

return M

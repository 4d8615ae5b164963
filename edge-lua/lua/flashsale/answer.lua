--[[ The answer to POST /buy: one JSON shape for every outcome, printed in pieces (no per-request string of 128 bytes or
  more: see "LuaJIT and long strings" in docs). Counts each answer by its code. ]]

local codes = require "flashsale.codes"
local metrics = require "flashsale.metrics"

local M = {}

local NO_ORDER = ',"orderID":null,"payBefore":null,"traceID":"'
local END = '"}\n'

local by_name = codes.by_name
local pieces = {}
for i = 1, 16 do pieces[i] = "" end

-- The answer's time: UTC, whole seconds. Kept for the second, since all buyers of an item are told the same.
local iso_of, iso_count = {}, 0
local function iso(ms)
  local second = math.floor(ms / 1000)
  local text = iso_of[second]
  if not text then
    if iso_count > 1000 then iso_of, iso_count = {}, 0 end
    text = os.date("!%Y-%m-%dT%H:%M:%SZ", second)
    iso_of[second], iso_count = text, iso_count + 1
  end
  return text
end
M.iso = iso

local function finish(code, length, retry_after)
  metrics.count(code.name)
  ngx.status = code.status
  local header = ngx.header
  header["Content-Type"] = "application/json"
  header["Content-Length"] = length
  if retry_after > 0 then header["Retry-After"] = retry_after end
  ngx.print(pieces)
end

--[[ refuse(name, trace, filling, retry_after): an outcome without an order. `filling` gives the message's placeholders. ]]
function M.refuse(name, trace, filling, retry_after)
  local code = by_name[name]
  local parts, n, length = code.parts, 0, 0
  for i = 1, #parts do
    local piece = parts[i]
    if i % 2 == 0 then piece = filling[piece] end
    n = n + 1
    pieces[n] = piece
    length = length + #piece
  end
  pieces[n + 1], pieces[n + 2], pieces[n + 3] = NO_ORDER, trace, END
  for i = n + 4, #pieces do pieces[i] = "" end
  finish(code, length + #NO_ORDER + #trace + #END, retry_after or code.retry_after)
end

--[[ order(name, trace, order_id, pay_before_ms or nil, filling): an outcome that has an order id. ]]
function M.order(name, trace, order_id, pay_before, filling)
  local code = by_name[name]
  local parts, n, length = code.parts, 0, 0
  for i = 1, #parts do
    local piece = parts[i]
    if i % 2 == 0 then piece = filling[piece] end
    n = n + 1
    pieces[n] = piece
    length = length + #piece
  end
  local tail = { ',"orderID":"', order_id, '","payBefore":', pay_before and '"' or "null",
    pay_before and iso(pay_before) or "", pay_before and '"' or "", ',"traceID":"', trace, END }
  for i = 1, #tail do
    pieces[n + i] = tail[i]
    length = length + #tail[i]
  end
  for i = n + #tail + 1, #pieces do pieces[i] = "" end
  finish(code, length, code.retry_after)
end

return M

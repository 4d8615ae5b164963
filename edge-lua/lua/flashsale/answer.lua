--[[ The answer to POST /buy: one JSON shape for every outcome, printed in pieces (no per-request string of 128 bytes or
  more: see "LuaJIT and long strings" in docs). Counts each answer by its code, and by its item where that is known. ]]

local codes = require "flashsale.codes"
local decisions = require "flashsale.decisions"
local metrics = require "flashsale.metrics"
local tally = require "flashsale.tally"
local ids = require "flashsale.trace"

local M = {}

local NO_ORDER = ',"orderID":null,"payBefore":null,"traceID":"'
local END = '"}\n'

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

local function head(code, length, retry_after, item)
  metrics.count(code.name)
  if item then tally.count(item.answers, code.name) end
  ngx.status = code.status
  local header = ngx.header
  header["Content-Length"] = length
  if retry_after > 0 then header["Retry-After"] = retry_after end
end

-- The answers that need nothing filled in but the trace, and their length: ready made, since they are most.
local plain = {}
for name, code in pairs(codes.by_name) do
  if #code.parts == 1 then
    local text = code.parts[1] .. NO_ORDER
    plain[name] = { text = text, length = tostring(#text + ids.LENGTH + #END) }
  end
end

local function filled(code, filling, tail)
  local parts, pieces, length = code.parts, {}, 0
  for i = 1, #parts do pieces[i] = i % 2 == 0 and filling[parts[i]] or parts[i] end
  for i = 1, #tail do pieces[#parts + i] = tail[i] end
  for i = 1, #pieces do length = length + #pieces[i] end
  return pieces, length
end

--[[ refuse(name, trace, filling, retry_after, item): an outcome without an order. trace: the id as text, or nil for the one that
  is being made (see trace.lua). `filling` gives the message's placeholders; retry_after is the code's where it is nil; item is
  nil where it is not known. The location's default type is application/json. ]]
function M.refuse(name, trace, filling, retry_after, item)
  local code = codes.by_name[name]
  if decisions.keeps(name) then decisions.keep(name, trace or ids.text(), item and item.sku) end
  local ready = plain[name]
  if ready then
    head(code, ready.length, retry_after or code.retry_after, item)
    if trace then
      ngx.print(ready.text, trace, END)
    else
      ngx.print(ready.text, ids.head, ids.high, ids.middle, ids.low, END)
    end
    return
  end
  local pieces, length = filled(code, filling, { NO_ORDER, trace or ids.text(), END })
  head(code, length, retry_after or code.retry_after, item)
  ngx.print(pieces)
end

--[[ order(name, trace, order_id, pay_before_ms or nil, filling, item): an outcome that has an order id. ]]
function M.order(name, trace, order_id, pay_before, filling, item)
  local code = codes.by_name[name]
  if decisions.keeps(name) then decisions.keep(name, trace, item.sku) end
  local quote = pay_before and '"' or ""
  local pieces, length = filled(code, filling, { ',"orderID":"', order_id, '","payBefore":', quote,
    pay_before and iso(pay_before) or "null", quote, ',"traceID":"', trace, END })
  head(code, length, code.retry_after, item)
  ngx.print(pieces)
end

return M

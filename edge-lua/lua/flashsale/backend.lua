--[[ The survivors' way to the backend: POST /internal/orders through an internal location (keepalive, deadlines, another backend
  where one breaks off or is not there), many of them in one request when there are many.

  place(order): sets the order's `verdict`, a code; "PENDING" for anything but a clean one, since units are taken by then. ]]

local cjson = require "cjson.safe"
local backends = require "flashsale.backends"
local codes = require "flashsale.codes"
local gather = require "flashsale.gather"
local metrics = require "flashsale.metrics"
local settings = require "flashsale.settings"
local view = require "flashsale.view"

local M = {}

local MOST = 256 -- the backend takes 1,024

local options = { method = ngx.HTTP_POST, vars = {} }

--[[ In pieces: a string of an order's length would be hashed by a few of its bytes, which are much the same in each. Every
  value is an id or a number, so needs no escape. ]]
local function write(pieces, at, order)
  pieces[at + 1], pieces[at + 2] = '{"orderID":"', order.id
  pieces[at + 3], pieces[at + 4] = '","sku":"', order.item.sku
  pieces[at + 5], pieces[at + 6] = '","promoItemID":', order.item.id
  pieces[at + 7], pieces[at + 8] = ',"epoch":', order.epoch
  pieces[at + 9], pieces[at + 10] = ',"userID":"', order.user
  pieces[at + 11], pieces[at + 12] = '","level":', order.level
  pieces[at + 13], pieces[at + 14] = ',"quantity":', order.quantity
  pieces[at + 15], pieces[at + 16] = order.request_id == "" and ',"requestID":null' or ',"requestID":"',
    order.request_id == "" and "" or order.request_id .. '"'
  pieces[at + 17] = string.format(',"payBefore":%d,"traceID":"', order.pay_before)
  pieces[at + 18], pieces[at + 19] = order.trace, '"}'
end

local function send(orders, n)
  local pieces = { "[" }
  for i = 1, n do
    if i > 1 then pieces[#pieces + 1] = "," end
    write(pieces, #pieces, orders[i])
  end
  pieces[#pieces + 1] = "]"
  options.body = table.concat(pieces)
  options.vars.flashsale_token = settings.edge_token
  local answer = ngx.location.capture("/.internal/orders", options)
  if answer.status == 502 or answer.status == 503 then
    backends.refused()
    view.backend_refused()
    return metrics.event("backend_refused")
  end
  local verdicts = answer.status == 200 and not answer.truncated and cjson.decode(answer.body)
  if type(verdicts) ~= "table" then return metrics.event("backend_unclear") end
  for i = 1, n do
    local verdict = verdicts[i]
    if type(verdict) == "table" and verdict.orderID == orders[i].id and codes.by_name[verdict.code] then
      orders[i].verdict = verdict.code
    else
      metrics.event("backend_unclear")
    end
  end
end

local gathered = gather.new(send, MOST)

function M.place(order)
  order.verdict = "PENDING"
  gathered(order)
end

return M

--[[ The survivor's way to the backend: POST /internal/orders through an internal location (keepalive, deadlines, no retry).

  place(…): the verdict's code; "PENDING" for anything but a clean one, since units are taken by then. ]]

local cjson = require "cjson.safe"
local codes = require "flashsale.codes"
local metrics = require "flashsale.metrics"
local settings = require "flashsale.settings"
local view = require "flashsale.view"

local M = {}

-- The body is put together by nginx from variables (conf/nginx.conf.template): each is an id or a number, so needs no escape.
local vars = {}
local options = { method = ngx.HTTP_POST, vars = vars }

function M.place(item, order_id, user, level, quantity, request_id, pay_before, trace)
  vars.flashsale_token = settings.edge_token
  vars.flashsale_order, vars.flashsale_sku = order_id, item.sku
  vars.flashsale_item, vars.flashsale_epoch = item.id, item.epoch
  vars.flashsale_user, vars.flashsale_level, vars.flashsale_quantity = user, level, quantity
  vars.flashsale_request = request_id == "" and "null" or '"' .. request_id .. '"'
  vars.flashsale_pay_before, vars.flashsale_trace = string.format("%d", pay_before), trace

  local answer = ngx.location.capture("/.internal/orders", options)
  if answer.status == 502 then
    view.backend_refused()
    metrics.event("backend_refused")
    return "PENDING"
  end
  if answer.status ~= 200 or answer.truncated then
    metrics.event("backend_unclear")
    return "PENDING"
  end
  local verdicts = cjson.decode(answer.body)
  local verdict = type(verdicts) == "table" and verdicts[1]
  if type(verdict) ~= "table" or verdict.orderID ~= order_id or not codes.by_name[verdict.code] then
    metrics.event("backend_unclear")
    return "PENDING"
  end
  return verdict.code
end

return M

--[[ /livez: all workers run; where one does not, nginx wants to be started anew. /readyz: a buyer could buy through this edge
  right now. /metrics: counters and gauges. ]]

local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local pulse = require "flashsale.pulse"
local settings = require "flashsale.settings"
local view = require "flashsale.view"

local M = {}

local function send(status, text)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(text)
end

M.live = platform.roomy(function()
  if pulse.stuck() then return send(503, '{"status":"DOWN","workers":false}\n') end
  return send(200, '{"status":"UP"}\n')
end)

M.ready = platform.roomy(function()
  view.refresh()
  local now = platform.monotonic_ms()
  local workers = not pulse.stuck()
  local up = workers and not view.closed(now) and view.catalog_ready
  return send(up and 200 or 503, string.format(
    '{"status":"%s","workers":%s,"redis":%s,"catalog":%s,"blacklist":%s,"backend":%s}\n', up and "UP" or "DOWN",
    workers, view.redis_answers(now), view.catalog_ready, view.blacklist_ready, view.backend_answers(now)))
end)

local DICTS = { "fs_state", "fs_catalog", "fs_hints", "fs_holders", "fs_passed", "fs_metrics", "fs_answers", "fs_bucket_account",
  "fs_bucket_address", "fs_bucket_common", "fs_blacklist_address", "fs_blacklist_account", "fs_blacklist_session" }

M.metrics = platform.roomy(function()
  view.refresh()
  local now = platform.monotonic_ms()
  local items, without = 0, 0
  for _, item in pairs(view.by_sku) do
    items = items + 1
    if not item.hinted then without = without + 1 end
  end
  local gauges = {
    { "redis_age_seconds", math.min(1e9, now - view.redis_at) / 1000 },
    { "backend_beat_age_seconds", math.min(1e9, now - view.beat_at) / 1000 },
    { "hint_age_seconds", math.min(1e9, now - view.hints_at) / 1000 },
    { "clock_offset_seconds", view.clock_offset / 1000 },
    { "blacklist_ready", view.blacklist_ready and 1 or 0 },
    { "gate_open", view.closed(now) and 0 or 1 },
    { "items", items },
    { "items_without_hint", without },
    { "workers_stuck", pulse.stuck() and 1 or 0 },
    { string.format('info{node="%s"}', settings.node), 1 },
  }
  for _, name in ipairs(DICTS) do
    gauges[#gauges + 1] = { "dict_free_bytes_" .. name:sub(4), ngx.shared[name]:free_space() }
  end
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(metrics.text(gauges))
end)

return M

--[[ /livez: all workers run; where one does not, nginx wants to be started anew. /readyz: a buyer could buy through this edge
  right now. /metrics: counters and gauges. ]]

local backends = require "flashsale.backends"
local events = require "flashsale.events"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local pulse = require "flashsale.pulse"
local session = require "flashsale.session"
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

local DICTS = { "fs_state", "fs_catalog", "fs_hints", "fs_holders", "fs_passed", "fs_metrics", "fs_answers", "fs_reports",
  "fs_bucket_account", "fs_bucket_address", "fs_bucket_common", "fs_blacklist_address", "fs_blacklist_network",
  "fs_blacklist_account", "fs_blacklist_session" }
local CONNECTIONS = { "active", "reading", "writing", "waiting" } -- as nginx counts them

M.metrics = platform.roomy(function()
  view.refresh()
  local now = platform.monotonic_ms()
  local items, without = 0, 0
  for _, item in pairs(view.by_sku) do
    items = items + 1
    if not item.hinted then without = without + 1 end
  end
  local free, size, connections = {}, {}, {}
  for _, name in ipairs(DICTS) do
    local labels = string.format('{dict="%s"}', name:sub(4))
    free[labels], size[labels] = ngx.shared[name]:free_space(), ngx.shared[name]:capacity()
  end
  for _, state in ipairs(CONNECTIONS) do
    connections[string.format('{state="%s"}', state)] = tonumber(ngx.var["connections_" .. state])
  end
  local ready = {}
  for _, peer in ipairs(backends.all()) do
    ready[string.format('{backend="%s:%d"}', peer.text, peer.port)] = peer.ready and 1 or 0
  end
  local kids = {}
  for _, kid in ipairs(session.key_ids()) do kids[string.format('{kid="%s"}', kid)] = 1 end
  local function age(at) return math.min(1e9, now - at) / 1000 end
  local function yes(is) return is and 1 or 0 end
  local gauges = {
    { "redis_age_seconds", "Since Redis last answered.", age(view.redis_at) },
    { "backend_beat_age_seconds", "Since the backend was last seen alive.", age(view.beat_at) },
    { "backend_preferred", "1 for a backend that is sent to while there is a choice.", ready },
    { "hint_age_seconds", "Since Redis was last asked for news of the stock.", age(view.hints_at) },
    { "clock_offset_seconds", "How far Redis's clock is ahead of this machine's.", view.clock_offset / 1000 },
    { "blacklist_ready", "1 once the blacklist is known.", yes(view.blacklist_ready) },
    { "gate_open", "1 while purchases are let through to Redis.", yes(not view.closed(now)) },
    { "items", "Items of the catalogue.", items },
    { "items_without_hint", "Of these, those whose stock is not known here.", without },
    { "workers_stuck", "1 while a worker does not turn.", yes(pulse.stuck()) },
    { "connections", "Connections of clients by state.", connections },
    { "events_pages", "Pages that wait for events.", events.waiting_pages() },
    { "dict_free_bytes", "Room in whole free pages of a shared dict.", free },
    { "dict_size_bytes", "Size of a shared dict.", size },
    { "session_keys", "Keys that session tokens are verified by.", kids },
    { "build_info", "The version that runs.",
      { [string.format('{version="%s",node="%s"}', settings.version, settings.node)] = 1 } },
  }
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(metrics.text(gauges))
end)

return M

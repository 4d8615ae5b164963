--[[ Whether all workers of this nginx still go round their event loops. One that does not keeps its share of the connections,
  and the master does not notice: its buyers wait for ever. Each worker's timer leaves a mark; any worker can tell by the
  others' marks.

  Accepted: after the whole machine slept, a worker may hold the others for stuck until their timers ran, a few ms. ]]

local platform = require "flashsale.platform"

local M = {}

M.STUCK_MS = 10000 -- longer than anything in a tick takes; a supervisor then starts nginx anew

local function key_of(id) return "pulse:" .. id end

-- beat(): from each worker's timer.
function M.beat()
  ngx.shared.fs_state:set(key_of(ngx.worker.id()), platform.monotonic_ms())
end

-- stuck(): whether a worker has left no mark for STUCK_MS while this one has.
function M.stuck()
  local dict = ngx.shared.fs_state
  local mine = dict:get(key_of(ngx.worker.id()))
  for id = 0, ngx.worker.count() - 1 do
    local at = dict:get(key_of(id))
    if at and mine and mine - at > M.STUCK_MS then return true end
  end
  return false
end

return M

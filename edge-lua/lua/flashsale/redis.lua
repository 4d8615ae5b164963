--[[ A connection to Redis over its unix socket, from one of nginx's keepalive pools.

  connect(pool, read_ms): a client that is logged in and whose replies are awaited read_ms; its field `fresh` tells a new
  connection. Or nil and "down" (nobody listens: the socket refused or is not there), "crowded" (all connections of the pool
  are in use and stay so) or what else Redis said; in each case nothing was sent of what the caller wants to send.
  Give it back with keep() after a whole reply, and close() it after anything else. ]]

local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local M = {}

-- A unix socket connects at once or not at all; this is how long one waits for a turn when the pool is in use. Nothing is
-- taken meanwhile, so a crowd may better wait than hear BUSY.
local WAIT_MS = 1000
local IDLE_MS = 60000

-- Bounds per worker. Reservations share pipelines, so more than a few connections mean that Redis does not answer.
M.STOCK = { pool = "stock", pool_size = 64, backlog = 8192 }
M.SYNC = { pool = "sync", pool_size = 2 }

local function why(err)
  if err == "timeout" or err == "too many waiting connect operations" then return "crowded" end
  return "down"
end

function M.connect(pool, read_ms)
  local client = platform.redis:new()
  client:set_timeout(WAIT_MS)
  local ok, err = client:connect("unix:" .. settings.redis_socket, pool)
  if not ok then return nil, why(err) end
  client:set_timeout(read_ms)
  client.fresh = client:get_reused_times() == 0
  if client.fresh then
    ok, err = client:auth(settings.redis_user, settings.redis_password)
    if not ok then
      client:close()
      return nil, err
    end
  end
  return client
end

function M.keep(client)
  client:set_keepalive(IDLE_MS)
end

return M

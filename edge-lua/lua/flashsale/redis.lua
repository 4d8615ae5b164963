--[[ A connection to Redis over its unix socket, from nginx's keepalive pool.

  connect(read_ms): a client that is logged in and whose replies are awaited read_ms; its field `fresh` tells a new
  connection. Or nil, err: nothing was sent.
  Give it back with keep() after a whole reply, and close() it after anything else. ]]

local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local M = {}

local CONNECT_MS = 50 -- a unix socket answers at once or Redis is not there
local IDLE_MS = 60000
local POOL = 256 -- per worker; more survivors than that at once open connections that are closed after use

function M.connect(read_ms)
  local client = platform.redis:new()
  client:set_timeout(CONNECT_MS)
  local ok, err = client:connect("unix:" .. settings.redis_socket)
  if not ok then return nil, err end
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
  client:set_keepalive(IDLE_MS, POOL)
end

return M

--[[ A connection to Redis, over its unix socket or TCP, from one of nginx's keepalive pools.

  connect(pool, read_ms): a client that is logged in and whose replies are awaited read_ms; its field `fresh` tells a new
  connection. Or nil and "down" (nobody listens: the socket refused or is not there), "crowded" (all connections of the pool
  are in use and stay so) or what else Redis said; in each case nothing was sent of what the caller wants to send.
  Give it back with keep() after a whole reply, and close() it after anything else.

  in_place(ms): the same for the syncer, which waits for the replies in place, ms for all that it asks until the next in_place();
  there is one connection in each worker. ]]

local blocking = require "flashsale.blocking"
local names = require "flashsale.names"
local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local M = {}

-- This is how long one waits for a turn when the pool is in use, or for a connection. Nothing is taken meanwhile, so a crowd may
-- better wait than hear BUSY.
local WAIT_MS = 1000
local IDLE_MS = 60000

-- Bounds per worker. Reservations share pipelines, of which few are under way.
M.STOCK = { pool = "stock", pool_size = 32, backlog = 64 }
M.LISTS = { pool = "lists", pool_size = 4, backlog = 16 }
M.SYNC = { pool = "sync", pool_size = 2 }

local function why(err)
  if err == "timeout" or err == "too many waiting connect operations" then return "crowded" end
  return "down"
end

-- The address of a Redis that has a name: where this worker's standing connection last found it, which looks for it anew
-- whenever it has to connect.
local peer

local function join(client, pool)
  local where = settings.redis
  if where.path then return client:connect("unix:" .. where.path, pool) end
  if not peer then
    local list, err = names.look_up(where.host, where.port)
    if not list then return nil, err end
    peer = list[1]
  end
  return client:connect(peer.text, peer.port, pool)
end

function M.connect(pool, read_ms)
  local client = platform.redis:new()
  client:set_timeout(WAIT_MS)
  local ok, err = join(client, pool)
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

local standing

function M.in_place(ms)
  local client = standing
  if client and client.kept then
    client._sock:allow(ms)
    client.fresh, client.kept = false, false
    return client
  end
  if client then client:close() end -- whoever had it threw
  local socket, err = blocking.connect(settings.redis, ms)
  if not socket then return nil, err end
  peer = socket.peer
  client = setmetatable({ _sock = socket, fresh = true, kept = false }, { __index = platform.redis })
  standing = client
  local ok
  ok, err = client:auth(settings.redis_user, settings.redis_password)
  if not ok then
    client:close()
    return nil, err
  end
  return client
end

-- socket(client): for a command in Redis's own words. All of its reply is to be read before keep().
function M.socket(client)
  return client._sock
end

function M.keep(client)
  if client == standing then client.kept = true else client:set_keepalive(IDLE_MS) end
end

return M

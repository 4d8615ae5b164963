--[[ The reservation: one FCALL of `reserve`, and what its outcome proves.

  reserve(…) makes an order id and gives the function's reply (a table), nil and the id; or nil, a problem and the id:
    "away"       nothing was taken and nothing will be: no connection, or Redis refused the command before running it
    "not_ready"  likewise: the library is not loaded, or Redis is loading its data
    "unknown"    sent, and no answer that proves anything: the order id may come to life until not-after ]]

local metrics = require "flashsale.metrics"
local order_id = require "flashsale.order_id"
local redis = require "flashsale.redis"
local view = require "flashsale.view"

local M = {}

local READ_MS = 500
local NOT_AFTER_MS = 2000 -- on Redis's clock: a call that arrives later refuses by itself

-- Error replies that Redis gives before it runs a command. Any other error may have come after a write.
local NOT_RUN = {
  OOM = "away", MISCONF = "away", BUSY = "away", READONLY = "away", MASTERDOWN = "away", NOREPLICAS = "away",
  NOAUTH = "away", NOPERM = "away", WRONGPASS = "away", MOVED = "away", ASK = "away", CLUSTERDOWN = "away",
  TRYAGAIN = "away", LOADING = "not_ready",
}

--[[ meaning(err): of an error reply. An error inside the function carries the function's name and place ("script: …",
  "user_function"): it may have come after a write, so it is unknown. ]]
function M.meaning(err)
  if err:find("user_function", 1, true) or err:find("script:", 1, true) then return "unknown" end
  if err:find("ERR Function not found", 1, true) == 1 then return "not_ready" end
  if err:find("ERR flashsale ", 1, true) == 1 then return "away" end -- misuse, found before the first write
  return NOT_RUN[err:match("^(%u+)")] or "unknown"
end

-- An error that repeats is logged once in ten seconds.
local complained_at = -1e15
local function complain(err)
  metrics.event("reserve_errors")
  if ngx.now() < complained_at + 10 then return end
  complained_at = ngx.now()
  ngx.log(ngx.CRIT, "reserve: Redis answered ", err)
end

function M.reserve(item, user, level, quantity, request_id, trace)
  local client, why = redis.connect(redis.STOCK, READ_MS)
  if not client then
    if why == "down" then view.redis_refused() else metrics.event("redis_crowded") end
    return nil, "away"
  end
  -- Made now and not before the wait for a connection: whoever looks for an unknown order reads from its id until when it
  -- could still have come to life.
  local redis_now = view.redis_now()
  local id = order_id.next(item.id36, redis_now)
  local k = item.keys
  local reply, err = client:fcall("reserve", 6, k[1], k[2], k[3], k[4], k[5], k[6], item.id, item.epoch, id,
    string.format("%d", redis_now + NOT_AFTER_MS), user, level, quantity, request_id, trace)
  if reply then
    redis.keep(client)
    return reply, nil, id
  end
  if reply == false then
    redis.keep(client)
    complain(err)
    return nil, M.meaning(err), id
  end
  client:close()
  return nil, "unknown", id
end

return M

--[[ The reservation: one FCALL of `reserve`, and what its outcome proves.

  reserve(…) gives the function's reply (a table), or nil and
    "away"       nothing was taken and nothing will be: no connection, or Redis refused the command before running it
    "not_ready"  likewise: the library is not loaded, or Redis is loading its data
    "unknown"    sent, and no answer that proves anything: the order id may come to life until not-after ]]

local metrics = require "flashsale.metrics"
local redis = require "flashsale.redis"
local view = require "flashsale.view"

local M = {}

local READ_MS = 500

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

function M.reserve(item, order_id, not_after, user, level, quantity, request_id, trace)
  local client = redis.connect(READ_MS)
  if not client then
    view.redis_refused()
    return nil, "away"
  end
  local k = item.keys
  local reply, err = client:fcall("reserve", 6, k[1], k[2], k[3], k[4], k[5], k[6], item.id, item.epoch, order_id,
    string.format("%d", not_after), user, level, quantity, request_id, trace)
  if reply then
    redis.keep(client)
    return reply
  end
  if reply == false then
    redis.keep(client)
    complain(err)
    return nil, M.meaning(err)
  end
  client:close()
  return nil, "unknown"
end

return M

--[[ The reservation: one FCALL of `reserve` for each order, many in one pipeline when there are many, and what its outcome
  proves.

  reserve(order) sets `id`, a new order id, the `epoch` that it was asked of, and either `reply`, the function's (a table), or
  `problem`:
    "away"       nothing was taken and nothing will be: no connection, or Redis refused the command before running it
    "not_ready"  likewise: the library is not loaded, or Redis is loading its data
    "unknown"    sent, and no answer that proves anything: the order id may come to life until not-after ]]

local gather = require "flashsale.gather"
local metrics = require "flashsale.metrics"
local order_id = require "flashsale.order_id"
local passing = require "flashsale.passing"
local platform = require "flashsale.platform"
local redis = require "flashsale.redis"
local view = require "flashsale.view"

local M = {}

local READ_MS = 500
local MOST = 128 -- in one pipeline: some milliseconds of Redis's time
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

local function send(orders, n)
  local client, why = redis.connect(redis.STOCK, READ_MS)
  if not client then
    if why == "down" then view.redis_refused() else metrics.event("redis_crowded") end
    return
  end
  client:init_pipeline(n)
  -- Ids are made now and not before the wait for a connection: whoever looks for an unknown order reads from its id until
  -- when it could still have come to life.
  ngx.update_time()
  local redis_now = view.redis_now()
  local not_after = string.format("%d", redis_now + NOT_AFTER_MS)
  for i = 1, n do
    local order = orders[i]
    local item = order.item
    local k = item.keys
    order.id, order.epoch = order_id.next(item.id36, redis_now), item.epoch
    client:fcall("reserve", 6, k[1], k[2], k[3], k[4], k[5], k[6], item.id, item.epoch, order.id, not_after, order.user,
      order.level, order.quantity, order.request_id, order.trace)
    order.problem = "unknown"
  end
  local replies = client:commit_pipeline()
  if not replies then return client:close() end
  redis.keep(client)
  for i = 1, n do
    local reply = replies[i]
    if reply[1] == false then
      complain(reply[2])
      orders[i].problem = M.meaning(reply[2])
    else
      orders[i].reply, orders[i].problem = reply, nil
    end
  end
end

local gathered = gather.new(send, MOST)

function M.reserve(order)
  order.reply, order.problem = nil, "away"
  ngx.update_time()
  local mark = passing.leave(order.item, order.user, platform.monotonic_ms())
  gathered(order)
  local reply = order.reply
  if order.problem == "unknown" or (reply and (reply[1] == "TAKEN" or reply[1] == "REPLAYED")) then return end
  passing.got_nothing(mark)
end

return M

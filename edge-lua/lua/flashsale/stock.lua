--[[ The reservation: one FCALL of `reserve_line` for each order, many in one pipeline when there are many, and what its outcome
  proves. Commands and replies are in Redis's own words here, without the client in between: every winner passes, and in pieces
  that the client makes and reads one by one it cost as much as the rest of his way through nginx.

  reserve(order) sets `id`, a new order id, the `epoch` that it was asked of, and either `reply`, the function's (a table), or
  `problem`:
    "away"       nothing was taken and nothing will be: no connection, or Redis refused the command before running it
    "not_ready"  likewise: the library is not loaded, or Redis is loading its data
    "unknown"    sent, and no answer that proves anything: the order id may come to life until not-after ]]

local complaint = require "flashsale.complaint"
local gather = require "flashsale.gather"
local metrics = require "flashsale.metrics"
local order_id = require "flashsale.order_id"
local passing = require "flashsale.passing"
local platform = require "flashsale.platform"
local redis = require "flashsale.redis"
local view = require "flashsale.view"

local M = {}

local READ_MS = 1500
local MOST = 128 -- in one pipeline: some milliseconds of Redis's time
-- Pipelines of a worker under way: enough for Redis to have work while their answers lie in the socket of a worker that has
-- thousands of others to serve. More would wait in front of the syncer's questions, and what waits here can still be told that
-- Redis is away.
local AT_ONCE = 16
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

local function complain(err)
  metrics.event("reserve_errors")
  complaint.critical("reserve", "Redis answered " .. err)
end

-- "\r\n$<length>\r\n", what stands between two arguments of a command.
local BULK = {}
for length = 0, 127 do BULK[length] = string.format("\r\n$%d\r\n", length) end

-- The part of the command that is the same for all orders of an item in an epoch.
local function head_of(item)
  local words = { "FCALL", "reserve_line", "6" }
  for i = 1, 6 do words[#words + 1] = item.keys[i] end
  words[#words + 1] = string.format("%d", item.id)
  words[#words + 1] = string.format("%d", item.epoch)
  for i, word in ipairs(words) do words[i] = string.format("$%d\r\n%s", #word, word) end
  return string.format("*%d\r\n", #words + 7) .. table.concat(words, "\r\n")
end

--[[ write(pieces, at, order, not_after): appends its command. In pieces, since a string of a command's length would be hashed by
  a few of its bytes; every argument has fewer than 128. ]]
local function write(pieces, at, order, not_after)
  local item = order.item
  local level, quantity = string.format("%d", order.level), string.format("%d", order.quantity)
  item.reserve_head = item.reserve_head or head_of(item)
  pieces[at + 1] = item.reserve_head
  pieces[at + 2], pieces[at + 3] = BULK[#order.id], order.id
  pieces[at + 4], pieces[at + 5] = BULK[#not_after], not_after
  pieces[at + 6], pieces[at + 7] = BULK[#order.user], order.user
  pieces[at + 8], pieces[at + 9] = BULK[#level], level
  pieces[at + 10], pieces[at + 11] = BULK[#quantity], quantity
  pieces[at + 12], pieces[at + 13] = BULK[#order.request_id], order.request_id
  pieces[at + 14], pieces[at + 15] = BULK[#order.trace], order.trace
  pieces[at + 16] = "\r\n"
  return at + 16
end

-- A status is the reply, an error is told about. Of anything else nothing is known, nor of what would follow it: false.
local function read(order, line)
  local kind, text = line:sub(1, 1), line:sub(2)
  local reply = { text:match("^(%S+) ?(%S*) ?(%S*) ?(%S*)$") }
  if kind == "+" and reply[1] then
    order.reply, order.problem = reply, nil
  elseif kind == "-" then
    complain(text)
    order.problem = M.meaning(text)
  else
    complain("a reply that is none: " .. line)
    return false
  end
  return true
end

local function send(orders, n)
  view.refresh()
  if not view.redis_answers(platform.monotonic_ms()) then return end
  local client, why = redis.connect(redis.STOCK, READ_MS)
  if not client then
    if why == "down" then view.redis_refused() else metrics.event("redis_crowded") end
    return
  end
  -- Ids are made now and not before the wait for a connection: whoever looks for an unknown order reads from its id until
  -- when it could still have come to life.
  ngx.update_time()
  local redis_now = view.redis_now()
  local not_after = string.format("%d", redis_now + NOT_AFTER_MS)
  local pieces, length = {}, 0
  for i = 1, n do
    local order = orders[i]
    order.id, order.epoch = order_id.next(order.item.id36, redis_now), order.item.epoch
    length = write(pieces, length, order, not_after)
    order.problem = "unknown"
  end
  local socket = redis.socket(client)
  if not socket:send(pieces) then return client:close() end
  for i = 1, n do
    local line = socket:receive()
    if not line or not read(orders[i], line) then return client:close() end
  end
  redis.keep(client)
end

local gathered = gather.new(send, MOST, AT_ONCE)

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

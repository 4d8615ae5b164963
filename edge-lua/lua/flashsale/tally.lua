--[[ Answers of POST /buy by promo item and code, for the settlement: a statistic, not a book.

  The answering path counts in its worker's memory, in a table that hangs on the item; every FLUSH_MS that is added to the shared
  dict, of those items that were answered for, and every PUBLISH_MS the syncer writes the totals to Redis. Totals are absolute and
  belong to one incarnation, the life of one dict, which a reload of nginx does not end: written twice they count once, and a
  later incarnation adds to them.
  Accepted: a worker that is killed takes its last half second with it, nginx as a whole what was not published.
  Keys are those of items in the catalogue times codes; where the dict is full nothing is evicted: counts wait in the workers,
  and items that left the catalogue are forgotten once they are published. ]]

local keys = require "flashsale.keys"
local metrics = require "flashsale.metrics"
local settings = require "flashsale.settings"

local M = { PUBLISH_MS = 2000, FLUSH_MS = 500 }

local PAGE = 1000 -- totals in one HSET; the next tick goes on
local INCARNATION = "!incarnation"

-- Weak: what an item that left the catalogue counted is kept until it is in the dict, and no longer.
local by_item = setmetatable({}, { __mode = "v" })

--[[ of(item_id): where this worker counts the item's answers: {id, counts = code -> number, counted}, the last whether it is in
  the list `counted`. ]]
function M.of(item_id)
  local tally = by_item[item_id]
  if not tally then
    tally = { id = item_id, counts = {}, counted = false }
    by_item[item_id] = tally
  end
  return tally
end

local counted, counted_n = {}, 0 -- those that were counted in since the last flush

-- count(tally, code): one answer.
function M.count(tally, code)
  local counts = tally.counts
  counts[code] = (counts[code] or 0) + 1
  if tally.counted then return end
  tally.counted = true
  counted_n = counted_n + 1
  counted[counted_n] = tally
end

--[[ start(random): once in each worker; the first of all names the incarnation. ]]
function M.start(random)
  ngx.shared.fs_answers:safe_add(INCARNATION, string.format("%s-%08x%08x", settings.node, ngx.time(), random))
end

local function add(dict, key, n)
  local total, err = dict:incr(key, n)
  if total or err ~= "not found" then return total end
  local added
  added, err = dict:safe_add(key, n)
  if added then return true end
  if err == "exists" then return (dict:incr(key, n)) end -- another worker was first
  metrics.event("dict_full")
  ngx.shared.fs_state:set("answers_full", true, 10)
  return nil
end

-- flush(): to the shared dict; what finds no room there stays.
function M.flush()
  local dict = ngx.shared.fs_answers
  local full, full_counted = 0, {}
  for i = 1, counted_n do
    local tally = counted[i]
    tally.counted = false
    for code, n in pairs(tally.counts) do
      if n > 0 then
        if add(dict, tally.id .. ":" .. code, n) then
          tally.counts[code] = 0
        elseif not tally.counted then
          tally.counted = true
          full = full + 1
          full_counted[full] = tally
        end
      end
    end
  end
  counted, counted_n = full_counted, full
end

local flush_at = 0

-- tick(now): flush(), when it is time.
function M.tick(now)
  if now < flush_at then return end
  flush_at = now + M.FLUSH_MS
  M.flush()
end

local sent = {} -- what this worker has published, key -> total
local round = { keys = {}, left = 0, began = 0 } -- all keys, how many of them wait for their turn, and Redis's time when it began

-- Totals that Redis does not have yet, as field, value, …: a page of them; the round is over when none is left.
local function page(dict, redis_now)
  if round.left == 0 then
    local all = dict:get_keys(0)
    round = { keys = all, left = #all, began = redis_now }
  end
  local fields = {}
  while round.left > 0 and #fields < 2 * PAGE do
    local key = round.keys[round.left]
    round.left = round.left - 1
    local total = key ~= INCARNATION and dict:get(key)
    if total and total ~= sent[key] then
      fields[#fields + 1] = key
      fields[#fields + 1] = total
    end
  end
  return fields
end

local function make_room(dict, by_sku)
  local listed = {}
  for _, item in pairs(by_sku) do listed[tostring(item.id)] = true end
  for key, total in pairs(sent) do
    if not listed[key:match("^(%d+):")] and dict:get(key) == total then
      dict:delete(key)
      sent[key] = nil
    end
  end
  ngx.shared.fs_state:delete("answers_full")
end

-- start_over(): this may be another Redis, which has none of it.
function M.start_over()
  sent = {}
  round.left = 0
end

--[[ publish(client, redis_now, by_sku): for the syncer's worker. Gives whether all is published, or nil and what Redis said. The
  time is that of the round's beginning and comes last, so that whoever reads it first reads totals that are at least as new. ]]
function M.publish(client, redis_now, by_sku)
  local dict = ngx.shared.fs_answers
  local incarnation = dict:get(INCARNATION)
  if not incarnation then return true end
  local fields = page(dict, redis_now)
  if #fields > 0 then
    local ok, err = client:hset(keys.answers(incarnation), unpack(fields))
    if not ok then
      round.left = 0 -- begun anew: what failed must not be told of as published
      return nil, err
    end
    for i = 1, #fields, 2 do sent[fields[i]] = fields[i + 1] end
  end
  if round.left > 0 then return false end
  local ok, err = client:hset(keys.ANSWERS, incarnation, string.format("%d", round.began))
  if not ok then return nil, err end
  if ngx.shared.fs_state:get("answers_full") then make_room(dict, by_sku) end
  return true
end

return M

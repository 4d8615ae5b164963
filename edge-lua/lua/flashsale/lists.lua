--[[ Who is on the list of an item that has one. Redis knows it with the stock; within an epoch a list never changes, so what
  Redis has said of a buyer is kept for all workers, and asked for again only where there was no more room to keep it. Those who
  ask at once share pipelines, on connections of their own: reservations wait for none of them. ]]

local complaint = require "flashsale.complaint"
local gather = require "flashsale.gather"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local redis = require "flashsale.redis"
local view = require "flashsale.view"

local M = {}

local READ_MS = 1000
local MOST = 128 -- in one pipeline

local function complain(err)
  metrics.event("list_errors")
  complaint.critical("on_list", "Redis answered " .. err)
end

local function send(asked, n)
  local client, why = redis.connect(redis.LISTS, READ_MS)
  if not client then
    if why == "down" then view.redis_refused() else metrics.event("redis_crowded") end
    return
  end
  client:init_pipeline(n)
  for i = 1, n do
    local item, keys = asked[i].item, asked[i].item.keys
    client:fcall_ro("on_list", 2, keys.item, keys.buyers, item.id, item.epoch, asked[i].user)
  end
  local replies = client:commit_pipeline()
  if not replies then return client:close() end
  for i = 1, n do
    local reply = replies[i]
    if type(reply) == "string" then asked[i].reply = reply else complain(type(reply) == "table" and reply[2] or "nothing") end
  end
  redis.keep(client)
end

local gathered = gather.new(send, MOST, redis.LISTS.pool_size)

--[[ names(item, user): true or false, or nil and the code of why nobody knows, BUSY or NOT_READY. May wait for Redis: take along
  what other requests would write over. Asks nothing of a Redis that is away, nor of an item that is not ready. ]]
function M.names(item, user)
  local dict, key = ngx.shared.fs_listed, item.dict_key .. ":" .. user
  local known = dict:get(key)
  if known ~= nil then return known end
  local now = platform.monotonic_ms()
  if not view.redis_answers(now) then return nil, "BUSY" end
  if view.hinted(item, now) and not view.ready(item) then return nil, "NOT_READY" end
  local ask = { item = item, user = user }
  gathered(ask)
  if not ask.reply then return nil, "BUSY" end
  if ask.reply ~= "YES" and ask.reply ~= "NO" then return nil, "NOT_READY" end
  known = ask.reply == "YES"
  dict:set(key, known)
  return known
end

return M

--[[ What this worker knows of the world: catalogue, stock hints, gates. A copy of what the syncer wrote to the shared dicts.

  refresh() compares one number and copies only what is new, so a worker is never more than a millisecond behind the dicts.
  Ages are measured on the machine's monotonic clock from before the question was sent: a hint is at least as fresh as it
  claims. Redis was asked for all items at once what changed, so all hints are of one age, `hints_at`. Fields of an item: sku id
  id36 epoch keys name names promo_id promo_name promo_names promo_text price list_price currency image hold_ms min_level limits
  bucket_account bucket_sku bucket_prefix public by_list catalog_state catalog_opens catalog_closes answers, and of its hint:
  hinted ready seq state opens closes published available held sold holders. ]]

local cjson = require "cjson.safe"
local bucket = require "flashsale.bucket"
local holders = require "flashsale.holders"
local keys = require "flashsale.keys"
local order_id = require "flashsale.order_id"
local platform = require "flashsale.platform"
local tally = require "flashsale.tally"

local M = {
  by_sku = {}, -- every item of the catalogue
  by_id = {}, -- the same
  catalog_version = nil, -- which of its copies that is
  hints_at = -1e15, -- when Redis was last asked what of them changed
  hints_taken_at = -1e15, -- and what its clock said then
  leased = false, -- whether there was a lease to sell then
  redis_at = -1e15, -- when Redis last answered the syncer
  beat_at = -1e15, -- when the backend was last seen alive
  backend_down_at = -1e15, -- when it last refused a connection
  redis_down_at = -1e15, -- when Redis last did
  clock_offset = 0, -- Redis clock minus ours, ms
  blacklist_ready = false,
  catalog_ready = false, -- Redis has a catalogue
  blacklisted = { address = false, network = false, account = false, session = false }, -- whether there is any entry
  network_lengths = { [0] = {}, [4] = {}, [16] = {} }, -- by an address's length in bytes: how many bits networks on the list have
  generation = -1,
}

M.MAX_AGE_MS = 1000 -- older hints are not used; a beat unchanged for so long means the backend is away
local REBORN_MS = 500 -- after a refused connection, beats this much later prove a new life, not a late echo of the old

local news_seen -- the last of the news that were copied

-- "4/24,6/64" -> the numbers, by the length of such an address.
local function lengths_of(text)
  local lengths = { [0] = {}, [4] = {}, [16] = {} }
  for family, bits in text:gmatch("(%d)/(%d+)") do
    local list = lengths[family == "4" and 4 or 16]
    list[#list + 1] = tonumber(bits)
  end
  return lengths
end

-- "2;3=5" -> what each level may buy; a default of "-" means no limit.
local function limits_of(text)
  local limits = { default = tonumber(text:match("^([^;]*)")), by_level = {} }
  for level, limit in text:gmatch(";(%d+)=(%d+)") do limits.by_level[tonumber(level)] = tonumber(limit) end
  return limits
end

-- buys_nothing(item, level): whether a buyer of this level is not eligible.
function M.buys_nothing(item, level)
  if level < item.min_level then return true end
  local limit = item.limits.by_level[level] or item.limits.default
  return limit == 0
end

local function item_of(sku, e, old)
  local same = old and old.id == e.itemId and old.epoch == e.epoch
  local item = same and old or {
    sku = sku, id = e.itemId, epoch = e.epoch, id36 = order_id.base36(e.itemId, 1),
    keys = keys.of(sku, e.itemId, e.epoch), dict_key = string.format("%d:%d", e.itemId, e.epoch),
    hinted = false, ready = 0, seq = 0, available = 0, held = 0, sold = 0, published = e.published,
    state = e.state, opens = e.opens, closes = e.closes, holders = holders.new(),
    answers = tally.of(e.itemId),
  }
  item.name, item.names, item.promo_id, item.promo_name, item.promo_names, item.promo_version =
    e.name, e.names, e.promoId, e.promoName, e.promoNames, e.promoVersion
  item.promo_text = e.promoText
  item.price, item.list_price, item.currency, item.hold_ms = e.priceMinor, e.listPriceMinor, e.currency, e.holdMs
  item.image = e.image
  item.min_level, item.limits, item.public = e.minLevel or 0, limits_of(e.limits or "-"), e.public ~= false
  item.by_list = e.byList == true
  -- Where the promo says nothing of a bucket, or nothing that can be read, the edge's own holds.
  item.bucket_account = type(e.bucketAccount) == "string" and bucket.rule(e.bucketAccount) or nil
  item.bucket_sku = type(e.bucketSku) == "string" and bucket.rule(e.bucketSku) or nil
  item.bucket_prefix = string.format("%d:", e.promoId or 0)
  item.catalog_state, item.catalog_opens, item.catalog_closes = e.state, e.opens, e.closes
  return item
end

--[[ A hint as the dict has it, under the item's `dict_key`: ready seq state opens closes published available held sold. Without
  one, the item's requests go to Redis. ]]
local function copy_hint(item)
  local ready, seq, state, opens, closes, published, available, held, sold =
    (ngx.shared.fs_hints:get(item.dict_key) or ""):match(
      "^(%d) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$")
  item.hinted = ready ~= nil
  if not ready then return end
  item.ready, item.seq, item.state = tonumber(ready), tonumber(seq), state
  item.opens, item.closes, item.published = tonumber(opens), tonumber(closes), tonumber(published)
  item.available, item.held, item.sold = tonumber(available), tonumber(held), tonumber(sold)
  holders.load(item.holders, item.id, item.epoch, ngx.shared.fs_holders:get(item.dict_key) or 0)
end

local function copy_catalog(text)
  local entries = cjson.decode(text)
  if not entries then return end
  local by_sku, by_id = {}, {}
  for sku, entry in pairs(entries) do
    local item = item_of(sku, entry, M.by_sku[sku])
    by_sku[sku], by_id[tostring(item.id)] = item, item
    copy_hint(item)
  end
  M.by_sku, M.by_id = by_sku, by_id
end

--[[ News are numbered, each a list of item ids whose hints are new. Who missed one that is gone, or is new here, copies all. ]]
M.MOST_NEWS = 100 -- further behind, all is as quick

-- The lists from the one after news_seen to the newest; nil where one is missing.
local function missed_lists(newest)
  if not news_seen or newest < news_seen or newest - news_seen > M.MOST_NEWS then return nil end
  local lists = {}
  for number = news_seen + 1, newest do
    local list = ngx.shared.fs_hints:get("news:" .. number)
    if not list then return nil end
    lists[#lists + 1] = list
  end
  return lists
end

local function copy_news()
  local newest = ngx.shared.fs_hints:get("news") or 0
  if newest == news_seen then return end
  local lists = missed_lists(newest)
  if not lists then
    for _, item in pairs(M.by_sku) do copy_hint(item) end
  else
    for _, list in ipairs(lists) do
      for id in list:gmatch("%S+") do
        local item = M.by_id[id]
        if item then copy_hint(item) end
      end
    end
  end
  news_seen = newest
end

local looked_at = -1
local networks_seen -- what network_lengths was made of

--[[ refresh(now or nil): call before reading. Costs one look into a shared dict when nothing is new, and none when this worker
  looked at the same `now`. ]]
function M.refresh(now)
  if now then
    if now == looked_at then return end
    looked_at = now
  end
  local dict = ngx.shared.fs_state
  local generation = dict:get("generation")
  if generation == M.generation then return end
  M.generation = generation

  -- first of all: what is copied after it is at least as new as it says
  local redis_at, hints_at, taken_at, leased, beat_at, offset, blacklist_ready, catalog_ready, addresses, networks, accounts,
    sessions = (dict:get("sync") or ""):match("^(%S+) (%S+) (%S+) (%d) (%S+) (%S+) (%d) (%d) (%d) (%S+) (%d) (%d)$")
  if redis_at then
    M.redis_at, M.hints_at, M.hints_taken_at, M.leased =
      tonumber(redis_at), tonumber(hints_at), tonumber(taken_at), leased == "1"
    M.beat_at, M.clock_offset = tonumber(beat_at), tonumber(offset)
    M.blacklist_ready, M.catalog_ready = blacklist_ready == "1", catalog_ready == "1"
    M.blacklisted.address, M.blacklisted.network, M.blacklisted.account, M.blacklisted.session =
      addresses == "1", networks ~= "0", accounts == "1", sessions == "1"
    if networks ~= networks_seen then M.network_lengths, networks_seen = lengths_of(networks), networks end
  end
  M.backend_down_at = dict:get("backend_down_at") or M.backend_down_at
  M.redis_down_at = dict:get("redis_down_at") or M.redis_down_at

  local version = ngx.shared.fs_catalog:get("version")
  if version and version ~= M.catalog_version then
    copy_catalog(ngx.shared.fs_catalog:get("entries") or "")
    M.catalog_version = version
  end
  copy_news()
end

-- touch(): tells all workers that something in the dicts is new.
function M.touch()
  ngx.shared.fs_state:incr("generation", 1, 0)
end

-- hinted(item, now): whether there is a hint of it that is in use.
function M.hinted(item, now)
  return item.hinted and now - M.hints_at <= M.MAX_AGE_MS
end

-- ready(item): whether, as the hint has it, the lease covers it.
function M.ready(item)
  return item.ready == 1 and M.leased
end

-- redis_now(): Redis's clock, as well as we know it, in ms.
function M.redis_now()
  return ngx.now() * 1000 + M.clock_offset
end

function M.redis_answers(now)
  return now - M.redis_at <= M.MAX_AGE_MS and M.redis_at > M.redis_down_at
end

function M.backend_answers(now)
  return now - M.beat_at <= M.MAX_AGE_MS and M.beat_at >= M.backend_down_at + REBORN_MS
end

--[[ closed(now): what keeps the gate shut, as the name in "there is an exception in … service", or nil when it is open. ]]
function M.closed(now)
  if not M.redis_answers(now) then return "stock" end
  if not M.blacklist_ready then return "safety" end
  if not M.backend_answers(now) then return "order" end
  return nil
end

-- backend_refused(), redis_refused(): nobody listens there; shuts the gate in every worker at once.
function M.backend_refused()
  ngx.shared.fs_state:set("backend_down_at", platform.monotonic_ms())
  M.touch()
end

function M.redis_refused()
  ngx.shared.fs_state:set("redis_down_at", platform.monotonic_ms())
  M.touch()
end

return M

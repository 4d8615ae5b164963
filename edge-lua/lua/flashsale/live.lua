--[[ The public reads: live promos and items with the server's clock, from this worker's copy of the world.

  Only public items are shown. The ETag follows what is shown but not the clock, so polling costs a 304. What is left of the
  stock is exact when little is left and coarse above, which is all a page needs and less than a bot wants. ]]

local cjson = require "cjson.safe"
local platform = require "flashsale.platform"
local problem = require "flashsale.problem"
local view = require "flashsale.view"

local M = {}

local EXACT = 20

-- coarse(n): n, or above EXACT its two leading digits.
local function coarse(n)
  if n <= EXACT then return n end
  local unit = 10 ^ math.max(0, math.floor(math.log10(n)) - 1)
  return math.floor(n / unit) * unit
end

local function units(n, fresh)
  if not fresh then return cjson.null end
  return coarse(n)
end

-- shown(item): an Item of contract/openapi.yaml. What a hint that is too old would say is left open: null, not a guess.
local function shown(item)
  local fresh = view.hinted(item, platform.monotonic_ms()) and view.ready(item)
  return {
    sku = item.sku, name = item.name, promoID = item.promo_id, promoName = item.promo_name, minLevel = item.min_level,
    priceMinor = item.price, currency = item.currency, holdMs = item.hold_ms,
    opens = fresh and item.opens or item.catalog_opens, closes = fresh and item.closes or item.catalog_closes,
    state = fresh and item.state or item.catalog_state, published = item.published,
    available = units(item.available, fresh), held = units(item.held, fresh), sold = units(item.sold, fresh),
    soldOut = fresh and item.available == 0 and item.held == 0,
    allReserved = fresh and item.available == 0 and item.held > 0,
  }
end

local function list_promos()
  local by_id, list = {}, {}
  for _, item in pairs(view.by_sku) do
    if item.public then
      local promo = by_id[item.promo_id]
      if not promo then
        promo = { id = item.promo_id, name = item.promo_name, items = {} }
        by_id[item.promo_id], list[#list + 1] = promo, promo
      end
      promo.items[#promo.items + 1] = shown(item)
    end
  end
  for _, promo in ipairs(list) do
    table.sort(promo.items, function(a, b) return a.sku < b.sku end)
  end
  table.sort(list, function(a, b) return a.id > b.id end)
  return list, by_id
end

-- Keys in a fixed order, so that equal content has an equal ETag in every worker.
local function encode(value)
  if type(value) ~= "table" then return cjson.encode(value) end
  local parts = {}
  if #value > 0 or next(value) == nil then
    for i, element in ipairs(value) do parts[i] = encode(element) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = '"' .. name .. '":' .. encode(value[name]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

--[[ Answers are encoded once for all who ask until the next news, and at most KEEP_MS: from then on a hint may be too old. Only
  what there is has one, so their number is bounded. ]]
local KEEP_MS = 100
local kept, kept_generation, kept_until = {}, -1, 0
local promos, promos_by_id -- kept as long

-- answer_of(key, make): what is kept under a key, or else of make(key): its text after the opening brace, and its ETag.
local function answer_of(key, make)
  local now = platform.monotonic_ms()
  if view.generation ~= kept_generation or now >= kept_until then
    kept, kept_generation, kept_until = {}, view.generation, now + KEEP_MS
    promos = nil
  end
  local answer = kept[key]
  if answer then return answer end
  local value = make(key)
  if not value then return nil end
  local content = encode(value)
  answer = { rest = "," .. content:sub(2), etag = string.format('W/"%08x-%x"', ngx.crc32_long(content), #content) }
  kept[key] = answer
  return answer
end

local function send(answer)
  local header = ngx.header
  header["ETag"] = answer.etag
  header["Cache-Control"] = "no-cache"
  local known = ngx.var.http_if_none_match
  if known and known:find(answer.etag:sub(3), 1, true) then
    ngx.status = 304
    return
  end
  header["Content-Type"] = "application/json"
  ngx.print('{"now":', string.format("%d", view.redis_now()), answer.rest)
end

local function keep_promos()
  if not promos then promos, promos_by_id = list_promos() end
end

local function all()
  keep_promos()
  return { promos = promos }
end

-- GET /api/promos
M.promos = platform.roomy(function()
  view.refresh(platform.monotonic_ms())
  if not view.catalog_ready then return problem.send(503) end
  return send(answer_of("", all))
end)

local function one(id)
  keep_promos()
  return promos_by_id[id]
end

-- GET /api/promos/{id}
M.promo = platform.roomy(function(id)
  view.refresh(platform.monotonic_ms())
  if not view.catalog_ready then return problem.send(503) end
  local answer = answer_of(tonumber(id), one)
  if not answer then return problem.send(404) end
  return send(answer)
end)

local function item(sku)
  local found = view.by_sku[sku]
  return found and found.public and shown(found)
end

--[[ GET /api/items/{sku}: of the catalogue alone, so names that somebody makes up cost nobody else anything. What is there
  and not public is not shown. ]]
M.item = platform.roomy(function(sku)
  view.refresh(platform.monotonic_ms())
  local answer = answer_of(sku, item)
  if answer then return send(answer) end
  return problem.send(not view.by_sku[sku] and not view.catalog_ready and 503 or 404)
end)

return M

--[[ The public reads: live promos and items with the server's clock, from this worker's copy of the world.

  Lists have public items only. One that is not is told of to sessions that may buy it, under its own name and its
  promo's, and to nobody else. The ETag follows what is shown but not the clock, so polling costs a 304. What is left of the
  stock is exact when little is left and coarse above, which is all a page needs and less than a bot wants. ]]

local blacklist = require "flashsale.blacklist"
local cjson = require "cjson.safe"
local credentials = require "flashsale.credentials"
local lists = require "flashsale.lists"
local platform = require "flashsale.platform"
local problem = require "flashsale.problem"
local session = require "flashsale.session"
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
    sku = item.sku, name = item.name, names = item.names, promoID = item.promo_id, promoName = item.promo_name,
    promoNames = item.promo_names, minLevel = item.min_level, byList = item.by_list or nil, image = item.image,
    priceMinor = item.price, listPriceMinor = item.list_price, currency = item.currency, holdMs = item.hold_ms,
    opens = fresh and item.opens or item.catalog_opens, closes = fresh and item.closes or item.catalog_closes,
    state = fresh and item.state or item.catalog_state, published = item.published,
    available = units(item.available, fresh), held = units(item.held, fresh), sold = units(item.sold, fresh),
    soldOut = fresh and item.available == 0 and item.held == 0,
    allReserved = fresh and item.available == 0 and item.held > 0,
  }
end

local function list_promos()
  local by_id, list, with_hidden = {}, {}, {}
  for _, item in pairs(view.by_sku) do
    if item.public then
      local promo = by_id[item.promo_id]
      if not promo then
        promo = { id = item.promo_id, name = item.promo_name, names = item.promo_names, text = item.promo_text, items = {} }
        by_id[item.promo_id], list[#list + 1] = promo, promo
      end
      promo.items[#promo.items + 1] = shown(item)
    else
      with_hidden[item.promo_id] = true
    end
  end
  for _, promo in ipairs(list) do
    table.sort(promo.items, function(a, b) return a.sku < b.sku end)
  end
  table.sort(list, function(a, b) return a.id > b.id end)
  return list, by_id, with_hidden
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

local function encoded(value)
  local content = encode(value)
  return { rest = "," .. content:sub(2), etag = string.format('W/"%08x-%x"', ngx.crc32_long(content), #content) }
end

--[[ Answers are encoded once for all who ask until the next news, and at most KEEP_MS: from then on a hint may be too old. Only
  what there is has one, so their number is bounded. ]]
local KEEP_MS = 100
local kept, kept_generation, kept_until = {}, -1, 0
local promos, promos_by_id, hidden_promos -- kept as long

local function forget_old()
  local now = platform.monotonic_ms()
  if view.generation == kept_generation and now < kept_until then return end
  kept, kept_generation, kept_until = {}, view.generation, now + KEEP_MS
  promos = nil
end

-- answer_of(key, make): what is kept under a key, or else of make(key): its text after the opening brace, and its ETag.
local function answer_of(key, make)
  forget_old()
  local answer = kept[key]
  if answer then return answer end
  local value = make(key)
  if not value then return nil end
  answer = encoded(value)
  kept[key] = answer
  return answer
end

-- verified(): the claims of the session that asks, nil where there are none; and whether there is a token at all.
local function verified()
  local token, length = credentials.header_token()
  if not token then return nil, false end
  return session.verify(token, length, view.redis_now() / 1000), true
end

-- may_see(item): whether it is public, or the session that asks may buy it. May wait for Redis.
local function may_see(item)
  if item.public then return true end
  local claims = verified()
  if not claims then return false end
  local redis_now = view.redis_now()
  local user, level = claims.user, claims.level
  return not blacklist.ends("session", claims.session, redis_now) and not blacklist.ends("account", user, redis_now)
    and not view.buys_nothing(item, level) and (not item.by_list or lists.names(item, user) == true)
end

local function send(answer, private)
  local header = ngx.header
  header["ETag"] = answer.etag
  header["Cache-Control"] = private and "private, no-cache" or "no-cache"
  local known = ngx.var.http_if_none_match
  if known and known:find(answer.etag:sub(3), 1, true) then
    ngx.status = 304
    return
  end
  header["Content-Type"] = "application/json"
  ngx.print('{"now":', string.format("%d", view.redis_now()), answer.rest)
end

local function keep_promos()
  forget_old()
  if not promos then promos, promos_by_id, hidden_promos = list_promos() end
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

-- A promo that has items which are not public, as who asks may see it: not kept, for the next one may not.
local function whole(id)
  local promo, private
  for _, found in pairs(view.by_sku) do
    if found.promo_id == id and may_see(found) then
      promo = promo or { id = id, name = found.promo_name, names = found.promo_names, text = found.promo_text, items = {} }
      promo.items[#promo.items + 1] = shown(found)
      private = private or not found.public
    end
  end
  if not private then return nil end
  table.sort(promo.items, function(a, b) return a.sku < b.sku end)
  return promo
end

-- GET /api/promos/{id}
M.promo = platform.roomy(function(text)
  view.refresh(platform.monotonic_ms())
  if not view.catalog_ready then return problem.send(503) end
  local id = tonumber(text)
  keep_promos()
  local own = hidden_promos[id] and whole(id)
  if own then return send(encoded(own), true) end
  local answer = answer_of(id, one)
  if not answer then return problem.send(404) end
  return send(answer)
end)

local function item(sku)
  local found = view.by_sku[sku]
  return found and shown(found)
end

--[[ GET /api/items/{sku}: of the catalogue alone, so names that somebody makes up cost nobody else anything. ]]
M.item = platform.roomy(function(sku)
  view.refresh(platform.monotonic_ms())
  local found = view.by_sku[sku]
  if not found then return problem.send(view.catalog_ready and 404 or 503) end
  if not may_see(found) then return problem.send(404) end
  -- while Redis was asked, the SKU may have gone or become another item's
  local still = view.by_sku[sku]
  if not still or still.id ~= found.id then return problem.send(404) end
  return send(answer_of(sku, item), not found.public)
end)

-- A token that cannot be verified may be one whose time is over: the page renews it and asks again. It shows nothing before.
local function may_renew()
  local claims, there = verified()
  return there and not claims
end

--[[ page_of_promo(id), page_of_item(sku): end with 404 a page whose promo or item is not there for who asks. Where nobody knows
  what there is, the page itself says so. ]]
M.page_of_promo = platform.roomy(function(text)
  view.refresh(platform.monotonic_ms())
  local id = tonumber(text)
  keep_promos()
  if promos_by_id[id] or not view.catalog_ready or whole(id) or may_renew() then return end
  return ngx.exit(404)
end)

M.page_of_item = platform.roomy(function(sku)
  view.refresh(platform.monotonic_ms())
  local found = view.by_sku[sku]
  if found and may_see(found) or not view.catalog_ready or may_renew() then return end
  return ngx.exit(404)
end)

return M

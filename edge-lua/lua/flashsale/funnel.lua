--[[ POST /buy: the funnel, cheapest check first (docs: design, section 5). Each step is refused on the spot and costs no
  Redis until all of nginx's own checks are passed.

  Guarantees: what cannot be checked is refused; from the moment units may have been taken the answer is RESERVED, PENDING or
  a decided refusal, whatever breaks. Strings of 128 bytes or more are never made of a request here: the body and the token
  stay where nginx has them. ]]

local ffi = require "ffi"
local address = require "flashsale.address"
local answer = require "flashsale.answer"
local backend = require "flashsale.backend"
local blacklist = require "flashsale.blacklist"
local bucket = require "flashsale.bucket"
local buy_request = require "flashsale.buy_request"
local codes = require "flashsale.codes"
local credentials = require "flashsale.credentials"
local decisions = require "flashsale.decisions"
local holders = require "flashsale.holders"
local lists = require "flashsale.lists"
local metrics = require "flashsale.metrics"
local passing = require "flashsale.passing"
local platform = require "flashsale.platform"
local session = require "flashsale.session"
local settings = require "flashsale.settings"
local spans = require "flashsale.spans"
local stock = require "flashsale.stock"
local trace_id = require "flashsale.trace"
local traffic = require "flashsale.traffic"
local view = require "flashsale.view"

local C = ffi.C

local M = {}

local MAX_IDS = 3 -- tries for an order id that nobody has

local body = platform.variable("request_body")
local refuse = answer.refuse

local filling = { field = "", problem = "", service = "", opens = "", closes = "" }

local function busy(trace, service, item)
  filling.service = service
  return refuse("BUSY", trace, filling, nil, item)
end

local function bad_request(trace, field, problem, item)
  filling.field, filling.problem = field, problem
  return refuse("BAD_REQUEST", trace, filling, nil, item)
end

local function throttled(trace, wait_ms, item)
  local seconds = math.ceil((wait_ms or 1000) / 1000)
  return refuse("THROTTLED", trace, filling, seconds > 1 and seconds or 1, item)
end

-- ends: when the entry does, 0 where it stands until it is lifted; with an end the answer says when to come back.
local function blacklisted(ends, redis_now, item)
  decisions.kept_out(ends)
  local seconds = ends == 0 and 0 or math.ceil((ends - redis_now) / 1000)
  return refuse("BLACKLISTED", nil, filling, seconds, item)
end

-- The whole edge's bucket is drawn from in lots, one look into the dict for many requests.
local LOT = 64
local lot_left = 0

local function edge_admits(now)
  local rule = settings.bucket_edge
  if not rule then return true end
  if lot_left > 0 then
    lot_left = lot_left - 1
    return true
  end
  local tokens = math.min(LOT, rule.burst)
  local taken, wait = bucket.take(ngx.shared.fs_bucket_common, "edge", rule, now, tokens)
  if taken then lot_left = tokens - 1 end
  return taken, wait
end

local function admits(dict, rule, key, now)
  if not rule then return true end
  local taken, wait = bucket.take(dict, key, rule, now, 1)
  if taken == nil then metrics.event("dict_full") end
  return taken, wait
end

local exempt = address.networks(settings.rate_exempt)

local function address_admits(client, now)
  local rule = settings.bucket_address
  if not rule or exempt(client) then return true end
  return admits(ngx.shared.fs_bucket_address, rule, address.whose(client), now)
end

--[[ standing(item, …): the code that a fresh hint refuses with, or nil: ask Redis. ]]
local function standing(item, quantity, now, redis_now)
  if not view.hinted(item, now) then return nil end
  if not view.ready(item) then
    if item.catalog_state == "ENDED" or redis_now >= item.catalog_closes then return "ENDED" end
    return "NOT_READY"
  end
  if item.state == "ENDED" or redis_now >= item.closes then return "ENDED" end
  if item.state == "PAUSED" then return "PAUSED" end
  if item.state ~= "LIVE" then return "NOT_READY" end
  if redis_now < item.opens then return "NOT_STARTED" end
  if item.available < quantity then return item.held > 0 and "ALL_RESERVED" or "SOLD_OUT" end
  return nil
end

--[[ may_have_order(item, user, user_length, now, redis_now): whether the user whose id is at `user`, or nil, may have an order
  for it. What other edges sold in the last instant before its end is in the hints that were taken after that. ]]
local function may_have_order(item, user, user_length, now, redis_now)
  if not view.ready(item) or item.holders.loaded < item.seq then return true end
  if redis_now >= item.closes and view.hints_taken_at < item.closes and item.available > 0 and item.state == "LIVE" then
    return true
  end
  if user == nil then return false end
  return holders.may_hold(item.holders, user, user_length) or passing.may_have(item, user, user_length, now)
end

-- The request's key, from its body or from the header: address and length; 0 long: none, -1: not a key.
local function key_of(request, p)
  if request.key_length > 0 then return p + request.key, request.key_length end
  return credentials.idempotency_key()
end

--[[ may_repeat(request, p, item, now, redis_now): whether one who is to be refused may be repeating a request that won. Without
  a key the function could not tell a repetition from a new request and would refuse it as well. The user is whom the body
  names, or else the token, verified or not; the cheaper question comes first. ]]
local function may_repeat(request, p, item, now, redis_now)
  if request.key_length == 0 and passing.somebody(now) and credentials.idempotency_key() == nil then return false end
  if request.user_length > 0 then
    if not may_have_order(item, p + request.user, request.user_length, now, redis_now) then return false end
    local _, length = key_of(request, p)
    return length ~= 0
  end
  local _, length = key_of(request, p)
  if length == 0 then return false end
  local token, token_length = credentials.token(request, p)
  if not token then return may_have_order(item, nil, 0, now, redis_now) end
  local user, user_length = session.peek_subject(token, token_length)
  return may_have_order(item, user, user_length, now, redis_now)
end

local TELLS_WHEN = { NOT_STARTED = true, PAUSED = true, ENDED = true }

local function refuse_standing(trace, item, code, now)
  if code == "NOT_READY" then
    local service = view.closed(now)
    if service then return busy(trace, service, item) end
  end
  if TELLS_WHEN[code] then filling.opens, filling.closes = answer.iso(item.opens), answer.iso(item.closes) end
  return refuse(code, trace, filling, nil, item)
end

-- Who is not on the item's list, or of whom that cannot be said.
local function refuse_unnamed(trace, item, why)
  if why == "BUSY" then return busy(trace, "stock", item) end
  return refuse(why or "NOT_ELIGIBLE", trace, filling, nil, item)
end

local function hold_text(hold_ms)
  local minutes = hold_ms / 60000
  if minutes == 30 then return "half an hour" end
  if minutes == 60 then return "an hour" end
  if minutes >= 2 then return (string.format("%d minutes", math.floor(minutes))) end
  return (string.format("%d seconds", math.floor(hold_ms / 1000)))
end

--[[ settle(…): units are taken, or an order exists. outcome is a code; anything that is not one is PENDING. ]]
local function settle(trace, item, outcome, id, pay_before)
  if outcome == "RESERVED" then
    return answer.order("RESERVED", trace, id, pay_before, { hold = hold_text(item.hold_ms) }, item)
  end
  if outcome == "PENDING" or not codes.by_name[outcome] then
    return answer.order("PENDING", trace, id, pay_before, { orderID = id }, item)
  end
  return answer.order(outcome, trace, id, nil, { service = "order", field = "goodsSKU", problem = "was refused",
    opens = answer.iso(item.opens), closes = answer.iso(item.closes) }, item)
end

-- What `reserve` says besides TAKEN and REPLAYED.
local function refuse_reserve(trace, item, reply, now)
  local outcome = reply[1]
  if outcome == "TOO_LATE" or outcome == "ID_TAKEN" then return busy(trace, "stock", item) end
  if outcome == "NOT_STARTED" then item.opens = tonumber(reply[2]) or item.opens end
  if outcome == "ENDED" then item.closes = tonumber(reply[2]) or item.closes end
  if not codes.by_name[outcome] then return refuse("NOT_READY", trace, filling, nil, item) end
  return refuse_standing(trace, item, outcome, now)
end

local function conclude(order, now)
  local item, trace, recorded = order.item, order.trace, order.recorded
  local since = recorded and spans.now()
  for _ = 1, MAX_IDS do
    stock.reserve(order)
    decisions.asks(order.client, order.user)
    if not order.reply or order.reply[1] ~= "ID_TAKEN" then break end
  end
  metrics.took("reserve_seconds", platform.monotonic_ms() - now)
  if recorded then
    spans.child(recorded, "reserve", since, { ["db.system.name"] = "redis", ["db.operation.name"] = "FCALL",
      ["db.stored_procedure.name"] = "reserve_line", ["flashsale.outcome"] = order.reply and order.reply[1] or order.problem })
  end

  local reply, problem = order.reply, order.problem
  if not reply then
    if problem == "unknown" then return settle(trace, item, "PENDING", order.id, nil) end
    if problem == "not_ready" then return refuse("NOT_READY", trace, filling, nil, item) end
    return busy(trace, "stock", item)
  end
  if reply[1] == "REPLAYED" then
    local outcome = reply[4]
    if outcome == "UNDECIDED" or outcome == "SENT" then outcome = "PENDING" end
    return settle(trace, item, outcome, reply[2], tonumber(reply[3]))
  end
  if reply[1] ~= "TAKEN" then return refuse_reserve(trace, item, reply, now) end

  order.pay_before = tonumber(reply[3])
  since = recorded and spans.now()
  backend.place(order)
  decisions.asks(order.client, order.user)
  if recorded then
    spans.child(recorded, "hand over", since, { ["http.request.method"] = "POST", ["url.path"] = "/internal/orders",
      ["flashsale.outcome"] = order.verdict })
  end
  return settle(trace, item, order.verdict, order.id, order.pay_before)
end

local function id_of(order)
  local reply = order.reply
  return reply and reply[1] == "REPLAYED" and reply[2] or order.id
end

-- A fault of ours is BUSY only where nothing was sent.
local function reserve(order, now)
  order.recorded = spans.begin(order.trace)
  local ok, err = pcall(conclude, order, now)
  metrics.took("buy_seconds", platform.monotonic_ms() - now)
  if not ok then
    if order.problem == "away" or ngx.headers_sent then error(err, 0) end
    metrics.event("faults")
    ngx.log(ngx.CRIT, "order ", order.id, ": ", err)
    settle(order.trace, order.item, "PENDING", id_of(order), order.pay_before)
  end
  if order.recorded then
    spans.finish(order.recorded, { ["http.request.method"] = "POST", ["url.path"] = "/buy",
      ["http.response.status_code"] = ngx.status, ["flashsale.order.id"] = id_of(order), ["flashsale.sku"] = order.item.sku })
  end
end

local function is_text(p, length, text)
  return length == #text and C.memcmp(p, text, length) == 0
end

local function run()
  -- 1: JSON and types; nginx itself saw to method and size
  local p, length = body()
  local request, field, problem
  if p then request, field, problem = buy_request.parse(p, length) end
  trace_id.next()
  local now = platform.monotonic_ms()
  view.refresh(now)
  local redis_now = view.redis_now()
  local client = credentials.client_address()
  decisions.asks(client, nil)
  local ends = blacklist.client_ends(client, redis_now)
  if not ends then traffic.client(client) end
  if not request then
    if not ends then traffic.marked("malformed", client) end
    return bad_request(nil, field or "body", problem or "is missing")
  end
  local sku, quantity = request.sku, request.quantity

  -- 2: the address, and the edge as a whole
  local item = view.by_sku[sku]
  if ends then return blacklisted(ends, redis_now, item) end
  local taken, wait = address_admits(client, now)
  if not taken then
    if taken == false then traffic.marked("throttled", client) end
    return throttled(nil, wait, item)
  end
  taken, wait = edge_admits(now)
  if not taken then return throttled(nil, wait, item) end

  -- 3: the item, as far as a hint that is fresh can tell
  if not item then
    if not view.redis_answers(now) then return busy(nil, "stock") end
    if not view.catalog_ready then return refuse("NOT_READY", nil, filling) end
    return refuse("UNKNOWN_SKU", nil, filling)
  end
  if item.public then
    local code = standing(item, quantity, now, redis_now)
    if code and (code == "NOT_READY" or not may_repeat(request, p, item, now, redis_now)) then
      return refuse_standing(nil, item, code, now)
    end
  end
  local service = view.closed(now)
  if service then return busy(nil, service, item) end
  local key, key_length = key_of(request, p)
  if key_length < 0 then return bad_request(nil, "Idempotency-Key", "must be 1 to 64 of A-Z a-z 0-9 _ -", item) end

  -- 4: who it is
  local token, token_length, by_cookie = credentials.token(request, p)
  local claims, forged
  if token then claims, forged = session.verify(token, token_length, redis_now / 1000) end
  if forged then traffic.marked("failed", client) end
  if not claims or (by_cookie and not credentials.same_origin_json()) then
    return refuse("UNAUTHENTICATED", nil, filling, nil, item)
  end
  local user, level = claims.user, claims.level
  decisions.asks(client, user)
  if blacklist.ends("session", claims.session, redis_now) then return refuse("UNAUTHENTICATED", nil, filling, nil, item) end
  if (request.user_length > 0 and not is_text(p + request.user, request.user_length, user))
    or (request.level >= 0 and request.level ~= level) then
    traffic.marked("failed", client)
    return refuse("IDENTITY_MISMATCH", nil, filling, nil, item)
  end

  -- 5, 6: standing and eligibility
  ends = blacklist.ends("account", user, redis_now)
  if ends then return blacklisted(ends, redis_now, item) end
  traffic.buyer(user, claims.session, client)
  if view.buys_nothing(item, level) then return refuse("NOT_ELIGIBLE", nil, filling, nil, item) end
  local trace, request_id
  if item.by_list then
    -- Others may have a turn now: what they would write over is taken along.
    trace, request_id = trace_id.text(), key_length > 0 and ffi.string(key, key_length) or ""
    local named, why = lists.names(item, user)
    decisions.asks(client, user)
    if not named then return refuse_unnamed(trace, item, why) end
    now, redis_now = platform.monotonic_ms(), view.redis_now()
  end
  if not item.public then
    local code = standing(item, quantity, now, redis_now)
    if code and (code == "NOT_READY" or key_length == 0 or not may_have_order(item, user, #user, now, redis_now)) then
      return refuse_standing(trace, item, code, now)
    end
  end

  -- 7: how often
  if item.bucket_account then
    taken, wait = admits(ngx.shared.fs_bucket_account, item.bucket_account, item.bucket_prefix .. user, now)
  else
    taken, wait = admits(ngx.shared.fs_bucket_account, settings.bucket_account, user, now)
  end
  if not taken then
    if taken == false then traffic.marked("throttled", client, user) end
    return throttled(trace, wait, item)
  end
  taken, wait = admits(ngx.shared.fs_bucket_common, item.bucket_sku or settings.bucket_sku, sku, now)
  if not taken then return throttled(trace, wait, item) end

  -- 9: the units; 8, tickets, is not there yet
  request_id = request_id or (key_length > 0 and ffi.string(key, key_length) or "")
  trace = trace or trace_id.text()
  if settings.access_log then ngx.var.flashsale_trace = trace end
  return reserve({ item = item, user = user, level = level, quantity = quantity, request_id = request_id,
    trace = trace, client = client }, now)
end

-- What an address on the blacklist may still do: look at its orders and pay for them, of which the backend judges by account.
local MAY_STILL = { "^/api/orders/", "^/api/cart", "^/api/payments/events/" }

local function may_still(uri)
  for i = 1, #MAY_STILL do
    if uri:find(MAY_STILL[i]) then return true end
  end
  return false
end

--[[ admit(): step 2 for a request that the backend answers itself: ends with 403 or 429 what comes from a blacklisted address or
  too often. Buying and asking draw from one bucket. ]]
M.admit = platform.roomy(function()
  local now = platform.monotonic_ms()
  view.refresh(now)
  local client = credentials.client_address()
  local ends = blacklist.client_ends(client, view.redis_now())
  if ends and not may_still(ngx.var.uri) then return ngx.exit(403) end
  if not ends then traffic.client(client) end
  local taken = address_admits(client, now)
  if taken then return end
  if taken == false and not ends then traffic.marked("throttled", client) end
  return ngx.exit(429)
end)

-- answer(): the whole of POST /buy. A fault of ours is one line in the log (at crit, the server's level) and BUSY.
M.answer = platform.roomy(function()
  local ok, err
  -- Not for going round: LuaJIT begins to compile at loops, and after this call into C it goes on into `run`.
  repeat
    ngx.req.read_body()
    ok, err = pcall(run)
  until true
  if ok then return end
  metrics.event("faults")
  ngx.log(ngx.CRIT, "POST /buy: ", err)
  trace_id.next()
  decisions.asks("", nil)
  if not ngx.headers_sent then busy(nil, "edge") end
end)

return M

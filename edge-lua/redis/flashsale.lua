#!lua name=flashsale
--[[ The only code that changes hot stock.

  Guarantees: each call is atomic; every check comes before the first write (Redis does not roll back); time is
  Redis TIME in milliseconds; nothing is sold without a lease that this very process was granted after a rebuild.
  Does not: know buyers' sessions, policy or payment, expire holds by itself, or keep anything that MySQL does not
  also have or is about to have (the pending set is the debt).

  Keys of a promo item share one slot and carry their epoch, fs:{SKU}:<itemId>:<epoch>:
    item          HASH  facts and counters; published = available + held + sold, each >= 0; what was withdrawn is in none of them
    buyers        HASH  userId -> units that count towards the buyer's limit; of an item with a list, each who is on it is here
    requests      HASH  userId:requestId -> order id
    reservations  HASH  order id -> packed reservation (below)
    pending       ZSET  order id by time taken: taken and not yet acknowledged by the queue
    holders       LIST  userId of every reservation ever made; its length is the item's seq

  A packed reservation is `state|userId|level|quantity|requestId|seq|reservedAt|payBefore|code|traceId`:
    T taken, no verdict    S decided SEND    R refused, with its code    C given back    P paid
  Ids are 1-64 of A-Z a-z 0-9 _ -, so neither | nor : can occur in them.

  A replay, a verdict and an effect may come twice, late or in another order: each has an answer here.
  Loaded by the backend alone, and only over a lower VERSION. ]]

local VERSION = 8

local MAX_BATCH = 256 -- order ids or items in one call: keeps a call below a millisecond
local MAX_QUANTITY = 100
local MAX_NEWS = 4096 -- item ids in one reply of `changes`

--[[ The lease to sell. It lives in this process's memory on purpose: a restart, a failover or a reload of the library
  forgets it, and then every function answers NOT_READY until a rebuild has granted a new one. `items` names the one
  epoch of each item that the lease covers; `granted` the latest that this process ever covered: its keys are exact, however
  long the lease has run out, where those of an epoch that came back from a file may be old; `revoked` the highest that was
  revoked: a grant that was meant before and comes late finds itself overtaken. ]]
local lease = { nonce = nil, until_ms = 0, items = {}, granted = {}, revoked = {} }

--[[ What a follower has to look at again: the items in the order of their last change, a list that is linked both ways. `count`
  numbers the changes. It lives and dies with the lease; `life` tells this list from one that was lost. ]]
local news = { life = nil, count = 0, at = {}, newer = {}, older = {}, newest = nil }

-- changed(item_id): from now on its snapshot may be another. Belongs to whatever makes it so. O(1), no key.
local function changed(item_id)
  news.count = news.count + 1
  news.at[item_id] = news.count
  if news.newest == item_id then return end
  local newer, older = news.newer[item_id], news.older[item_id]
  if newer then news.older[newer] = older end
  if older then news.newer[older] = newer end
  if news.newest then news.newer[news.newest] = item_id end
  news.older[item_id], news.newer[item_id], news.newest = news.newest, nil, item_id
end

local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function covers(item_id, epoch, now)
  return now < lease.until_ms and lease.items[item_id] == epoch
end

local function int(text)
  local n = tonumber(text)
  if not n or n % 1 ~= 0 or n < -9007199254740991 or n > 9007199254740991 then return nil end
  return n
end

-- The caller's mistake, found before anything is written.
local function misuse(text)
  return redis.error_reply('ERR flashsale ' .. text)
end

local function pack(r)
  return table.concat({ r.state, r.user, r.level, r.quantity, r.request, string.format('%d', r.seq),
    string.format('%d', r.reserved_at), string.format('%d', r.pay_before), r.code, r.trace }, '|')
end

local function unpack_reservation(packed)
  local state, user, level, quantity, request, seq, reserved_at, pay_before, code, trace =
    string.match(packed, '^(%u)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  if not state then return nil end
  return { state = state, user = user, level = level, quantity = tonumber(quantity), request = request,
    seq = tonumber(seq), reserved_at = tonumber(reserved_at), pay_before = tonumber(pay_before), code = code,
    trace = trace }
end

--[[ `limits` is `<default>[;<level>=<limit>...]`, a default of - means none, a limit of 0 means the level may not buy.
  A handful of distinct strings exist at a time, so parsed ones are kept, within a bound. ]]
local parsed_limits, parsed_count = {}, 0
local function limit_of(packed, level)
  local limits = parsed_limits[packed]
  if not limits then
    if parsed_count >= 1000 then parsed_limits, parsed_count = {}, 0 end
    limits = { by_level = {}, default = tonumber(string.match(packed, '^([^;]*)')) }
    for l, n in string.gmatch(packed, ';(%d+)=(%d+)') do limits.by_level[l] = tonumber(n) end
    parsed_limits[packed] = limits
    parsed_count = parsed_count + 1
  end
  return limits.by_level[level] or limits.default
end

local function give_back_quota(item, buyers, user, quantity)
  local left = (tonumber(redis.call('HGET', buyers, user)) or 0) - quantity
  if left > 0 or redis.call('HGET', item, 'listed') then
    redis.call('HSET', buyers, user, string.format('%d', math.max(left, 0)))
  else
    redis.call('HDEL', buyers, user)
  end
end

--[[ version: the library's VERSION.   Reply integer.   O(1) ]]
local function version()
  return VERSION
end

--[[ grant: make or widen the lease, after a rebuild and for the item that was rebuilt.
  KEYS  1 item HASH   2.. keys of older epochs of the same item, to be dropped
  ARGV  1 nonce   2 ttl ms   3 itemId   4 epoch
  Reply "GRANTED" | "NOT_INSTALLED" (install did not reach END for this epoch) | "OLDER" (a later epoch is covered, or this
        one was revoked)
  Another nonce than the present lease's drops what that one covered. O(keys), and then of those that were covered ]]
local function grant(keys, args)
  local nonce, ttl, item_id, epoch = args[1], int(args[2]), args[3], args[4]
  if not nonce or nonce == '' or not ttl or ttl <= 0 or not item_id or not int(epoch) then
    return misuse('grant takes nonce, ttl ms, itemId, epoch')
  end
  if redis.call('HGET', keys[1], 'installed') ~= '1' then return 'NOT_INSTALLED' end
  if int(epoch) <= (lease.revoked[item_id] or 0) then return 'OLDER' end
  local now = now_ms()
  local same = lease.nonce == nonce and now < lease.until_ms
  local covered = same and lease.items[item_id]
  if covered and int(covered) > int(epoch) then return 'OLDER' end
  for i = 2, #keys do redis.call('UNLINK', keys[i]) end
  if not same then
    for other in pairs(lease.items) do changed(other) end
    lease.items = {}
  end
  lease.nonce, lease.until_ms = nonce, now + ttl
  lease.items[item_id], lease.granted[item_id] = epoch, epoch
  changed(item_id)
  return 'GRANTED'
end

--[[ renew: extend the lease, only if it is there and has not run out.
  ARGV  1 nonce   2 ttl ms
  Reply "RENEWED" | "NO_LEASE".   O(1) ]]
local function renew(_, args)
  local ttl = int(args[2])
  if not ttl or ttl <= 0 then return misuse('renew takes nonce, ttl ms') end
  local now = now_ms()
  if lease.nonce == nil or lease.nonce ~= args[1] or now >= lease.until_ms then return 'NO_LEASE' end
  lease.until_ms = now + ttl
  return 'RENEWED'
end

--[[ revoke: take one item out of the lease; it answers NOT_READY until it is rebuilt with a higher epoch. From here on nothing
  changes the epoch's keys.
  ARGV  1 itemId   2 epoch, the highest to revoke
  Reply "REVOKED" (also when it is repeated, and when the lease has run out: the keys of this epoch are exact)
        | "UNKNOWN" (this process was never granted this epoch: what its keys hold may be older than what buyers were told)
  O(1) ]]
local function revoke(_, args)
  local item_id, epoch = args[1], int(args[2])
  if not epoch then return misuse('revoke takes itemId, epoch') end
  lease.revoked[item_id] = math.max(epoch, lease.revoked[item_id] or 0)
  local covered = lease.items[item_id]
  if covered and int(covered) <= epoch then
    lease.items[item_id] = nil
    changed(item_id)
  end
  return lease.granted[item_id] == args[2] and 'REVOKED' or 'UNKNOWN'
end

--[[ install: lay an item's state down under the keys of a new epoch, from one consistent snapshot of MySQL.
  KEYS  1 item   2 buyers   3 requests   4 reservations   5 pending   6 holders
  ARGV  1 itemId   2 epoch   3 BEGIN | LISTED | ROWS | END
    BEGIN  field, value, ...: the item's hash. Needs sku promo state opens closes hold price currency promo_version
           min_level limits published available held sold restocked withdrawn version; `listed` 1 where there is a list of who
           may buy. Starts over whatever was there.
    LISTED userId, ...: at most 256 of the list; all of it comes before the first of ROWS
    ROWS   order id, packed reservation, ...: at most 256 orders, each once; S and P states count to the buyer's quota
    END    the number of rows that were sent, and of those who are on the list; without it there is none
  Reply "OK" | "LIVE" (the lease covers this epoch: nothing was touched)
        | "INCOMPLETE" (END: rows or some of the list are missing; begin again)
  O(batch) ]]
local REQUIRED = { 'sku', 'promo', 'state', 'opens', 'closes', 'hold', 'price', 'currency', 'promo_version', 'min_level',
  'limits', 'published', 'available', 'held', 'sold', 'restocked', 'withdrawn', 'version' }

local function install(keys, args)
  local item_id, epoch, step = args[1], args[2], args[3]
  if #keys ~= 6 or not item_id or not int(epoch) then return misuse('install takes six keys, itemId, epoch, step') end
  if lease.items[item_id] == epoch and now_ms() < lease.until_ms then return 'LIVE' end

  if step == 'BEGIN' then
    local facts = {}
    for i = 4, #args, 2 do facts[args[i]] = args[i + 1] end
    for _, field in ipairs(REQUIRED) do
      if not facts[field] then return misuse('install lacks ' .. field) end
    end
    local published, available, held, sold =
      int(facts.published), int(facts.available), int(facts.held), int(facts.sold)
    if not (published and available and held and sold) or available < 0 or held < 0 or sold < 0
      or published ~= available + held + sold then
      return misuse('install breaks published = available + held + sold')
    end
    if (int(facts.withdrawn) or -1) < 0 then return misuse('install takes a number of withdrawn units') end
    for i = 1, 6 do redis.call('UNLINK', keys[i]) end
    changed(item_id)
    redis.call('HSET', keys[1], 'id', item_id, 'epoch', epoch, 'seq', 0, 'installed', 0,
      'published_version', facts.version, 'state_version', facts.version, unpack(args, 4))
    return 'OK'
  end

  if redis.call('HGET', keys[1], 'epoch') ~= epoch then return 'INCOMPLETE' end

  if step == 'LISTED' then
    if #args < 4 or #args > 3 + MAX_BATCH then return misuse('install takes one to 256 of a list') end
    if not redis.call('HGET', keys[1], 'listed') then return misuse('install of an item without a list takes none') end
    local fresh = 0
    for i = 4, #args do fresh = fresh + redis.call('HSETNX', keys[2], args[i], 0) end
    redis.call('HINCRBY', keys[1], 'on_list', fresh)
    return 'OK'
  end

  if step == 'ROWS' then
    if #args > 3 + 2 * MAX_BATCH or #args % 2 ~= 1 then return misuse('install takes at most 256 rows') end
    local rows = {}
    for i = 4, #args, 2 do
      local r = unpack_reservation(args[i + 1])
      if not r then return misuse('install cannot read the reservation of ' .. args[i]) end
      rows[#rows + 1] = { args[i], args[i + 1], r }
    end
    changed(item_id)
    for _, row in ipairs(rows) do
      local order_id, packed, r = row[1], row[2], row[3]
      if redis.call('HSETNX', keys[4], order_id, packed) == 1 then
        if r.state == 'S' or r.state == 'P' then redis.call('HINCRBY', keys[2], r.user, r.quantity) end
        if r.request ~= '' then redis.call('HSET', keys[3], r.user .. ':' .. r.request, order_id) end
        redis.call('RPUSH', keys[6], r.user)
        redis.call('HINCRBY', keys[1], 'seq', 1)
      end
    end
    return 'OK'
  end

  if step == 'END' then
    local item = redis.call('HMGET', keys[1], 'listed', 'on_list')
    if item[1] and not args[5] then return misuse('install of an item with a list ends with how many are on it') end
    if int(args[4]) ~= redis.call('HLEN', keys[4]) then return 'INCOMPLETE' end
    if int(args[5] or 0) ~= tonumber(item[2] or 0) then return 'INCOMPLETE' end
    redis.call('HSET', keys[1], 'installed', 1)
    return 'OK'
  end
  return misuse('install knows BEGIN, LISTED, ROWS and END')
end

--[[ drop: free the keys of an epoch that nothing is sold under.
  KEYS  1 item   2 buyers   3 requests   4 reservations   5 pending   6 holders
  ARGV  1 itemId   2 epoch
  Reply "DROPPED" | "LIVE" (the lease covers it: nothing was touched).   O(1), the memory is freed in the background ]]
local function drop(keys, args)
  if #keys ~= 6 or not args[1] or not int(args[2]) then return misuse('drop takes six keys, itemId, epoch') end
  if covers(args[1], args[2], now_ms()) then return 'LIVE' end
  for i = 1, 6 do redis.call('UNLINK', keys[i]) end
  changed(args[1])
  return 'DROPPED'
end

--[[ reserve: take units for one buyer, once per request.
  KEYS  1 item   2 buyers   3 requests   4 reservations   5 pending   6 holders
  ARGV  1 itemId   2 epoch   3 order id   4 not-after ms   5 userId   6 level   7 quantity   8 requestId or ""   9 traceId
  Reply {"TAKEN", order id, payBefore ms, reservedAt ms}
        {"REPLAYED", order id, payBefore ms, "UNDECIDED" | "SENT" | "RESERVED" | refusal code}: SENT is decided and not yet
          acknowledged by the queue; an order given back or paid since then replays as RESERVED
        {"REQUEST_REUSED"}  the key is bound to another quantity
        {"NOT_READY"} {"TOO_LATE"} {"ID_TAKEN"}  nothing happened, and nothing will for this call
        {"NOT_STARTED", opens ms} {"ENDED", closes ms} {"PAUSED"} {"NOT_ELIGIBLE"} {"LIMIT_REACHED", limit}
        {"SOLD_OUT"} {"ALL_RESERVED"}
  O(1) ]]
local function reserve(keys, args)
  local item_id, epoch, order_id, not_after, user, level, quantity, request, trace =
    args[1], args[2], args[3], int(args[4]), args[5], args[6], int(args[7]), args[8], args[9]
  if #keys ~= 6 or not trace or not not_after or not quantity or quantity < 1 or quantity > MAX_QUANTITY
    or order_id == '' or user == '' or not int(level) then
    return misuse('reserve takes six keys and nine arguments')
  end
  local now = now_ms()
  if not covers(item_id, epoch, now) then return { 'NOT_READY' } end
  if now > not_after then return { 'TOO_LATE' } end

  local request_key = user .. ':' .. request
  if request ~= '' then
    local bound = redis.call('HGET', keys[3], request_key)
    if bound then
      local r = unpack_reservation(redis.call('HGET', keys[4], bound))
      if r.quantity ~= quantity then return { 'REQUEST_REUSED' } end
      local outcome = 'RESERVED'
      if r.state == 'T' then
        outcome = 'UNDECIDED'
      elseif r.state == 'R' then
        outcome = r.code
      elseif r.state == 'S' and redis.call('ZSCORE', keys[5], bound) then
        outcome = 'SENT'
      end
      return { 'REPLAYED', bound, r.pay_before, outcome }
    end
  end

  local item = redis.call('HMGET', keys[1], 'state', 'opens', 'closes', 'hold', 'min_level', 'limits', 'available',
    'held', 'seq', 'listed')
  local state, opens, closes, hold = item[1], tonumber(item[2]), tonumber(item[3]), tonumber(item[4])
  local available, held, seq = tonumber(item[7]), tonumber(item[8]), tonumber(item[9])
  if not (state and opens and closes and hold and available and held and seq) then return { 'NOT_READY' } end

  if state == 'ENDED' or now >= closes then return { 'ENDED', closes } end
  if state == 'PAUSED' then return { 'PAUSED' } end
  if state ~= 'LIVE' then return { 'NOT_READY' } end
  if now < opens then return { 'NOT_STARTED', opens } end

  if tonumber(level) < tonumber(item[5]) then return { 'NOT_ELIGIBLE' } end
  local limit = limit_of(item[6], level)
  if limit == 0 then return { 'NOT_ELIGIBLE' } end
  local counted = redis.call('HGET', keys[2], user)
  if item[10] and not counted then return { 'NOT_ELIGIBLE' } end
  local has = tonumber(counted) or 0
  if limit and has + quantity > limit then return { 'LIMIT_REACHED', limit } end
  if available < quantity then
    if held > 0 then return { 'ALL_RESERVED' } end
    return { 'SOLD_OUT' }
  end

  local pay_before = now + hold
  local packed = pack({ state = 'T', user = user, level = level, quantity = quantity, request = request, seq = seq + 1,
    reserved_at = now, pay_before = pay_before, code = '', trace = trace })
  if redis.call('HSETNX', keys[4], order_id, packed) == 0 then return { 'ID_TAKEN' } end
  changed(item_id)
  redis.call('ZADD', keys[5], now, order_id)
  redis.call('HSET', keys[1], 'available', available - quantity, 'held', held + quantity, 'seq', seq + 1)
  redis.call('HSET', keys[2], user, has + quantity)
  if request ~= '' then redis.call('HSET', keys[3], request_key, order_id) end
  redis.call('RPUSH', keys[6], user)
  return { 'TAKEN', order_id, pay_before, now }
end

--[[ reserve_line: `reserve` with the reply as one line, its elements parted by blanks: to read a reply in pieces costs the edge
  more than all else that it does with it.   Reply status   O(1) ]]
local function reserve_line(keys, args)
  local reply = reserve(keys, args)
  if reply.err then return reply end
  for i = 1, #reply do
    if type(reply[i]) == 'number' then reply[i] = string.format('%d', reply[i]) end
  end
  return redis.status_reply(table.concat(reply, ' '))
end

--[[ decide: settle what becomes of reservations. The first verdict wins and is what every later call hears.
  KEYS  1 item   2 buyers   3 reservations   4 pending
  ARGV  1 itemId   2 epoch   3.. order id, verdict, ... at most 256; a verdict is SEND or the code of a refusal
  Reply {"NOT_READY"}, or {"OK", price, currency, promo, promo_version, order id, outcome, packed, ...} in the order asked:
    outcome SEND | the refusal's code | GIVEN_BACK (cancelled or expired since) | UNKNOWN (no such reservation; packed "")
  A refusal gives units and quota back in this call. O(batch) ]]
local function decide(keys, args)
  if #args < 4 or #args % 2 ~= 0 or #args > 2 + 2 * MAX_BATCH then
    return misuse('decide takes one to 256 pairs of order id and verdict')
  end
  for i = 4, #args, 2 do
    if not string.match(args[i], '^[%u_]+$') then return misuse('decide cannot read verdict ' .. args[i]) end
  end
  if not covers(args[1], args[2], now_ms()) then return { 'NOT_READY' } end

  local facts = redis.call('HMGET', keys[1], 'price', 'currency', 'promo', 'promo_version')
  local reply = { 'OK', facts[1], facts[2], facts[3], facts[4] }
  for i = 3, #args, 2 do
    local order_id, verdict = args[i], args[i + 1]
    local packed = redis.call('HGET', keys[3], order_id)
    local outcome
    if not packed then
      outcome, packed = 'UNKNOWN', ''
    else
      local r = unpack_reservation(packed)
      if r.state == 'T' then
        outcome = verdict
        if verdict == 'SEND' then
          r.state = 'S'
        else
          r.state, r.code = 'R', verdict
          changed(args[1])
          redis.call('HINCRBY', keys[1], 'available', r.quantity)
          redis.call('HINCRBY', keys[1], 'held', -r.quantity)
          give_back_quota(keys[1], keys[2], r.user, r.quantity)
          redis.call('ZREM', keys[4], order_id)
        end
        packed = pack(r)
        redis.call('HSET', keys[3], order_id, packed)
      elseif r.state == 'R' then
        outcome = r.code
      elseif r.state == 'C' then
        outcome = 'GIVEN_BACK'
      else
        outcome = 'SEND'
      end
    end
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = order_id, outcome, packed
  end
  return reply
end

--[[ acknowledge: the queue has these orders; they leave the pending set.
  KEYS  1 pending
  ARGV  1 itemId   2 epoch   3.. order ids, at most 256
  Reply {"NOT_READY"} | {"OK", how many were there}. NOT_READY: the epoch is over or the lease gone, the answer to the buyer
  stays PENDING. O(batch) ]]
local function acknowledge(keys, args)
  if #args < 3 or #args > 2 + MAX_BATCH then return misuse('acknowledge takes one to 256 order ids') end
  if not covers(args[1], args[2], now_ms()) then return { 'NOT_READY' } end
  return { 'OK', redis.call('ZREM', keys[1], unpack(args, 3)) }
end

--[[ pending: what was taken long enough ago and is not acknowledged, oldest first.
  KEYS  1 pending   2 reservations
  ARGV  1 itemId   2 epoch   3 age ms, at least   4 how many at most, up to 256
  Reply {"NOT_READY"} | {"OK", order id, packed, ...}.   O(batch) ]]
local function pending(keys, args)
  local age, most = int(args[3]), int(args[4])
  if not age or age < 0 or not most or most < 1 or most > MAX_BATCH then
    return misuse('pending takes an age in ms and a count up to 256')
  end
  local now = now_ms()
  if not covers(args[1], args[2], now) then return { 'NOT_READY' } end
  local reply = { 'OK' }
  local ids = redis.call('ZRANGE', keys[1], '-inf', string.format('%d', now - age), 'BYSCORE', 'LIMIT', 0, most)
  for _, id in ipairs(ids) do
    reply[#reply + 1] = id
    reply[#reply + 1] = redis.call('HGET', keys[2], id) or ''
  end
  return reply
end

--[[ apply: one durable effect that MySQL owes Redis; harmless when repeated or late.
  KEYS  1 item   2 buyers   3 reservations   4 pending
  ARGV  1 itemId   2 epoch   3 version   4 kind   5.. its arguments
    RELEASE  order id                   an order was cancelled or expired: units and quota go back
    SOLD     order id                   an order was paid
    TOP_UP   total                      units that ever came on sale, those that were withdrawn since among them; absolute
    RESTOCK  restocked                  units that refunds put back on sale, all in all
    STATE    state, opens ms, closes ms
  Reply "APPLIED" | "ALREADY" (it had happened) | "IGNORED" (at or below the base version or overtaken by a later one)
        | "MISSING" (no such reservation, or one that cannot be so changed: the item is wrong, rebuild it)
        | "NEGATIVE" (a total below what is held and sold, or more returned than sold) | "NOT_READY"
  O(1) ]]
local function apply(keys, args)
  local effect_version, kind = int(args[3]), args[4]
  if not effect_version or not args[5] then return misuse('apply takes itemId, epoch, version, kind and arguments') end
  if not covers(args[1], args[2], now_ms()) then return 'NOT_READY' end
  local item = redis.call('HMGET', keys[1], 'version', 'published', 'available', 'published_version', 'state_version',
    'restocked', 'sold', 'retaken:' .. args[5], 'withdrawn')
  if effect_version <= tonumber(item[1]) then return 'IGNORED' end

  if kind == 'RELEASE' or kind == 'SOLD' then
    local packed = redis.call('HGET', keys[3], args[5])
    if not packed then return 'MISSING' end
    local r = unpack_reservation(packed)
    local target = kind == 'SOLD' and 'P' or 'C'
    -- A release from before the units were taken again must not give them back a second time.
    if target == 'C' and effect_version <= (tonumber(item[8]) or 0) then return 'IGNORED' end
    if r.state == target then return 'ALREADY' end
    if r.state ~= 'S' and r.state ~= 'T' then return 'MISSING' end
    changed(args[1])
    redis.call('HINCRBY', keys[1], 'held', -r.quantity)
    if target == 'P' then
      redis.call('HINCRBY', keys[1], 'sold', r.quantity)
    else
      redis.call('HINCRBY', keys[1], 'available', r.quantity)
      give_back_quota(keys[1], keys[2], r.user, r.quantity)
    end
    redis.call('ZREM', keys[4], args[5])
    r.state = target
    redis.call('HSET', keys[3], args[5], pack(r))
    return 'APPLIED'
  end

  if kind == 'TOP_UP' then
    local total = int(args[5])
    if not total then return misuse('TOP_UP takes a total') end
    if effect_version <= tonumber(item[4]) then return 'IGNORED' end
    -- Against the total, not what is published: a withdrawal is here before it is in MySQL, where the effect was made.
    local added = total - tonumber(item[2]) - tonumber(item[9])
    local available = tonumber(item[3]) + added
    if available < 0 then return 'NEGATIVE' end
    changed(args[1])
    redis.call('HSET', keys[1], 'published', tonumber(item[2]) + added, 'available', available,
      'published_version', args[3])
    return 'APPLIED'
  end

  if kind == 'RESTOCK' then
    local total = int(args[5])
    if not total then return misuse('RESTOCK takes a total') end
    local units = total - tonumber(item[6])
    if units <= 0 then return 'IGNORED' end
    if units > tonumber(item[7]) then return 'NEGATIVE' end
    changed(args[1])
    redis.call('HINCRBY', keys[1], 'sold', -units)
    redis.call('HINCRBY', keys[1], 'available', units)
    redis.call('HSET', keys[1], 'restocked', args[5])
    return 'APPLIED'
  end

  if kind == 'STATE' then
    if not int(args[6]) or not int(args[7]) then return misuse('STATE takes state, opens ms, closes ms') end
    if effect_version <= tonumber(item[5]) then return 'IGNORED' end
    changed(args[1])
    redis.call('HSET', keys[1], 'state', args[5], 'opens', args[6], 'closes', args[7], 'state_version', args[3])
    return 'APPLIED'
  end
  return misuse('apply does not know ' .. kind)
end

--[[ retake: take units again for an order that was given back, since its payment came late. Ignores the window.
  KEYS  1 item   2 buyers   3 reservations
  ARGV  1 itemId   2 epoch   3 order id   4 the item's version, at or above that of the effect that gave the units back
  Reply "RETAKEN" | "ALREADY" (held or paid) | "LIMIT_REACHED" | "SOLD_OUT" | "MISSING" | "NOT_READY".   O(1) ]]
local function retake(keys, args)
  if not int(args[4]) then return misuse('retake takes itemId, epoch, order id, version') end
  if not covers(args[1], args[2], now_ms()) then return 'NOT_READY' end
  local packed = redis.call('HGET', keys[3], args[3])
  if not packed then return 'MISSING' end
  local r = unpack_reservation(packed)
  if r.state == 'S' or r.state == 'P' then return 'ALREADY' end
  if r.state ~= 'C' then return 'MISSING' end
  local item = redis.call('HMGET', keys[1], 'available', 'limits')
  local limit = limit_of(item[2], r.level)
  local has = tonumber(redis.call('HGET', keys[2], r.user)) or 0
  if limit and has + r.quantity > limit then return 'LIMIT_REACHED' end
  if tonumber(item[1]) < r.quantity then return 'SOLD_OUT' end
  changed(args[1])
  redis.call('HINCRBY', keys[1], 'available', -r.quantity)
  redis.call('HINCRBY', keys[1], 'held', r.quantity)
  redis.call('HINCRBY', keys[2], r.user, r.quantity)
  redis.call('HSET', keys[1], 'retaken:' .. args[3], args[4])
  r.state = 'S'
  redis.call('HSET', keys[3], args[3], pack(r))
  return 'RETAKEN'
end

--[[ withdraw: take units off sale for an operator, all of them or none, once per operation. Ignores a pause.
  KEYS  1 item
  ARGV  1 itemId   2 epoch   3 operation id   4 units
  Reply "WITHDRAWN" | "TOO_FEW" (are available) | "ENDED" | "NOT_READY" (nothing happened)
  The first verdict of an epoch is kept, a refusal too, and is what every later call hears: of two carriers one may come when
  units have just returned, and both must write the same into MySQL. O(1) ]]
local function withdraw(keys, args)
  local item_id, epoch, operation, units = args[1], args[2], args[3], int(args[4])
  if #keys ~= 1 or not operation or operation == '' or not units or units < 1 then
    return misuse('withdraw takes one key, itemId, epoch, operation, units')
  end
  local now = now_ms()
  if not covers(item_id, epoch, now) then return 'NOT_READY' end
  local field = 'withdrawal:' .. operation
  local item = redis.call('HMGET', keys[1], 'state', 'closes', 'published', 'available', 'withdrawn', field)
  if item[6] then
    local verdict, asked = string.match(item[6], '^(%u[%u_]*)|(%d+)$')
    if tonumber(asked) ~= units then return misuse('withdraw was asked for other units as ' .. operation) end
    return verdict
  end

  local published, available, withdrawn = tonumber(item[3]), tonumber(item[4]), tonumber(item[5])
  if not (item[1] and item[2] and published and available and withdrawn) then return 'NOT_READY' end
  local verdict = 'WITHDRAWN'
  if item[1] == 'ENDED' or now >= tonumber(item[2]) then
    verdict = 'ENDED' -- what is left is what a settlement may have said already
  elseif available < units then
    verdict = 'TOO_FEW'
  end
  local kept = string.format('%s|%d', verdict, units)
  if verdict == 'WITHDRAWN' then
    changed(item_id)
    redis.call('HSET', keys[1], 'published', published - units, 'available', available - units,
      'withdrawn', withdrawn + units, field, kept)
  else
    redis.call('HSET', keys[1], field, kept)
  end
  return verdict
end

--[[ on_list: whether a buyer is on the item's list.
  KEYS  1 item   2 buyers
  ARGV  1 itemId   2 epoch   3 userId
  Reply "YES" | "NO" | "NO_LIST" (this epoch was laid down without one) | "NOT_READY".   O(1) ]]
local function on_list(keys, args)
  if #keys ~= 2 or not args[3] then return misuse('on_list takes two keys, itemId, epoch, userId') end
  if not covers(args[1], args[2], now_ms()) then return 'NOT_READY' end
  if not redis.call('HGET', keys[1], 'listed') then return 'NO_LIST' end
  return redis.call('HGET', keys[2], args[3]) and 'YES' or 'NO'
end

--[[ snapshot: what edges and screens show of items, in one consistent read.
  KEYS  item HASHes, at most 256
  ARGV  itemId, epoch of each key in the same order
  Reply {now ms, lease until ms (0 without one), {ready 0|1, seq, state, opens, closes, published, available, held, sold},
         ...}; an item that is not there, or cannot be read, is {0}.   O(items) ]]
local function snapshot(keys, args)
  if #keys > MAX_BATCH or #args ~= 2 * #keys then
    return misuse('snapshot takes itemId and epoch for each of at most 256 keys')
  end
  local now = now_ms()
  local reply = { now, now < lease.until_ms and lease.until_ms or 0 }
  for i, key in ipairs(keys) do
    local v = redis.pcall('HMGET', key, 'seq', 'state', 'opens', 'closes', 'published', 'available', 'held', 'sold')
    if v.err or not v[1] then
      reply[i + 2] = { 0 }
    else
      reply[i + 2] = { covers(args[2 * i - 1], args[2 * i], now) and 1 or 0, tonumber(v[1]), v[2], tonumber(v[3]),
        tonumber(v[4]), tonumber(v[5]), tonumber(v[6]), tonumber(v[7]), tonumber(v[8]) }
    end
  end
  return reply
end

--[[ changes: whose snapshots may be others than they were, for a follower who then asks for those. The end of the lease changes
  them all and is told by its time alone.
  ARGV  1 life   2 number, as the reply before this told them; "" and 0 at first
  Reply {now ms, lease until ms (0 without one), life, number, "SOME", itemId, ...}, the latest first
        | {…, "ALL"}: since then this process or its library began anew, or more changed than one reply names
  O(items that changed) ]]
local function changes(_, args)
  local number = int(args[2])
  if not number then return misuse('changes takes a life and a number') end
  local now = now_ms()
  news.life = news.life or string.format('%d', now)
  local reply = { now, now < lease.until_ms and lease.until_ms or 0, news.life, news.count, 'SOME' }
  local item_id = news.newest
  if args[1] ~= news.life or number > news.count then item_id, reply[5] = nil, 'ALL' end
  while item_id and news.at[item_id] > number do
    if #reply == 5 + MAX_NEWS then return { reply[1], reply[2], reply[3], reply[4], 'ALL' } end
    reply[#reply + 1] = item_id
    item_id = news.older[item_id]
  end
  return reply
end

redis.register_function({ function_name = 'version', callback = version, flags = { 'no-writes' } })
redis.register_function('grant', grant)
redis.register_function('renew', renew)
redis.register_function('revoke', revoke)
redis.register_function('install', install)
redis.register_function('drop', drop)
redis.register_function('reserve', reserve)
redis.register_function('reserve_line', reserve_line)
redis.register_function('decide', decide)
redis.register_function('acknowledge', acknowledge)
redis.register_function({ function_name = 'pending', callback = pending, flags = { 'no-writes' } })
redis.register_function('apply', apply)
redis.register_function('retake', retake)
redis.register_function('withdraw', withdraw)
redis.register_function({ function_name = 'on_list', callback = on_list, flags = { 'no-writes' } })
redis.register_function({ function_name = 'snapshot', callback = snapshot, flags = { 'no-writes' } })
redis.register_function({ function_name = 'changes', callback = changes, flags = { 'no-writes' } })

--[[ Follows Redis for the whole node: every TICK_MS one worker asks, and writes what it heard to the shared dicts.

  Each worker has the timer; the one that holds the lock works, and when it dies the lock runs out and another goes on. One
  that ends, as at a reload, gives the lock up, and the next tick of another goes on. A worker that was stopped in the middle
  and comes back finds the lock lost before it writes: every write follows a check of the lock with no wait between. What is
  left of that race is one turn of the event loop, and hints carry their age.

  Redis tells which items changed, and only those are asked for: a tick costs what is new, not what there is. It is one round trip
  of a few commands, a second one for the items, and more when the catalogue changed or holders are to be read.
  Redis silent: nothing is written, and every worker's copy grows old by itself, which shuts the gate. ]]

local cjson = require "cjson.safe"
local blacklist = require "flashsale.blacklist"
local complaint = require "flashsale.complaint"
local holders = require "flashsale.holders"
local keys = require "flashsale.keys"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local pulse = require "flashsale.pulse"
local redis = require "flashsale.redis"
local reports = require "flashsale.reports"
local tally = require "flashsale.tally"
local view = require "flashsale.view"

local M = { TICK_MS = 100, LOCK_S = 0.4 }

--[[ A worker with thousands of connections that have something to say comes round to an answer of Redis after a second, and by
  then the hints are too old and everybody hears BUSY. So answers are waited for in place (docs/adr/0013), as long as all of a
  tick's take no more than IN_PLACE_MS; then the worker serves its buyers for as long as they took, REST_MS at most. Where they
  took longer twice in a row, or there is much to ask for, the next tick waits as everything else does, READ_MS for each. ]]
M.IN_PLACE_MS = 250
local REST_MS = 150
local PATIENCE = 2
local READ_MS = 300
local BATCH = 256 -- items in one snapshot, the function's own bound
-- So many are looked at in each tick although nobody said that they changed: whoever changes a hash by hand, past the library, is
-- seen too, soon or, of thousands of items, some seconds later.
local ROUND = 64
local SLICE = 2 * BATCH -- items that are asked for before the lock is looked at again
local MISSING = 2048 -- items without a hint that are asked for in a tick
local CHUNK = 5000 -- holders of one item in a tick
local MOST_HOLDERS = 8 * CHUNK -- in a tick, of all items
local CHANGES = 1000 -- blacklist changes in a tick
-- So many full ones and the rest may be a second old. The whole is read faster, with the gate shut.
local MOST_FULL_PAGES = 5
local NEWS_S = 10
local SCAN_COUNT = 1000
local SCAN_PAGES = 50 -- pages of a reload in a tick, so that the beat is still heard meanwhile

local me
local busy = false
local here = true -- whether this tick waits in place

-- What this worker must not lose between ticks, but another worker can find out again.
local scan -- of a blacklist reload: {kind, cursor, from = stream id, any = {kind -> bool}}

local function state() return ngx.shared.fs_state end

local function let_go()
  if state():get("syncer") == me then state():delete("syncer") end
end

local function hold_lock()
  if ngx.worker.exiting() then
    let_go()
    return false
  end
  local dict = state()
  local holder = dict:get("syncer")
  if holder == nil then
    if not dict:add("syncer", me, M.LOCK_S) then return false end
    return true
  end
  if holder ~= me then return false end
  return (dict:set("syncer", me, M.LOCK_S))
end

local function complain(what, detail)
  metrics.event("sync_errors")
  complaint.warn("sync: " .. what, detail)
end

local function is_error(reply)
  return type(reply) == "table" and reply[1] == false and type(reply[2]) == "string"
end

local function text_or(reply, default)
  if type(reply) == "string" then return reply end
  return default
end

local function ask_snapshot(client, batch)
  local arguments = {}
  for i, item in ipairs(batch) do arguments[i] = item.keys.item end
  for _, item in ipairs(batch) do
    arguments[#arguments + 1] = item.id
    arguments[#arguments + 1] = item.epoch
  end
  client:fcall_ro("snapshot", #batch, unpack(arguments))
end

-- Whether a snapshot's entry is one of an item that is ready, and whole.
local function is_ready(s)
  if s[1] ~= 1 or type(s[2]) ~= "number" or type(s[3]) ~= "string" then return false end
  for i = 4, 9 do
    if type(s[i]) ~= "number" then return false end
  end
  return true
end

local function hint_of(item, s)
  if not is_ready(s) then
    return (string.format("0 0 - %d %d 0 0 0 0", item.catalog_opens, item.catalog_closes))
  end
  return (string.format("1 %d %s %d %d %d %d %d %d", s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9]))
end

--[[ may_publish(asked_at, taken_at): what was taken on Redis's clock before what is there never replaces it while that is in use;
  after Redis's clock stepped back, the present hints first grow too old. ]]
local function may_publish(asked_at, taken_at)
  local dict = ngx.shared.fs_hints
  local last = dict:get("taken_at")
  return not last or taken_at >= last or asked_at - (dict:get("asked_at") or 0) > view.MAX_AGE_MS
end

--[[ publish(ids): tells the workers whose hints are new; without ids, that any may be. The number comes first: who sees it and
  not yet the list copies all. ]]
local function publish(ids)
  if ids and #ids == 0 then return end
  local dict = ngx.shared.fs_hints
  local number = dict:incr("news", 1, 0)
  if ids then dict:safe_set("news:" .. number, table.concat(ids, " "), NEWS_S) end
  dict:delete("news:" .. number - view.MOST_NEWS - 1)
end

-- Items of the catalogue that have no hint, and items whose holders' set is behind: of this worker, while it holds the lock.
local missing, behind = {}, {}

local function note_behind(item)
  local seq = tonumber((ngx.shared.fs_hints:get(item.dict_key) or ""):match("^1 (%d+) "))
  if seq and seq > (ngx.shared.fs_holders:get(item.dict_key) or 0) then behind[item.dict_key] = item end
end

--[[ write_hints(items, snapshots): into the dict, and tells the workers. `writing` stands in the dict meanwhile: where it is
  found, somebody died before he told. An item without a hint is asked for again, and its requests go to Redis. ]]
local function write_hints(items, snapshots)
  local dict, ids = ngx.shared.fs_hints, {}
  local untold = dict:get("writing")
  dict:set("writing", true)
  for i, item in ipairs(items) do
    local key, hint = item.dict_key, snapshots[i] and hint_of(item, snapshots[i])
    missing[key] = nil
    if not hint then
      dict:delete(key)
      missing[key] = item
      ids[#ids + 1] = item.id
    elseif dict:get(key) ~= hint then
      ids[#ids + 1] = item.id
      if dict:safe_set(key, hint) then
        note_behind(item)
      else
        dict:delete(key)
        metrics.event("dict_full")
        complain("hints", "no more room: requests for " .. item.sku .. " and maybe others go to Redis")
      end
    end
  end
  publish(not untold and ids or nil)
  dict:delete("writing")
end

local known_version -- the catalogue that `missing` was made of
local round = {} -- what is left to be looked at

-- look_over(): once for each catalogue, and when this worker begins: what is there without a hint, or with few holders.
local function look_over()
  if view.catalog_version == known_version then return end
  known_version, missing, behind = view.catalog_version, {}, {}
  local dict = ngx.shared.fs_hints
  for _, item in pairs(view.by_sku) do
    if dict:get(item.dict_key) then note_behind(item) else missing[item.dict_key] = item end
  end
end

-- The items to ask for: those that changed, some of those that nothing is known of, and some in turn.
local function due(changes)
  local list, listed = {}, {}
  local function add(item)
    if not item or listed[item] then return end
    list[#list + 1], listed[item] = item, true
  end
  if changes[5] == "ALL" then
    for _, item in pairs(view.by_sku) do add(item) end
    return list
  end
  for i = 6, #changes do add(view.by_id[changes[i]]) end
  local room = #list + MISSING
  for _, item in pairs(missing) do
    if #list >= room then break end
    add(item)
  end
  if #round == 0 then
    for _, item in pairs(view.by_sku) do round[#round + 1] = item end
  end
  for _ = 1, math.min(ROUND, #round) do
    local item = table.remove(round)
    if view.by_id[tostring(item.id)] == item then add(item) end
  end
  return list
end

--[[ ask_items(client, items): their snapshots in the same order, false where Redis could not say; or nil and what went wrong. ]]
local function ask_items(client, items)
  if #items == 0 then return {} end
  local batches = {}
  for i, item in ipairs(items) do
    if i % BATCH == 1 then batches[#batches + 1] = {} end
    local batch = batches[#batches]
    batch[#batch + 1] = item
  end
  client:init_pipeline(#batches)
  for _, batch in ipairs(batches) do ask_snapshot(client, batch) end
  local replies, err = client:commit_pipeline()
  if not replies then return nil, err end
  local snapshots = {}
  for b, batch in ipairs(batches) do
    local failed = is_error(replies[b])
    if failed then complain("snapshot", replies[b][2]) end
    for i = 1, #batch do snapshots[#snapshots + 1] = not failed and replies[b][i + 2] or false end
  end
  return snapshots
end

local function drop_old_holders(old, new)
  for sku, item in pairs(old) do
    local now = new[sku]
    if not now or now.itemId ~= item.id or now.epoch ~= item.epoch then
      holders.drop(item.id, item.epoch)
      ngx.shared.fs_holders:delete(item.dict_key)
      ngx.shared.fs_hints:delete(item.dict_key)
    end
  end
end

local MOST = 2 ^ 53
local NEEDED = { "itemId", "epoch", "opens", "closes", "holdMs", "priceMinor" }

-- An entry that cannot be read is left out and told about: one broken promo must not stop the others.
local function entry_of(sku, text)
  local entry, err = cjson.decode(text)
  if type(entry) ~= "table" then return nil, err or "not an object" end
  for _, field in ipairs(NEEDED) do
    local value = entry[field]
    if type(value) ~= "number" then return nil, field .. " is not a number" end
    if value % 1 ~= 0 or value < 0 or value > MOST then return nil, field .. " is not an integer from 0 to 2^53" end
  end
  if not sku:find("^[A-Za-z0-9_-]+$") then return nil, "the SKU has other characters than A-Z a-z 0-9 _ -" end
  if type(entry.state) ~= "string" then return nil, "state is not a string" end
  for field, value in pairs(entry) do
    if value == cjson.null then entry[field] = nil end
  end
  return entry
end

local function write_catalog(flat)
  local entries, version = {}, nil
  for i = 1, #flat, 2 do
    if flat[i] == "version" then
      version = flat[i + 1]
    else
      local entry, err = entry_of(flat[i], flat[i + 1])
      entries[flat[i]] = entry
      if not entry then complain("catalogue entry " .. flat[i], err) end
    end
  end
  if not version then return end
  local dict = ngx.shared.fs_catalog
  local text = cjson.encode(entries)
  if text == "[]" then text = "{}" end
  drop_old_holders(view.by_sku, entries)
  local ok, err, forcible = dict:set("entries", text)
  if not ok or forcible then
    complain("catalogue", err or "the dict is too small: something was evicted")
    metrics.event("dict_full")
    return
  end
  dict:set("redis_version", version)
  dict:incr("version", 1, 0)
end

-- Blacklists ---------------------------------------------------------------------------------------------------------

local function forget_blacklist()
  state():set("blacklist_ready", 0)
  scan = nil
end

local function put(kind, value, ends, redis_now)
  if not blacklist.known_kind(kind) then
    complain("blacklist", "unknown kind " .. tostring(kind))
    return true
  end
  local ok, err = blacklist.put(kind, value, ends, redis_now)
  if ok then
    if ends ~= -1 then
      local told = "blacklisted_" .. kind
      state():set(told, blacklist.in_use(kind, value, state():get(told)))
    end
    return true
  end
  if err == "unreadable" then
    complain("blacklist", "cannot read the " .. kind .. " " .. value .. ": it blocks nobody")
    return true
  end
  complain("blacklist", "the dict of " .. kind .. " is full: the gate stays shut")
  metrics.event("dict_full")
  forget_blacklist()
  state():set("blacklist_rest", 1, 1) -- try again in a second
  return false
end

--[[ One slice of a reload: the id of the stream's last change first, then all hashes, then the changes since. ]]
local function reload_blacklist(client, redis_now)
  if not scan then
    if state():get("blacklist_rest") then return end
    local info, err = client:xinfo("stream", keys.CHANGES)
    if info == nil then return err end
    local anchor, anchored = "0-0", 0
    if info then
      for i = 1, #info, 2 do
        if info[i] == "last-generated-id" then anchor = info[i + 1] end
        if info[i] == "last-entry" and type(info[i + 1]) == "table" then anchored = 1 end
      end
      for i = 1, #info, 2 do
        if info[i] == "last-entry" and anchored == 1 then anchor = info[i + 1][1] end
      end
    end
    if not hold_lock() then return end
    blacklist.clear()
    for _, kind in ipairs(blacklist.KINDS) do state():set("blacklisted_" .. kind, blacklist.NONE) end
    scan = { kind = 1, cursor = "0", anchor = anchor, anchored = anchored }
  end

  for _ = 1, SCAN_PAGES do
    local kind = blacklist.KINDS[scan.kind]
    local page, err = client:hscan(keys.blacklist(kind), scan.cursor, "count", SCAN_COUNT)
    if not page then return err end
    if not hold_lock() then
      scan = nil
      return
    end
    for i = 1, #page[2], 2 do
      if not put(kind, page[2][i], tonumber(page[2][i + 1]) or 0, redis_now) then return end
    end
    scan.cursor = page[1]
    if scan.cursor == "0" then
      scan.kind = scan.kind + 1
      if not blacklist.KINDS[scan.kind] then
        state():set("blacklist_last", scan.anchor)
        state():set("blacklist_anchored", scan.anchored)
        state():set("blacklist_ready", 1)
        scan = nil
        return
      end
    end
  end
end

local full_pages = 0

--[[ The changes since the last one that was seen. When that one is still there it comes first, so its absence shows that
  the stream was cut or began anew. ]]
local function follow_blacklist(changes, redis_now)
  local dict = state()
  if dict:get("blacklist_ready") ~= 1 then return end
  local first = 1
  if dict:get("blacklist_anchored") == 1 then
    if not changes[1] or changes[1][1] ~= dict:get("blacklist_last") then
      complain("blacklist", "the stream of changes has a gap: reading all of it again")
      forget_blacklist()
      return
    end
    first = 2
  end
  for i = first, #changes do
    local change = {}
    for f = 1, #changes[i][2], 2 do change[changes[i][2][f]] = changes[i][2][f + 1] end
    if not put(change.kind, change.value or "", tonumber(change.expires) or 0, redis_now) then return end
    dict:set("blacklist_last", changes[i][1])
    dict:set("blacklist_anchored", 1)
  end
  full_pages = #changes >= CHANGES and full_pages + 1 or 0
  if full_pages >= MOST_FULL_PAGES then
    complain("blacklist", "the changes come faster than they are followed: reading all of it again")
    full_pages = 0
    forget_blacklist()
  end
end

-- Holders ------------------------------------------------------------------------------------------------------------

local function read_holders(client)
  local wanted, room = {}, MOST_HOLDERS
  local dict = ngx.shared.fs_holders
  for key, item in pairs(behind) do
    local count = dict:get(key) or 0
    if view.by_id[tostring(item.id)] ~= item or count >= item.seq then
      behind[key] = nil
    elseif #wanted < BATCH and room > 0 and not dict:get("full:" .. key) then
      wanted[#wanted + 1] = { item = item, count = count }
      room = room - math.min(CHUNK, item.seq - count)
    end
  end
  if #wanted == 0 then return end
  client:init_pipeline(#wanted)
  for _, w in ipairs(wanted) do client:lrange(w.item.keys.holders, w.count, w.count + CHUNK - 1) end
  local replies, err = client:commit_pipeline()
  if not replies then return err end
  if not hold_lock() then return end
  local ids = {}
  for i, w in ipairs(wanted) do
    local users = replies[i]
    if not is_error(users) and #users > 0 and (dict:get(w.item.dict_key) or 0) == w.count then
      local count = holders.append(w.item.id, w.item.epoch, w.count, users)
      if count then
        dict:safe_set(w.item.dict_key, count)
        ids[#ids + 1] = w.item.id
      else
        metrics.event("holders_full")
        complain("holders", w.item.sku .. ": no more room, repeated requests for it go to Redis")
        dict:set("full:" .. w.item.dict_key, true, 10)
      end
    end
  end
  publish(ids)
end

-- The tick -----------------------------------------------------------------------------------------------------------

local function greet(client)
  if not client.fresh then return true end
  local info, err = client:info("server")
  if not info then return nil, err end
  local run_id = info:match("run_id:(%x+)")
  local dict = state()
  if run_id and run_id ~= dict:get("run_id") and hold_lock() then
    -- another Redis, or the same one born again: nothing that it said before counts
    forget_blacklist()
    ngx.shared.fs_catalog:delete("redis_version")
    -- a catalogue that came back from a file may be old: a backend proves it before it beats here
    dict:delete("beat")
    dict:delete("beat_at")
    dict:set("catalog_proved", 0)
    dict:set("run_id", run_id)
  end
  return true
end

local function hear_beat(beat, asked_at)
  local dict = state()
  if beat and beat ~= dict:get("beat") then
    -- the first beat that is ever seen proves nothing: it may be an old one
    if dict:get("beat") then
      dict:set("beat_at", asked_at)
      dict:set("catalog_proved", 1)
    end
    dict:set("beat", beat)
  end
end

-- What a tick has learnt: when Redis was asked, its clock against ours, whether it has a catalogue; of the hints, when it was
-- asked what changed, and whether there was a lease.
local function write_sync(news)
  local dict = state()
  local hints = ngx.shared.fs_hints
  dict:set("sync", string.format("%d %d %d %d %d %.3f %d %d %d %s %d %d", news.asked_at, hints:get("asked_at") or -1e12,
    hints:get("taken_at") or -1e12, hints:get("leased") or 0, dict:get("beat_at") or -1e12, news.offset,
    dict:get("blacklist_ready") or 0, news.catalog and 1 or 0, dict:get("blacklisted_address") or 0,
    dict:get("blacklisted_network") or 0, dict:get("blacklisted_account") or 0, dict:get("blacklisted_session") or 0))
end

--[[ follow(client, since, changes, asked_at, redis_now): brings the hints up to what `changes` says has happened `since`. What
  went wrong, or nil.

  Nothing is written where `since` is no longer what the dict says: another worker was at it meanwhile, and may have put older
  hints in the place of newer ones. He has put back the number with them, so the next tick hears of all that changed since. ]]
local function follow(client, since, changes, asked_at, redis_now)
  local hints = ngx.shared.fs_hints
  if is_error(changes) then
    complain("changes", changes[2])
    hints:set("leased", 0)
    return
  end
  look_over()
  local items = due(changes)
  if here and #items > SLICE then return "much to ask for" end
  for first = 1, #items, SLICE do
    local slice = {}
    for i = first, math.min(first + SLICE - 1, #items) do slice[#slice + 1] = items[i] end
    local snapshots, err = ask_items(client, slice)
    if not snapshots then return err end
    if not hold_lock() or hints:get("since") ~= since or not may_publish(asked_at, redis_now) then return end
    write_hints(slice, snapshots)
  end
  if hints:get("since") ~= since or not may_publish(asked_at, redis_now) then return end
  hints:set("since", changes[3] .. " " .. string.format("%d", changes[4]))
  hints:set("taken_at", redis_now)
  hints:set("leased", changes[2] > 0 and 1 or 0)
  hints:set("asked_at", asked_at)
end

local function sync(client)
  local ok, greet_err = greet(client)
  if not ok then return greet_err end
  view.refresh()

  local dict, hints = state(), ngx.shared.fs_hints
  client:init_pipeline(5)
  client:time()
  client:hget(keys.CONTROL, "beat")
  client:hget(keys.CATALOG, "version")
  local from = (dict:get("blacklist_anchored") == 1 and "" or "(") .. (dict:get("blacklist_last") or "0-0")
  client:xrange(keys.CHANGES, from, "+", "count", CHANGES)
  local since = hints:get("since")
  local life, number = (since or " 0"):match("^(%S*) (%d+)$")
  client:fcall_ro("changes", 0, life, number)
  ngx.update_time()
  local asked_at, asked_wall = platform.monotonic_ms(), ngx.now() * 1000
  local replies, err = client:commit_pipeline()
  if not replies then return err end
  ngx.update_time()
  if not hold_lock() then return end

  for i = 1, 4 do
    if is_error(replies[i]) then return replies[i][2] end
  end
  local time = replies[1]
  local redis_now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local version = text_or(replies[3])
  local news = { asked_at = asked_at, offset = redis_now - (asked_wall + ngx.now() * 1000) / 2 }

  hear_beat(text_or(replies[2]), asked_at)
  follow_blacklist(replies[4], redis_now)
  err = follow(client, since, replies[5], asked_at, redis_now)
  if err then return err end
  if not hold_lock() then return end

  news.catalog = version ~= nil and dict:get("catalog_proved") == 1
  -- said before the catalogue is there to be read
  if not news.catalog then write_sync(news) end
  if version and version ~= ngx.shared.fs_catalog:get("redis_version") then
    local flat, catalog_err = client:hgetall(keys.CATALOG)
    if not flat then return catalog_err end
    if not hold_lock() then return end
    write_catalog(flat)
  end
  write_sync(news)
  view.touch()
  view.refresh()

  err = read_holders(client)
  if err then return err end
  if dict:get("blacklist_ready") ~= 1 then
    err = reload_blacklist(client, redis_now)
    if not hold_lock() then return err end
    write_sync(news)
  end
  view.touch()
  return err
end

local timeouts = 0 -- in place, in a row
local rests_until = 0
local publish_at = 0

-- Last in a tick, and after a fault not before its time: a statistic keeps nobody waiting.
local function publish_answers(client)
  local now = platform.monotonic_ms()
  if now < publish_at then return end
  local all, err = tally.publish(client, view.redis_now(), view.by_sku)
  if all or err then publish_at = now + tally.PUBLISH_MS end
  return err
end

local function tick()
  if not hold_lock() then
    scan, known_version = nil, nil
    return
  end
  ngx.update_time()
  local began = platform.monotonic_ms()
  if began < rests_until then return end
  here = timeouts < PATIENCE
  local client, err
  if here then client, err = redis.in_place(M.IN_PLACE_MS) else client, err = redis.connect(redis.SYNC, READ_MS) end
  if client then
    if client.fresh then tally.start_over() end
    err = sync(client)
    if not err and hold_lock() then err = publish_answers(client) end
    if not err and hold_lock() then err = reports.publish(client, view.redis_now()) end
  end
  local much = here and err == "much to ask for"
  local late = much or (here and err == "timeout")
  timeouts = much and PATIENCE or late and timeouts + 1 or 0
  if here and not late then
    ngx.update_time()
    local now = platform.monotonic_ms()
    rests_until = now + math.min(now - began, REST_MS)
  end
  if not err or much then return redis.keep(client) end
  if client then client:close() end
  if not late then complain("Redis", err) end
end

--[[ start(name): once in each worker. ]]
function M.start(name)
  me = name
  return ngx.timer.every(M.TICK_MS / 1000, platform.roomy(function(premature)
    pulse.beat()
    if busy then return end
    if premature then
      let_go()
      return
    end
    busy = true
    local ok, err = pcall(tick)
    busy = false
    if ngx.worker.exiting() then let_go() end
    if not ok then
      metrics.event("sync_errors")
      ngx.log(ngx.ERR, "sync: ", err)
    end
    metrics.flush()
    local now = platform.monotonic_ms()
    tally.tick(now)
    reports.tick(now)
  end))
end

return M

--[[ Who went to Redis of late, by item and user: what the hints cannot tell of yet. A buyer whose call is under way, or who got
  his order after Redis was asked for the hints, is not among their holders; repeating his request, he is let through. Nobody
  else is for it: in a crowd somebody has always just passed.

  leave(item, user, now): before a call; what to give to got_nothing(), when it is proven that the call neither brought an order
  nor will. may_have(item, user, length, now): whether the user whose id is so many bytes at `user` may have an order by a call
  of the last SPAN_MS or more, longer than one takes to be proven, or to come to life, and a hint is in use.

  A mark is the number of such calls, in fs_passed, under the span of time in which they left: those that were never proven, as
  of a worker that was killed, end with it, however often the buyer asks meanwhile. No mark is evicted for another's sake: where
  there is no room for one, everybody counts as marked for that item.
  Accepted: what another edge sold after units came back, or after a pause, is known here with the next hint. ]]

local ffi = require "ffi"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"

local M = {}

local SPAN_MS = 8000
local KEPT_S = 3 * SPAN_MS / 1000
local LONGEST_ID = 64 -- of a user; longer ones come with tokens that nobody signed

local state_number = platform.numbers(ngx.shared.fs_state)
local marks = platform.numbers(ngx.shared.fs_passed)

local span, this_span, last_span -- the number of the present span, and what begins the keys of it and of the one before

local function enter(now)
  local number = math.floor(now / SPAN_MS)
  if number == span then return end
  span, this_span, last_span = number, number .. ":", number - 1 .. ":"
end

-- raise(key, now): a time in fs_state that never goes back, whatever a worker that was frozen takes for now.
local function raise(key, now)
  local state = ngx.shared.fs_state
  if state_number(key, #key) < now then state:set(key, now, KEPT_S) end
end

local looked_at, left_at, unmarked_at

-- somebody(now): whether there is a mark at all. Looks once in a millisecond.
function M.somebody(now)
  if now ~= looked_at then
    looked_at, left_at, unmarked_at = now, state_number("left_at", 7), state_number("unmarked_at", 11)
  end
  return now - left_at <= 2 * SPAN_MS
end

local function unmarked(item, now)
  metrics.event("dict_full")
  raise("unmarked_at", now)
  raise("unmarked:" .. item.dict_key, now)
end

function M.leave(item, user, now)
  enter(now)
  looked_at = nil
  raise("left_at", now)
  local dict, key = ngx.shared.fs_passed, this_span .. item.dict_key .. ":" .. user
  local added, err = dict:safe_add(key, 0, KEPT_S)
  if (added or err == "exists") and dict:incr(key, 1) then return key end
  unmarked(item, now)
end

function M.got_nothing(mark)
  if mark then ngx.shared.fs_passed:incr(mark, -1) end
end

-- A key as bytes: what begins it ends at HEAD, so that the rest is the same for both spans.
local HEAD = 24
local key = ffi.new("uint8_t[?]", HEAD + 64 + LONGEST_ID)

local function mark_in(head, rest)
  local at = HEAD - #head
  ffi.copy(key + at, head, #head)
  return marks(key + at, #head + rest)
end

function M.may_have(item, user, length, now)
  if not M.somebody(now) or length > LONGEST_ID then return false end
  enter(now)
  local id = item.dict_key
  ffi.copy(key + HEAD, id, #id)
  key[HEAD + #id] = 58 -- ":"
  ffi.copy(key + HEAD + #id + 1, user, length)
  local rest = #id + 1 + length
  if mark_in(this_span, rest) > 0 or mark_in(last_span, rest) > 0 then return true end
  if now - unmarked_at > SPAN_MS then return false end
  local whose = "unmarked:" .. id
  return now - state_number(whose, #whose) <= SPAN_MS
end

return M

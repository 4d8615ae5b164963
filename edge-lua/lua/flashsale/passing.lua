--[[ Who went to Redis of late, by item and user: what the hints cannot tell of yet. A buyer whose call is under way, or who
  got his order after Redis was asked for the hints, is not among their holders; repeating his request, he is let through.
  Nobody else is for it: in a crowd somebody has always just passed.

  leave(item, user, now): before his call. back(item, user, left_at, now, has_order): after an answer that proves whether
  he got one, with the time read anew; after any other answer he counts as under way until his mark ends.
  may_have(item, user, length, now): whether the user whose id is so many bytes at `user` may have such an order.

  Marks are in fs_passed for MARK_MS, longer than a call can take to come to life and a hint is in use; none is evicted for
  another's sake: where there is no room for one, everybody counts as marked for as long. ]]

local ffi = require "ffi"
local metrics = require "flashsale.metrics"
local view = require "flashsale.view"

local M = {}

local MARK_MS = 5000
local MARK_S = MARK_MS / 1000
local LONGEST_ID = 64 -- of a user; longer ones come with tokens that nobody signed

local function key_of(item, user) return item.dict_key .. ":" .. user end

local looked_at, left_at, unmarked_at

-- somebody(now): whether there is a mark at all. Looks once in a millisecond.
function M.somebody(now)
  if now ~= looked_at then
    local state = ngx.shared.fs_state
    looked_at, left_at, unmarked_at = now, state:get("left_at") or -1e15, state:get("unmarked_at") or -1e15
  end
  return now - left_at <= MARK_MS
end

local function unmarked(now)
  metrics.event("dict_full")
  ngx.shared.fs_state:set("unmarked_at", now)
end

function M.leave(item, user, now)
  looked_at = nil
  ngx.shared.fs_state:set("left_at", now)
  local dict, key = ngx.shared.fs_passed, key_of(item, user)
  local added, err = dict:safe_add(key, 0, MARK_S)
  if not added and err ~= "exists" then return unmarked(now) end
  if not dict:incr(key, 1) then return unmarked(now) end -- it ended just now
  dict:expire(key, MARK_S)
end

function M.back(item, user, gone_at, now, has_order)
  looked_at = nil
  local dict, key = ngx.shared.fs_passed, key_of(item, user)
  if has_order then
    ngx.shared.fs_state:set("left_at", now)
    if not dict:safe_set(key .. "!", now, MARK_S) then unmarked(now) end
  end
  -- A worker that hung comes too late: the number may be another call's by now.
  if now - gone_at < MARK_MS / 2 then dict:incr(key, -1) end
end

function M.may_have(item, user, length, now)
  if not M.somebody(now) or length > LONGEST_ID then return false end
  if now - unmarked_at <= MARK_MS then return true end
  local dict, key = ngx.shared.fs_passed, key_of(item, ffi.string(user, length))
  if (dict:get(key) or 0) > 0 then return true end
  local told_at = dict:get(key .. "!")
  return told_at ~= nil and told_at >= view.hints_at
end

return M

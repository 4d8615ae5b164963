--[[ The blacklists of addresses, accounts and sessions: one shared dict each, value -> when it ends on Redis's clock in ms,
  0 until it is lifted. Written by the syncer; nothing is evicted: a dict that is full shuts the gate (see syncer). ]]

local address = require "flashsale.address"
local view = require "flashsale.view"

local M = { KINDS = { "address", "account", "session" } }

local function dict_of(kind)
  return ngx.shared["fs_blacklist_" .. kind]
end

-- What an entry is kept under: addresses as bytes, so that each has one spelling. nil: it can never match anyone.
local function key_of(kind, value)
  if kind == "address" then return address.parse(value) end
  if #value >= 1 and #value <= 128 then return value end
  return nil
end

-- has(kind, key, redis_now): key is an address's bytes, a user id or a session id.
function M.has(kind, key, redis_now)
  if not view.blacklisted[kind] then return false end
  local ends = dict_of(kind):get(key)
  return ends ~= nil and (ends == 0 or ends > redis_now)
end

--[[ put(kind, value, ends, redis_now): ends -1 lifts. true, or nil and "full" or "unreadable". ]]
function M.put(kind, value, ends, redis_now)
  local key = key_of(kind, value)
  if not key then return nil, "unreadable" end
  local dict = dict_of(kind)
  if ends == -1 or (ends > 0 and ends <= redis_now) then
    dict:delete(key)
    return true
  end
  local ttl = ends == 0 and 0 or (ends - redis_now) / 1000 + 60 -- a little longer than it counts: clocks differ
  if not dict:safe_set(key, ends, ttl) then return nil, "full" end
  return true
end

function M.clear()
  for _, kind in ipairs(M.KINDS) do
    dict_of(kind):flush_all()
    dict_of(kind):flush_expired()
  end
end

function M.known_kind(kind)
  return kind == "address" or kind == "account" or kind == "session"
end

return M

--[[ The blacklists of addresses, networks, accounts and sessions: one shared dict each, value -> when it ends on Redis's clock
  in ms, 0 until it is lifted. Written by the syncer; nothing is evicted: a dict that is full shuts the gate (see syncer).

  A network is looked for by its first bits, once for each length that is in use. ]]

local address = require "flashsale.address"
local view = require "flashsale.view"

local M = { KINDS = { "address", "network", "account", "session" } }

local known = {}
for _, kind in ipairs(M.KINDS) do known[kind] = true end

local function dict_of(kind)
  return ngx.shared["fs_blacklist_" .. kind]
end

-- What a network is kept under, a name no other length or family has: "4/24" or "6/64", and its first bits.
local marks = {}
for bits = 0, 128 do marks[bits] = { [4] = "4/" .. bits, [16] = "6/" .. bits } end

local function network_key(bytes, bits)
  return marks[bits][#bytes] .. address.prefix(bytes, bits)
end

-- What an entry is kept under: addresses as bytes, so that each has one spelling. nil: it can never match anyone.
local function key_of(kind, value)
  if kind == "address" then return address.parse(value) end
  if kind == "network" then
    local bytes, bits = address.network(value)
    return bytes and network_key(bytes, bits)
  end
  if #value >= 1 and #value <= 128 then return value end
  return nil
end

--[[ ends(kind, key, redis_now): when the entry ends that keeps this address (its bytes), account or session out: ms, 0 where
  it stands until it is lifted; nil where there is none. ]]
function M.ends(kind, key, redis_now)
  if not view.blacklisted[kind] then return nil end
  local ends = dict_of(kind):get(key)
  if ends == nil or (ends ~= 0 and ends <= redis_now) then return nil end
  return ends
end

--[[ client_ends(client, redis_now): the same of an address or one of the networks that it is in: the one that ends last. ]]
function M.client_ends(client, redis_now)
  local last = M.ends("address", client, redis_now)
  local lengths = view.network_lengths[#client]
  for i = 1, #lengths do
    if last == 0 then return 0 end
    local ends = M.ends("network", network_key(client, lengths[i]), redis_now)
    if ends and (not last or ends == 0 or ends > last) then last = ends end
  end
  return last
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

--[[ in_use(kind, value, before): what the workers are told of a kind that has this entry, `before` what they were told until
  now: 1, and of networks their lengths, as "4/24,6/64". ]]
function M.in_use(kind, value, before)
  if kind ~= "network" then return 1 end
  local bytes, bits = address.network(value)
  local mark = marks[bits][#bytes]
  if not before or before == M.NONE then return mark end
  if ("," .. before .. ","):find("," .. mark .. ",", 1, true) then return before end
  return before .. "," .. mark
end

M.NONE = 0

function M.clear()
  for _, kind in ipairs(M.KINDS) do
    dict_of(kind):flush_all()
    dict_of(kind):flush_expired()
  end
end

function M.known_kind(kind)
  return known[kind] == true
end

return M

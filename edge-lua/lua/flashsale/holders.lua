--[[ Who ever reserved an item: a set of 4-byte fingerprints per item and epoch, for the question "may this buyer have an
  order here?". A yes may be wrong (one call to Redis), a no never is while the set is complete.

  The syncer reads the item's holders list by offset and appends chunks of fingerprints to the shared dict; each worker
  copies new chunks into its own open-addressing table, so that a look-up takes no lock, and a worker that is born again
  copies them all. Bound: MAX_HOLDERS per item, 4 bytes each in the dict and 8 to 16 in a worker; beyond it, or with the
  dict full, the set stays incomplete, which sends repeated requests to Redis but denies nobody. ]]

local ffi = require "ffi"
require "resty.core.hash" -- declares ngx_http_lua_ffi_crc32_short

local C = ffi.C

local M = {}

local MAX_HOLDERS = 2000000

-- The fingerprint of a user id of n bytes at p: never 0, which marks an empty slot; a signed int, as bit operations give it.
local function fingerprint(p, n)
  local f = bit.tobit(tonumber(C.ngx_http_lua_ffi_crc32_short(p, n)))
  if f == 0 then return 1 end
  return f
end

-- spread(f): the low bits of a CRC are well mixed, a multiplication's high bits better; stay within 32-bit operations.
local function slot_of(f, mask)
  return (bit.band(bit.bxor(f, bit.rshift(f, 15), bit.rshift(f, 7)), mask))
end

local function insert(slots, mask, f)
  local i = slot_of(f, mask)
  while slots[i] ~= 0 do
    if slots[i] == f then return end
    i = bit.band(i + 1, mask)
  end
  slots[i] = f
end

local function resize(set, capacity)
  local slots, mask = ffi.new("int32_t[?]", capacity), capacity - 1
  for i = 0, set.mask do
    if set.slots[i] ~= 0 then insert(slots, mask, set.slots[i]) end
  end
  set.slots, set.mask = slots, mask
end

-- new(): an empty set. `loaded` counts list entries, not distinct users.
function M.new()
  return { slots = ffi.new("int32_t[?]", 64), mask = 63, loaded = 0 }
end

-- may_hold(set, p, n): false only for a user id, n bytes at p, that is not in the loaded part of the list.
function M.may_hold(set, p, n)
  local slots, mask, f = set.slots, set.mask, fingerprint(p, n)
  local i = slot_of(f, mask)
  while slots[i] ~= 0 do
    if slots[i] == f then return true end
    i = bit.band(i + 1, mask)
  end
  return false
end

local function chunk_key(item_id, epoch, offset)
  return (string.format("%d:%d@%d", item_id, epoch, offset))
end

--[[ load(set, item_id, epoch, count): copies from the dict what the syncer has put there, up to count entries. ]]
function M.load(set, item_id, epoch, count)
  local dict = ngx.shared.fs_holders
  while set.loaded < count do
    local chunk = dict:get(chunk_key(item_id, epoch, set.loaded))
    if not chunk then return end
    local n = math.floor(#chunk / 4)
    while (set.loaded + n) * 2 > set.mask do resize(set, (set.mask + 1) * 2) end
    local fingerprints = ffi.cast("const int32_t *", chunk)
    for i = 0, n - 1 do insert(set.slots, set.mask, fingerprints[i]) end
    set.loaded = set.loaded + n
  end
end

--[[ append(item_id, epoch, offset, users): the next part of the list, into the dict. The new count, or nil where there is no
  more room. ]]
function M.append(item_id, epoch, offset, users)
  local n = #users
  if offset + n > MAX_HOLDERS then return nil end
  local chunk = ffi.new("int32_t[?]", n)
  for i = 1, n do chunk[i - 1] = fingerprint(users[i], #users[i]) end
  local dict = ngx.shared.fs_holders
  if not dict:safe_set(chunk_key(item_id, epoch, offset), ffi.string(chunk, n * 4)) then return nil end
  return offset + n
end

-- drop(item_id, epoch): frees the chunks of an epoch that is over.
function M.drop(item_id, epoch)
  local dict, offset = ngx.shared.fs_holders, 0
  while true do
    local key = chunk_key(item_id, epoch, offset)
    local chunk = dict:get(key)
    if not chunk then return end
    dict:delete(key)
    offset = offset + math.floor(#chunk / 4)
  end
end

return M

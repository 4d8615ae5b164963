--[[ Order ids: the promo item's id in base 36, '-', 64 bits in base 36: 42 of milliseconds since 1970, 22 of the worker's
  own random bits and a counter (io.flashsale.contract.OrderId reads them).

  Two workers may meet in one millisecond with the same bits: the function answers ID_TAKEN and the edge makes another. ]]

local ffi = require "ffi"

local M = {}

local TAIL = 2 ^ 22
local LIMB = 36 ^ 5 -- 60,466,176: a limb of five digits

local tail = 0

-- start(bits): random bits, at a worker's start.
function M.start(random_bits)
  tail = random_bits % TAIL
end

local DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
local ROOM = 32
local text = ffi.new("uint8_t[?]", ROOM)

-- write(n, width, ends): its digits, at least so many, before the place where they are to end; where they begin.
local function write(n, width, ends)
  local at, last = ends, ends - width
  repeat
    local rest = math.floor(n / 36)
    at = at - 1
    text[at] = DIGITS:byte(n - rest * 36 + 1)
    n = rest
  until n == 0 and at <= last
  return at
end

local function base36(n, width)
  local at = write(n, width, ROOM)
  return (ffi.string(text + at, ROOM - at))
end

--[[ number36(ms, low): ms * 2^22 + low in base 36. The product passes 2^53, so it goes in two limbs. ]]
local function number36(ms, low)
  local high = math.floor(ms / LIMB)
  local rest = (ms - high * LIMB) * TAIL + low -- below 2^48
  local carry = math.floor(rest / LIMB)
  local upper = high * TAIL + carry -- below 2^40
  local at = write(upper, 1, write(rest - carry * LIMB, 5, ROOM))
  return (ffi.string(text + at, ROOM - at))
end
M.number36 = number36

-- next(item_base36, now_ms): a new id.
function M.next(item36, now_ms)
  tail = (tail + 1) % TAIL
  return item36 .. "-" .. number36(math.floor(now_ms), tail)
end

M.base36 = base36

return M

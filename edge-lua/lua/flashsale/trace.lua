--[[ Trace ids: 16 hex digits, unique among workers and starts by chance (32 random bits of the worker), within a worker by
  counting. Not secret, and guessing one gives nothing. ]]

local ffi = require "ffi"

local M = { LENGTH = 16 }

local digits = ffi.new("uint8_t[16]", "0000000000000000")
local NEXT = ffi.new("uint8_t[256]") -- the digit after each; '0' after 'f'
for d = 1, 16 do
  local hex = "0123456789abcdef0"
  NEXT[hex:byte(d)] = hex:byte(d + 1)
end

function M.start(random_bits)
  ffi.copy(digits, string.format("%08x00000000", random_bits), 16)
end

-- next(): counts in the digits themselves, so that one string is made and no number is formatted.
function M.next()
  local i = 15
  digits[i] = NEXT[digits[i]]
  while digits[i] == 0x30 and i > 8 do
    i = i - 1
    digits[i] = NEXT[digits[i]]
  end
  return ffi.string(digits, 16)
end

return M

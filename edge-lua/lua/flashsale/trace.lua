--[[ Trace ids: 16 hex digits, unique among workers and starts by chance (32 random bits of the worker), within a worker by
  counting. Not secret, and guessing one gives nothing. ]]

local M = {}

local head, counter = "00000000", 0
local format = string.format

function M.start(random_bits)
  head = format("%08x", random_bits)
end

function M.next()
  counter = (counter + 1) % 0x100000000
  return head .. format("%08x", counter)
end

return M

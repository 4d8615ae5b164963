-- Random bits from the kernel, for what must differ between workers and starts. Read at a worker's start, never per request.

local M = {}

function M.bits32()
  local file = assert(io.open("/dev/urandom", "rb"))
  local a, b, c, d = file:read(4):byte(1, 4)
  file:close()
  return ((a * 256 + b) * 256 + c) * 256 + d
end

return M

--[[ Trace ids: 16 hex digits, unique among workers and starts by chance (32 random bits of the worker), within a worker by
  counting. Not secret, and guessing one gives nothing.

  An id is kept in four pieces that exist already, since a new string for each request was a twentieth of a refusal's cost: the
  string table, the memory and the collector. print them, or call text() where one string is needed; both tell of the id that
  next() made last, so before anyone else's turn (a wait for Redis or the backend) take text(). ]]

local M = { LENGTH = 16, head = "0000000000", high = "00", middle = "00", low = "00" }

local PAIR = {}
for n = 0, 255 do PAIR[n] = string.format("%02x", n) end

local random, wraps, counter = 0, 0, 0

local function set_head()
  M.head = string.format("%08x%02x", random, wraps)
end

function M.start(random_bits)
  random = random_bits
  set_head()
end

-- next(): another id; after 2^24 the head counts as well.
function M.next()
  counter = counter + 1
  if counter == 0x1000000 then
    counter, wraps = 0, (wraps + 1) % 256
    set_head()
  end
  M.low = PAIR[bit.band(counter, 255)]
  M.middle = PAIR[bit.band(bit.rshift(counter, 8), 255)]
  M.high = PAIR[bit.rshift(counter, 16)]
end

-- text(): the present id as one string.
function M.text()
  return M.head .. M.high .. M.middle .. M.low
end

return M

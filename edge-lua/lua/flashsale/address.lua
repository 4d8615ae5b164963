--[[ Client addresses as bytes: 4 of IPv4, 16 of IPv6; an IPv4 address mapped into IPv6 is the IPv4 address.

  Who the client is, nginx's realip module has decided before: the socket's peer, or what a trusted proxy said of it. ]]

local ffi = require "ffi"
local C = ffi.C

ffi.cdef [[
  int inet_pton(int family, const char *text, void *bytes);
  const char *inet_ntop(int family, const void *bytes, char *text, unsigned int size);
]]

local M = {}

local AF_INET, AF_INET6 = 2, 10
local MAPPED = string.rep("\0", 10) .. "\255\255"
local scratch = ffi.new("uint8_t[16]")
local TEXT = 46 -- bytes of the longest
local written = ffi.new("char[?]", TEXT)

-- normal(bytes): the same address in its shortest form.
local function normal(bytes)
  if #bytes == 16 and bytes:sub(1, 12) == MAPPED then return (bytes:sub(13)) end
  return bytes
end
M.normal = normal

-- parse(text): the bytes of an address, or nil.
function M.parse(text)
  if C.inet_pton(AF_INET, text, scratch) == 1 then return (ffi.string(scratch, 4)) end
  if C.inet_pton(AF_INET6, text, scratch) == 1 then return normal(ffi.string(scratch, 16)) end
  return nil
end

-- text(bytes): as it is written (RFC 5952).
function M.text(bytes)
  C.inet_ntop(#bytes == 4 and AF_INET or AF_INET6, bytes, written, TEXT)
  return (ffi.string(written))
end

-- whose(bytes): whom a bucket holds to account: an IPv4 address, or an IPv6 /64, since a host has as many of those as it likes.
function M.whose(bytes)
  if #bytes == 16 then return (bytes:sub(1, 8)) end
  return bytes
end

-- prefix(bytes, bits): the first bits of an address, in whole bytes; what is over is 0.
function M.prefix(bytes, bits)
  local whole = math.floor(bits / 8)
  local rest = bits - whole * 8
  if rest == 0 then return (bytes:sub(1, whole)) end
  local shift = 8 - rest
  local last = bit.lshift(bit.rshift(bytes:byte(whole + 1), shift), shift)
  return bytes:sub(1, whole) .. string.char(last)
end

--[[ network("10.0.0.0/8"): the address's bytes and how many bits count, all of them where no number is given; nil where it is
  none. ]]
function M.network(text)
  local literal, bits = text:match("^([^/]+)/?(%d*)$")
  local bytes = literal and M.parse(literal)
  if not bytes then return nil end
  bits = bits ~= "" and tonumber(bits) or #bytes * 8
  if bits > #bytes * 8 then return nil end
  return bytes, bits
end

--[[ networks{"127.0.0.0/8", "::1", …}: a function that says whether bytes are in one of them. Remembers up to 10,000 answers.
  Throws a sentence about a text that is no network. ]]
function M.networks(texts)
  local list = {}
  for _, text in ipairs(texts) do
    local bytes, bits = M.network(text)
    if not bytes then error("not a network: " .. text, 0) end
    list[#list + 1] = { length = #bytes, bits = bits, prefix = M.prefix(bytes, bits) }
  end
  local known, count = {}, 0
  return function(bytes)
    local answer = known[bytes]
    if answer ~= nil then return answer end
    answer = false
    for _, network in ipairs(list) do
      if network.length == #bytes and M.prefix(bytes, network.bits) == network.prefix then answer = true end
    end
    if count >= 10000 then known, count = {}, 0 end
    known[bytes], count = answer, count + 1
    return answer
  end
end

return M

--[[ HMAC-SHA256 over bytes in memory, by the libcrypto that nginx carries.

  The states after the padded key are kept, so a digest costs the blocks of the message and two more, no allocation and
  no Lua string. SHA256_* are the plain functions behind the EVP layer; `self_test` fails the start where they are not. ]]

local ffi = require "ffi"
local C = ffi.C

-- A SHA256_CTX is 112 bytes in OpenSSL 1.0 to 3.x; the room beyond that is never touched.
ffi.cdef [[
  typedef struct { uint32_t words[64]; } flashsale_sha256;
  int SHA256_Init(flashsale_sha256 *c);
  int SHA256_Update(flashsale_sha256 *c, const void *data, size_t len);
  int SHA256_Final(unsigned char *md, flashsale_sha256 *c);
]]

local STATE_BYTES = 112
local BLOCK = 64

local M = {}

local working = ffi.new("flashsale_sha256[1]")
local digest = ffi.new("uint8_t[32]")

local function padded_state(key, pad)
  local block = ffi.new("uint8_t[?]", BLOCK)
  ffi.copy(block, key, #key)
  for i = 0, BLOCK - 1 do block[i] = bit.bxor(block[i], pad) end
  local state = ffi.new("flashsale_sha256[1]")
  C.SHA256_Init(state)
  C.SHA256_Update(state, block, BLOCK)
  return state
end

-- new(key): a key of any length, ready to digest with.
function M.new(key)
  if #key > BLOCK then
    C.SHA256_Init(working)
    C.SHA256_Update(working, key, #key)
    C.SHA256_Final(digest, working)
    key = ffi.string(digest, 32)
  end
  return { inner = padded_state(key, 0x36), outer = padded_state(key, 0x5c) }
end

-- digest(key, p, n): 32 bytes that the next call overwrites.
function M.digest(key, p, n)
  ffi.copy(working, key.inner, STATE_BYTES)
  C.SHA256_Update(working, p, n)
  C.SHA256_Final(digest, working)
  ffi.copy(working, key.outer, STATE_BYTES)
  C.SHA256_Update(working, digest, 32)
  C.SHA256_Final(digest, working)
  return digest
end

-- RFC 4231, test case 2.
function M.self_test()
  local text = "what do ya want for nothing?"
  local bytes = ffi.string(M.digest(M.new("Jefe"), text, #text), 32)
  local hex = bytes:gsub(".", function(c) return (string.format("%02x", c:byte())) end)
  if hex ~= "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" then
    error("libcrypto's SHA256 functions do not give HMAC-SHA256 here: sessions cannot be verified")
  end
end

return M

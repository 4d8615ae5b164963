--[[ Session tokens: JWT, HS256 and nothing else, verified in place.

  Guarantees: `verify` gives claims only of a token that one of our keys signed, for this audience, within its time; the
  key is looked up by `kid` in a table, the algorithm is never the token's choice, the compare takes constant time.
  `peek_subject` reads a claim that nobody has verified; use it where a lie costs the liar only.
  Both overwrite what they gave before: take what you need before you yield. ]]

local ffi = require "ffi"
local hmac = require "flashsale.hmac"
local json = require "flashsale.json"
require "ngx.base64" -- declares ngx_decode_base64url

local C = ffi.C

local M = {}

local MAX_TOKEN = 2048
local MAX_HEADER = 120 -- bytes of base64; our own are under 70, and a Lua string below 128 hashes well
local SIGNATURE = 43 -- bytes of base64 for 32 bytes
local SKEW_S = 60 -- a signer's clock may be ahead by this much
local ISSUER, AUDIENCE = "flashsale", "flashsale-buy"

local HEADER = json.members { "alg", "typ", "kid" }
local CLAIMS = json.members { "iss", "aud", "sub", "lvl", "iat", "exp", "sid", "nbf" }
local ISS, AUD, SUB, LVL, IAT, EXP, SID, NBF = 1, 2, 3, 4, 5, 6, 7, 8

local keys = {}
local key_of_header, headers_kept = {}, 0 -- header segment -> key, only of headers that named one
local MAX_HEADERS = 64

local decoded = ffi.new("uint8_t[?]", MAX_TOKEN)
local encoded = ffi.new("uint8_t[?]", 64)
local from, into = ffi.new("ngx_str_t[1]"), ffi.new("ngx_str_t[1]")

local claims = { user = "", level = 0, session = "" }

--[[ use_keys(text): lines `kid base64key`, # comments and blank lines. Throws a sentence about the first line that is wrong. ]]
function M.use_keys(text)
  keys, key_of_header, headers_kept = {}, {}, 0
  local count, number = 0, 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    if not line:find("^%s*#") and not line:find("^%s*$") then
      local kid, encoded_key = line:match("^%s*([A-Za-z0-9_-]+)%s+(%S+)%s*$")
      local key = encoded_key and ngx.decode_base64(encoded_key)
      if not key then error("session keys, line " .. number .. ": wants `kid base64key`", 0) end
      if #key < 32 then error("session keys, line " .. number .. ": the key is under 32 bytes", 0) end
      if keys[kid] then error("session keys, line " .. number .. ": kid " .. kid .. " is given twice", 0) end
      keys[kid] = hmac.new(key)
      count = count + 1
    end
  end
  if count == 0 then error("session keys: the file has no key", 0) end
end

-- key_ids(): the names of the keys that tokens are verified by.
function M.key_ids()
  local ids = {}
  for kid in pairs(keys) do ids[#ids + 1] = kid end
  return ids
end

local function decode(p, n)
  if n < 2 or n > MAX_TOKEN or C.memchr(p, 0x3d, n) ~= nil then return nil, 0 end -- nginx would stop at '='
  from[0].data, from[0].len = ffi.cast("unsigned char *", p), n
  into[0].data, into[0].len = decoded, 0
  if C.ngx_decode_base64url(into, from) ~= 0 then return nil, 0 end
  return decoded, tonumber(into[0].len)
end

local function text_is(p, member, text)
  return member.kind == json.STRING and member.length == #text and C.memcmp(p + member.start, text, #text) == 0
end

-- The key that a header names; nil unless the header is exactly {"alg":"HS256","typ":"JWT","kid":<ours>}, in any order.
local function key_for(p, n)
  if n > MAX_HEADER then return nil end
  local segment = ffi.string(p, n)
  local key = key_of_header[segment]
  if key then return key end
  local q, m = decode(p, n)
  if not q or json.object(q, m, HEADER) then return nil end
  local found = HEADER.found
  if not text_is(q, found[1], "HS256") then return nil end
  if found[2].kind ~= 0 and not text_is(q, found[2], "JWT") then return nil end
  -- jku, jwk, x5u, crit and their like have no place in our tokens: any further member is refused.
  local _, members = ffi.string(q, m):gsub('"%s*:', "")
  if members ~= (found[2].kind ~= 0 and 3 or 2) then return nil end
  local kid = json.id(q, found[3])
  key = kid and keys[kid]
  if key and headers_kept < MAX_HEADERS then
    key_of_header[segment], headers_kept = key, headers_kept + 1
  end
  return key
end

-- Where the header and the payload end; nil: not three parts.
local function dots(p, n)
  if n > MAX_TOKEN then return nil end
  local first = C.memchr(p, 0x2e, n)
  if first == nil then return nil end
  local a = tonumber(ffi.cast("const uint8_t *", first) - p)
  local second = C.memchr(p + a + 1, 0x2e, n - a - 1)
  if second == nil then return nil end
  return a, tonumber(ffi.cast("const uint8_t *", second) - p)
end

local function signature_is(p, n, key, signed, length)
  if n ~= SIGNATURE then return false end
  from[0].data, from[0].len = hmac.digest(key, signed, length), 32
  into[0].data, into[0].len = encoded, 0
  C.ngx_encode_base64url(into, from)
  local difference = 0
  for i = 0, SIGNATURE - 1 do
    difference = bit.bor(difference, bit.bxor(encoded[i], p[i]))
  end
  return difference == 0
end

--[[ verify(p, n, now_s): {user, level, session} of a valid token of n bytes at p; or nil, and whether it is forged: it
  names a key of ours, which did not sign it. ]]
function M.verify(p, n, now_s)
  local a, b = dots(p, n)
  if not a then return nil end
  local key = key_for(p, a)
  if not key then return nil end
  if not signature_is(p + b + 1, n - b - 1, key, p, b) then return nil, true end

  local q, m = decode(p + a + 1, b - a - 1)
  if not q or json.object(q, m, CLAIMS) then return nil end
  local found = CLAIMS.found
  if not text_is(q, found[ISS], ISSUER) or not text_is(q, found[AUD], AUDIENCE) then return nil end
  local expires = json.integer(q, found[EXP])
  if not expires or expires <= now_s then return nil end
  local issued = json.integer(q, found[IAT])
  if not issued or issued > now_s + SKEW_S then return nil end
  if found[NBF].kind ~= 0 then
    local not_before = json.integer(q, found[NBF])
    if not not_before or not_before > now_s + SKEW_S then return nil end
  end
  local level = json.integer(q, found[LVL])
  if not level or level < 0 then return nil end
  local user, session = json.id(q, found[SUB]), json.id(q, found[SID])
  if not user or not session then return nil end
  claims.user, claims.level, claims.session = user, level, session
  return claims
end

--[[ peek_subject(p, n): address and length of the `sub` of a token, verified or not, until the next call; nil where there is
  none. ]]
function M.peek_subject(p, n)
  local a, b = dots(p, n)
  if not a then return nil, 0 end
  local q, m = decode(p + a + 1, b - a - 1)
  if not q or json.object(q, m, CLAIMS) then return nil, 0 end
  local member = CLAIMS.found[SUB]
  if member.kind ~= json.STRING then return nil, 0 end
  return q + member.start, member.length
end

return M

--[[ What a request says of itself outside its body: the token's place, the address, the key, the origin.

  The address is nginx's, after its realip module has asked the trusted proxies; nothing else is believed. ]]

local ffi = require "ffi"
local address = require "flashsale.address"
local json = require "flashsale.json"
local platform = require "flashsale.platform"

local M = {}

local binary_address = platform.variable("binary_remote_addr")
local authorization = platform.variable("http_authorization")
local cookie = platform.variable("cookie_session")
local key_header = platform.variable("http_idempotency_key")

local BEARER = 7 -- bytes of "Bearer "

local function is_bearer(p, n)
  if n <= BEARER or p[6] ~= 0x20 then return false end
  return ffi.string(p, 6):lower() == "bearer"
end

--[[ token(request, body): address and length of the session token, and whether the cookie gave it; nil where there is none.
  The body's comes first, then the Authorization header's, then the cookie's. ]]
function M.token(request, body)
  if request.token_length > 0 then return body + request.token, request.token_length, false end
  return M.header_token()
end

-- header_token(): the same of a request without a body.
function M.header_token()
  local p, n = authorization()
  if p and is_bearer(p, n) then return p + BEARER, n - BEARER, false end
  p, n = cookie()
  if p then return p, n, true end
  return nil, 0, false
end

local by_bits, kept = {}, 0 -- IPv4 addresses as numbers -> as bytes: most of the time it is one that we know
local MAX_KEPT = 10000
local int32 = ffi.typeof("const int32_t *")

-- client_address(): the client's address as bytes.
function M.client_address()
  local p, n = binary_address()
  if not p then return "" end
  if n ~= 4 then return address.normal(ffi.string(p, n)) end
  local bits = ffi.cast(int32, p)[0]
  local bytes = by_bits[bits]
  if bytes then return bytes end
  if kept >= MAX_KEPT then by_bits, kept = {}, 0 end
  bytes = ffi.string(p, n)
  by_bits[bits], kept = bytes, kept + 1
  return bytes
end

-- idempotency_key(): address and length of the header's value, nil where there is none; a value that is no id is -1 long.
function M.idempotency_key()
  local p, n = key_header()
  if not p then return nil, 0 end
  if not json.id_at(p, n) then return p, -1 end
  return p, n
end

--[[ same_origin_json(): whether a request that a browser's cookie identifies may act: it is JSON, which no form of another
  site can send, and where the browser tells its origin that is this host. ]]
function M.same_origin_json()
  local content_type = ngx.var.http_content_type
  if not content_type or not content_type:lower():find("^application/json%s*;?") then return false end
  local site = ngx.var.http_sec_fetch_site
  if site then return site == "same-origin" end
  local origin = ngx.var.http_origin
  if not origin then return true end
  local host = origin:match("^https?://(.+)$")
  return host ~= nil and host:lower() == (ngx.var.http_host or ""):lower()
end

return M

--[[ One pass over a JSON object that lies in memory, without making Lua strings of it.

  Guarantees: accepts exactly well-formed JSON objects (RFC 8259) whose nesting is at most MAX_DEPTH, with at most
  MAX_MEMBERS members, no member given twice and no escape in a member's name; notes kind, place and length of each
  member that the caller knows. Nothing is kept between calls but buffers of fixed size.
  Does not: decode strings (a known string that holds an escape is marked), check UTF-8, or convert numbers.

  The usual path has two loops, over words and over members; else bytes are walked by C functions that nginx and libc have. LuaJIT
  then compiles it as one loop with a few branches. Small loops in Lua (over the digits of a number, the bytes of an id) made
  dozens of little traces instead, and on some starts of nginx it gave them up and interpreted them: half the speed. ]]

local ffi = require "ffi"
local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local C = ffi.C
require "ngx.base64" -- declares ngx_decode_base64url

ffi.cdef [[
  typedef struct { int32_t kind, start, length, escaped; } flashsale_member;
  int memcmp(const void *a, const void *b, size_t n);
  void *memchr(const void *s, int c, size_t n);
  unsigned long long strtoull(const char *text, char **end, int base);
  uintptr_t ngx_escape_json(unsigned char *to, const unsigned char *from, size_t size);
]]

local M = {
  ABSENT = 0, STRING = 1, INTEGER = 2, NUMBER = 3, TRUE = 4, FALSE = 5, NULL = 6, NESTED = 7,
}
local STRING, INTEGER, NUMBER, TRUE, FALSE, NULL, NESTED = 1, 2, 3, 4, 5, 6, 7

local MAX_DEPTH = 8 -- nobody nests more in a buy request, and the walk stays bounded
local MAX_MEMBERS = 32 -- each unknown name is compared with the others before it

local bytes = ffi.typeof("const uint8_t *")

-- 1: may stand in a string as it is.
local PLAIN = ffi.new("uint8_t[256]")
for byte = 0x20, 0xff do PLAIN[byte] = 1 end
PLAIN[0x22], PLAIN[0x5c] = 0, 0

local SPACE = ffi.new("uint8_t[256]")
SPACE[0x20], SPACE[0x09], SPACE[0x0a], SPACE[0x0d] = 1, 1, 1, 1

local HEX = ffi.new("uint8_t[256]")
for byte = 0x30, 0x39 do HEX[byte] = 1 end
for byte = 0x41, 0x46 do HEX[byte], HEX[byte + 0x20] = 1, 1 end

local SHORT_ESCAPE = ffi.new("uint8_t[256]")
for byte in string.gmatch('"\\/bfnrt', ".") do SHORT_ESCAPE[string.byte(byte)] = 1 end

local function spaces_end(p, i, n)
  while i < n and SPACE[p[i]] == 1 do i = i + 1 end
  return i
end

-- None and one are the usual numbers of spaces.
local function skip_space(p, i, n)
  if i >= n or SPACE[p[i]] == 0 then return i end
  i = i + 1
  if i >= n or SPACE[p[i]] == 0 then return i end
  return spaces_end(p, i, n)
end

local function escaped_string_end(p, i, n)
  while i < n do
    local byte = p[i]
    if PLAIN[byte] == 1 then
      i = i + 1
    elseif byte == 0x22 then
      return i
    elseif byte ~= 0x5c or i + 1 >= n then
      return -1
    else
      byte = p[i + 1]
      if SHORT_ESCAPE[byte] == 1 then
        i = i + 2
      elseif byte == 0x75 and i + 5 < n and HEX[p[i + 2]] + HEX[p[i + 3]] + HEX[p[i + 4]] + HEX[p[i + 5]] == 4 then
        i = i + 6
      else
        return -1
      end
    end
  end
  return -1
end

local words = ffi.typeof("const uint64_t *")

local SPACES, SLASHES, ONES, HIGH =
  0x2020202020202020ULL, 0x5c5c5c5c5c5c5c5cULL, 0x0101010101010101ULL, 0x8080808080808080ULL

-- Not 0 where one of a word's eight bytes is below a space or a backslash (the has-a-zero-byte trick, for both at once).
local function special(word)
  local slash = bxor(word, SLASHES)
  return (band(bor(band(word - SPACES, bnot(word)), band(slash - ONES, bnot(slash))), HIGH))
end

--[[ Whether no byte of all is a control byte or a backslash. That is so for what programs send in one line, and then each string
  ends at the next quote. ]]
local function is_plain(p, n)
  if n < 8 then return false end
  local last = n - 8
  for i = 0, last, 8 do
    if special(ffi.cast(words, p + i)[0]) ~= 0 then return false end
  end
  return special(ffi.cast(words, p + last)[0]) == 0
end

--[[ From the byte after the opening quote to the closing one, and 1 where there is an escape between; -1: there is none, or the
  string is malformed. Up to the next quote, ngx_escape_json counts what would need an escape: nothing, in a plain string. ]]
local function string_end(p, i, n, plain)
  local quote = C.memchr(p + i, 0x22, n - i)
  if quote == nil then return -1, 0 end
  local length = tonumber(ffi.cast(bytes, quote) - (p + i))
  if plain or C.ngx_escape_json(nil, p + i, length) == 0 then return i + length, 0 end
  return escaped_string_end(p, i, n), 1
end

local end_of_digits = ffi.new("char *[1]")

local function is_digit(byte) return byte >= 0x30 and byte <= 0x39 end

--[[ The byte after the digits that begin at i. strtoull stops at the first byte that is none, and `object` has seen to it that
  the last byte of all is a brace. ]]
local function digits_end(p, i)
  if not is_digit(p[i]) then return i end
  if not is_digit(p[i + 1]) then return i + 1 end
  C.strtoull(ffi.cast("const char *", p + i), end_of_digits, 10)
  return i + tonumber(ffi.cast(bytes, end_of_digits[0]) - (p + i))
end

-- The byte after the number, and its kind; -1: malformed.
local function number_end(p, i)
  if p[i] == 0x2d then i = i + 1 end
  local after = i + 1
  if p[i] ~= 0x30 then
    after = digits_end(p, i)
    if after == i then return -1, NUMBER end
  end
  local kind = INTEGER
  if p[after] == 0x2e then
    kind, i = NUMBER, after + 1
    after = digits_end(p, i)
    if after == i then return -1, NUMBER end
  end
  if p[after] == 0x65 or p[after] == 0x45 then
    kind, i = NUMBER, after + 1
    if p[i] == 0x2b or p[i] == 0x2d then i = i + 1 end
    after = digits_end(p, i)
    if after == i then return -1, NUMBER end
  end
  return after, kind
end

local function word_at(p, i, n, word, length)
  return i + length <= n and C.memcmp(p + i, word, length) == 0
end

-- A value that is neither object nor array: the byte after it and its kind; -1: malformed.
local function scalar_end(p, i, n)
  local byte = p[i]
  if byte == 0x22 then
    local close = string_end(p, i + 1, n)
    return close < 0 and -1 or close + 1, STRING
  end
  if byte == 0x2d or is_digit(byte) then return number_end(p, i) end
  if byte == 0x74 and word_at(p, i, n, "true", 4) then return i + 4, TRUE end
  if byte == 0x66 and word_at(p, i, n, "false", 5) then return i + 5, FALSE end
  if byte == 0x6e and word_at(p, i, n, "null", 4) then return i + 4, NULL end
  return -1, NULL
end

local closers = ffi.new("uint8_t[?]", MAX_DEPTH + 1)

--[[ The byte after the object or array that opens at i; -1: malformed, -2: too deep. ]]
local function nested_end(p, i, n)
  local depth = 0
  while true do
    -- here p[i] opens a container
    depth = depth + 1
    if depth >= MAX_DEPTH then return -2 end
    closers[depth] = p[i] + 2 -- '{' and '}', '[' and ']' are two apart
    i = skip_space(p, i + 1, n)
    local fresh = true -- nothing in this container yet: it may close at once
    while true do
      if i >= n then return -1 end
      if p[i] == closers[depth] then
        depth, i = depth - 1, i + 1
        if depth == 0 then return i end
        fresh = false
      else
        if fresh == false then
          if p[i] ~= 0x2c then return -1 end
          i = skip_space(p, i + 1, n)
          if i >= n then return -1 end
        end
        if closers[depth] == 0x7d then
          if p[i] ~= 0x22 then return -1 end
          i = string_end(p, i + 1, n)
          if i < 0 then return -1 end
          i = skip_space(p, i + 1, n)
          if i >= n or p[i] ~= 0x3a then return -1 end
          i = skip_space(p, i + 1, n)
          if i >= n then return -1 end
        end
        if p[i] == 0x7b or p[i] == 0x5b then break end
        i = scalar_end(p, i, n)
        if i < 0 then return -1 end
        fresh = false
      end
      i = skip_space(p, i, n)
    end
  end
end

-- What tells a name from the others that are looked for: its length, first and last byte.
local function shape(length, first, last)
  return length * 65536 + first * 256 + last
end

--[[ members{"a", "bc", …}: what `object` shall look for; the nth name is member n of its `found`. ]]
function M.members(names)
  local by_shape = {}
  for index, name in ipairs(names) do
    local s = shape(#name, name:byte(1), name:byte(-1))
    assert(not by_shape[s], "two names of one shape")
    by_shape[s] = { index = index, name = name }
  end
  local found = ffi.new("flashsale_member[?]", #names + 1)
  return { names = names, by_shape = by_shape, found = found, size = ffi.sizeof(found) }
end

local unknown_start = ffi.new("int32_t[?]", MAX_MEMBERS)
local unknown_length = ffi.new("int32_t[?]", MAX_MEMBERS)

local function index_of(known, p, start, length)
  if length == 0 then return 0 end
  local candidate = known.by_shape[shape(length, p[start], p[start + length - 1])]
  if not candidate or C.memcmp(p + start, candidate.name, length) ~= 0 then return 0 end
  return candidate.index
end

local function seen_before(p, start, length, count)
  for u = 0, count - 1 do
    if unknown_length[u] == length and C.memcmp(p + unknown_start[u], p + start, length) == 0 then return true end
  end
  return false
end

--[[ object(p, n, known): walks the n bytes at p. On success nil, and known.found[k] tells of member k. Otherwise the
  problem, in words for the caller's answer, and the index of the member concerned, 0 for the whole. ]]
function M.object(p, n, known)
  local found, unknown, count = known.found, 0, 0
  ffi.fill(found, known.size)

  while n > 0 and SPACE[p[n - 1]] == 1 do n = n - 1 end
  local plain = is_plain(p, n)
  local i = skip_space(p, 0, n)
  if i >= n or p[i] ~= 0x7b then return "is not a JSON object", 0 end
  if p[n - 1] ~= 0x7d then return "is malformed JSON", 0 end -- whoever walks on until a brace stays within
  i = skip_space(p, i + 1, n)
  if i < n and p[i] == 0x7d then
    i = skip_space(p, i + 1, n)
    if i < n then return "has something after its end", 0 end
    return nil
  end

  while true do
    if i >= n or p[i] ~= 0x22 then return "is malformed JSON", 0 end
    local start = i + 1
    local close, escaped = string_end(p, start, n, plain)
    if close < 0 then return "is malformed JSON", 0 end
    if escaped == 1 then return "has an escape in a name", 0 end
    count = count + 1
    if count > MAX_MEMBERS then return "has too many members", 0 end

    local index = index_of(known, p, start, close - start)
    if index > 0 then
      if found[index].kind ~= 0 then return "is given twice", index end
    else
      if seen_before(p, start, close - start, unknown) then return "has a member twice", 0 end
      unknown_start[unknown], unknown_length[unknown] = start, close - start
      unknown = unknown + 1
    end

    i = skip_space(p, close + 1, n)
    if i >= n or p[i] ~= 0x3a then return "is malformed JSON", index end
    i = skip_space(p, i + 1, n)
    if i >= n then return "is malformed JSON", index end

    local member = found[index] -- member 0 is the waste paper basket of the unknown
    local byte = p[i]
    if byte == 0x22 then
      start = i + 1
      close, escaped = string_end(p, start, n, plain)
      if close < 0 then return "is malformed JSON", index end
      member.kind, member.start, member.length, member.escaped = STRING, start, close - start, escaped
      i = close + 1
    elseif byte == 0x7b or byte == 0x5b then
      local after = nested_end(p, i, n)
      if after == -2 then return "is nested too deep", index end
      if after < 0 then return "is malformed JSON", index end
      member.kind, member.start, member.length = NESTED, i, after - i
      i = after
    else
      local after, kind = scalar_end(p, i, n)
      if after < 0 then return "is malformed JSON", index end
      member.kind, member.start, member.length = kind, i, after - i
      i = after
    end

    i = skip_space(p, i, n)
    if i >= n then return "is malformed JSON", 0 end
    if p[i] == 0x7d then break end
    if p[i] ~= 0x2c then return "is malformed JSON", index end
    i = skip_space(p, i + 1, n)
  end

  i = skip_space(p, i + 1, n)
  if i < n then return "has something after its end", 0 end
  return nil
end

-- integer(p, member): the value of an INTEGER of at most 15 digits, exact in a double; otherwise nil.
function M.integer(p, member)
  if member.kind ~= INTEGER or member.length > 15 then return nil end
  local start = member.start
  if member.length == 1 then return p[start] - 0x30 end
  if p[start] ~= 0x2d then return (tonumber(C.strtoull(ffi.cast("const char *", p + start), nil, 10))) end
  if p[start + 1] == 0x30 then return nil end -- -0 is no integer that anyone means
  return -tonumber(C.strtoull(ffi.cast("const char *", p + start + 1), nil, 10))
end

local from, into = ffi.new("ngx_str_t[1]"), ffi.new("ngx_str_t[1]")
local scratch = ffi.new("unsigned char[64]")

-- Whether nginx's decoder of base64url takes these bytes, and all of them: it stops at a '='.
local function decodes(p, length)
  from[0].data, from[0].len = ffi.cast("unsigned char *", p), length
  into[0].data, into[0].len = scratch, 0
  return C.ngx_decode_base64url(into, from) == 0 and tonumber(into[0].len) == math.floor(length * 3 / 4)
end

--[[ id_at(p, length): whether these bytes are an id, 1–64 of A-Z a-z 0-9 _ -. That is base64url's alphabet, whose decoder
  refuses any other byte, and a last group of one: such a length is looked at in two parts. ]]
function M.id_at(p, length)
  if length < 1 or length > 64 then return false end
  if length % 4 ~= 1 then return decodes(p, length) end
  if length == 1 then
    scratch[62], scratch[63] = p[0], 0x41
    return decodes(scratch + 62, 2)
  end
  return decodes(p, length - 1) and decodes(p + length - 2, 2)
end

-- id(p, member): the string of a member that is an id; otherwise nil.
function M.id(p, member)
  if member.kind ~= STRING or not M.id_at(p + member.start, member.length) then return nil end
  return (ffi.string(p + member.start, member.length))
end

return M

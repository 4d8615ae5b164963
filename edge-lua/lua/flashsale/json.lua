--[[ One pass over a JSON object that lies in memory, without making Lua strings of it.

  Guarantees: accepts exactly well-formed JSON objects (RFC 8259) whose nesting is at most MAX_DEPTH, with at most
  MAX_MEMBERS members, no member given twice and no escape in a member's name; notes kind, place and length of each
  member that the caller knows. Nothing is kept between calls but buffers of fixed size.
  Does not: decode strings (a known string that holds an escape is marked), check UTF-8, or convert numbers. ]]

local ffi = require "ffi"
local C = ffi.C

ffi.cdef [[
  typedef struct { int32_t kind, start, length, escaped; } flashsale_member;
  int memcmp(const void *a, const void *b, size_t n);
]]

local M = {
  ABSENT = 0, STRING = 1, INTEGER = 2, NUMBER = 3, TRUE = 4, FALSE = 5, NULL = 6, NESTED = 7,
}
local STRING, INTEGER, NUMBER, TRUE, FALSE, NULL, NESTED = 1, 2, 3, 4, 5, 6, 7

local MAX_DEPTH = 8 -- nobody nests more in a buy request, and the walk stays bounded
local MAX_MEMBERS = 32 -- each unknown name is compared with the others before it

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

local function skip_space(p, i, n)
  while i < n and SPACE[p[i]] == 1 do i = i + 1 end
  return i
end

-- From the byte after the opening quote to the closing one; -1: there is none, or the string is malformed.
local function string_end(p, i, n)
  local escaped = 0
  while i < n do
    while i < n and PLAIN[p[i]] == 1 do i = i + 1 end
    if i >= n then return -1, escaped end
    local byte = p[i]
    if byte == 0x22 then return i, escaped end
    if byte ~= 0x5c or i + 1 >= n then return -1, escaped end
    escaped = 1
    byte = p[i + 1]
    if SHORT_ESCAPE[byte] == 1 then
      i = i + 2
    elseif byte == 0x75 and i + 5 < n and HEX[p[i + 2]] + HEX[p[i + 3]] + HEX[p[i + 4]] + HEX[p[i + 5]] == 4 then
      i = i + 6
    else
      return -1, escaped
    end
  end
  return -1, escaped
end

local function digits_end(p, i, n)
  while i < n and p[i] >= 0x30 and p[i] <= 0x39 do i = i + 1 end
  return i
end

-- The byte after the number, and its kind; -1: malformed.
local function number_end(p, i, n)
  if p[i] == 0x2d then i = i + 1 end
  if i >= n then return -1, NUMBER end
  local after
  if p[i] == 0x30 then
    after = i + 1
  else
    after = digits_end(p, i, n)
    if after == i then return -1, NUMBER end
  end
  local kind = INTEGER
  if after < n and p[after] == 0x2e then
    kind, i = NUMBER, after + 1
    after = digits_end(p, i, n)
    if after == i then return -1, NUMBER end
  end
  if after < n and (p[after] == 0x65 or p[after] == 0x45) then
    kind, i = NUMBER, after + 1
    if i < n and (p[i] == 0x2b or p[i] == 0x2d) then i = i + 1 end
    after = digits_end(p, i, n)
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
  if byte == 0x2d or (byte >= 0x30 and byte <= 0x39) then return number_end(p, i, n) end
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

--[[ members{"a", "bc", …}: what `object` shall look for; the nth name is member n of its `found`. ]]
function M.members(names)
  local by_length = {}
  for length = 0, 64 do by_length[length] = false end
  for index, name in ipairs(names) do
    by_length[#name] = by_length[#name] or {}
    table.insert(by_length[#name], { index = index, name = name })
  end
  return { count = #names, names = names, by_length = by_length, found = ffi.new("flashsale_member[?]", #names + 1) }
end

local unknown_start = ffi.new("int32_t[?]", MAX_MEMBERS)
local unknown_length = ffi.new("int32_t[?]", MAX_MEMBERS)

local function index_of(known, p, start, length)
  if length > 64 then return 0 end
  local candidates = known.by_length[length]
  if not candidates then return 0 end
  for c = 1, #candidates do
    local candidate = candidates[c]
    if C.memcmp(p + start, candidate.name, length) == 0 then return candidate.index end
  end
  return 0
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
  for k = 1, known.count do found[k].kind = 0 end

  local i = skip_space(p, 0, n)
  if i >= n or p[i] ~= 0x7b then return "is not a JSON object", 0 end
  i = skip_space(p, i + 1, n)
  if i < n and p[i] == 0x7d then
    i = skip_space(p, i + 1, n)
    if i < n then return "has something after its end", 0 end
    return nil
  end

  while true do
    if i >= n or p[i] ~= 0x22 then return "is malformed JSON", 0 end
    local start = i + 1
    local close, escaped = string_end(p, start, n)
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
      close, escaped = string_end(p, start, n)
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
  local i, stop = member.start, member.start + member.length
  if member.kind ~= INTEGER or member.length > 15 then return nil end
  local negative = p[i] == 0x2d
  if negative then i = i + 1 end
  local value = 0
  while i < stop do
    value = value * 10 + (p[i] - 0x30)
    i = i + 1
  end
  if negative then
    if value == 0 then return nil end -- -0 is no integer that anyone means
    return -value
  end
  return value
end

local ID = ffi.new("uint8_t[256]")
for byte in string.gmatch("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", ".") do
  ID[string.byte(byte)] = 1
end

-- id_at(p, length): whether these bytes are an id, 1–64 of A-Z a-z 0-9 _ -.
function M.id_at(p, length)
  if length < 1 or length > 64 then return false end
  for i = 0, length - 1 do
    if ID[p[i]] == 0 then return false end
  end
  return true
end

-- id(p, member): the string of a member that is an id; otherwise nil.
function M.id(p, member)
  if member.kind ~= STRING or not M.id_at(p + member.start, member.length) then return nil end
  return ffi.string(p + member.start, member.length)
end

return M

--[[ The heaviest of many keys, counted in bounded room (Misra and Gries, 1982).

  A sieve of `size` places counts `total` requests. A key that has a place was seen `requests` times since it came in, and at most
  `missed` times before; missed <= total / (size + 1), so whoever was seen more often than that is in it. ]]

local M = {}

M.MOST_PARTNERS = 8 -- kept of a key

-- new(size): an empty one.
function M.new(size)
  return { size = size, rows = {}, list = {}, count = 0, total = 0, missed = 0 }
end

-- Takes one from each; whose last it was gives up its place. Each such round is paid for by as many requests as it takes back.
local function lower(sieve)
  local list, rows = sieve.list, sieve.rows
  local kept = 0
  for i = 1, sieve.count do
    local row = list[i]
    local weight = row.weight - 1
    if weight == 0 then
      rows[row.key] = nil
      list[i] = nil
    else
      row.weight = weight
      kept = kept + 1
      list[i] = nil
      list[kept] = row
    end
  end
  sieve.count = kept
  sieve.missed = sieve.missed + 1
end

--[[ count(sieve, key): one more request. Its row, {key, requests, throttled, failed, malformed, partner_count, partners}, or nil
  where it got no place; partners are numbers, nil where it met none. ]]
function M.count(sieve, key)
  sieve.total = sieve.total + 1
  local row = sieve.rows[key]
  if row then
    row.weight = row.weight + 1
    row.requests = row.requests + 1
    return row
  end
  if sieve.count == sieve.size then
    lower(sieve)
    return nil
  end
  row = { key = key, weight = 1, requests = 1, throttled = 0, failed = 0, malformed = 0, partner_count = 0 }
  sieve.rows[key] = row
  sieve.count = sieve.count + 1
  sieve.list[sieve.count] = row
  return row
end

--[[ meet(row, partner): that the key was seen with this number, of an account or an address. ]]
function M.meet(row, partner)
  local partners, n = row.partners, row.partner_count
  if not partners then
    partners = {}
    row.partners = partners
  end
  for i = 1, n do
    if partners[i] == partner then return end
  end
  if n == M.MOST_PARTNERS then return end
  partners[n + 1], row.partner_count = partner, n + 1
end

-- What makes a row worth telling of where not all can be told of.
local function worth(row)
  return row.requests + 10 * (row.failed + row.malformed) + 5 * (row.partner_count - 1)
end

local function worthier(a, b) return worth(a) > worth(b) end

--[[ empty(sieve, most): the rows that are most worth telling of, at most so many; the sieve is empty afterwards. ]]
function M.empty(sieve, most)
  local list = sieve.list
  table.sort(list, worthier)
  for i = #list, most + 1, -1 do list[i] = nil end
  sieve.rows, sieve.list, sieve.count, sieve.total, sieve.missed = {}, {}, 0, 0, 0
  return list
end

return M

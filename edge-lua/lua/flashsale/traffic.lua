--[[ Who asks how often, for the analyser in the backend, which puts on the blacklist who breaks a rule (ADR 30).

  Each worker counts what the funnel lets in by address (of IPv6 by /64), network (/24, /48), account and session, in sieves of
  bounded room, and once a second tells of the heaviest (reports.lua), in the stream fs:traffic. Who is on the blacklist is not
  counted, nor is an address that the buckets exempt.

  A report is lines of `kind value requests throttled failed malformed partners`: partners are numbers of the accounts an address
  was seen with, or of the addresses of an account; `-` is none. Its first line is `seen total missed` for each kind: how many
  requests it was counted from, and how many at most each value may lack. ]]

local address = require "flashsale.address"
local reports = require "flashsale.reports"
local settings = require "flashsale.settings"
local sieve = require "flashsale.sieve"

local M = {}

local PLACES = 1024
local TOLD = 128 -- rows of a kind in a report
local NETWORK_BITS = { [4] = 24, [16] = 48 }

local KINDS = { "address", "network", "account", "session" }
local sieves = {}
for _, kind in ipairs(KINDS) do sieves[kind] = sieve.new(PLACES) end
local addresses, networks, accounts, sessions = sieves.address, sieves.network, sieves.account, sieves.session

local exempt = address.networks(settings.rate_exempt)

-- Whether a client is one to be counted: an address, and none that the buckets exempt.
local function counts(client)
  return (#client == 4 or #client == 16) and not exempt(client)
end

local function number_of(text)
  return (ngx.crc32_short(text))
end

-- client(client): a request from this address, which is not on the blacklist.
function M.client(client)
  if not counts(client) then return end
  sieve.count(addresses, address.whose(client))
  sieve.count(networks, address.prefix(client, NETWORK_BITS[#client]))
end

--[[ buyer(user, session, client): the same request, once its token was verified. ]]
function M.buyer(user, session, client)
  local row = sieve.count(accounts, user)
  sieve.count(sessions, session)
  if not counts(client) then return end
  if row then sieve.meet(row, number_of(address.whose(client))) end
  row = addresses.rows[address.whose(client)]
  if not row then return end
  local number = number_of(user)
  sieve.meet(row, number)
  row = networks.rows[address.prefix(client, NETWORK_BITS[#client])]
  if row then sieve.meet(row, number) end
end

local function mark(row, column)
  if row then row[column] = row[column] + 1 end
end

--[[ marked(column, client, user): what became of a request that was counted: `throttled`, `failed` (a token that nobody signed,
  another's identity) or `malformed`; user is nil where nobody knows who it is. ]]
function M.marked(column, client, user)
  if user then mark(accounts.rows[user], column) end
  if not counts(client) then return end
  mark(addresses.rows[address.whose(client)], column)
  mark(networks.rows[address.prefix(client, NETWORK_BITS[#client])], column)
end

local function text_of(kind, key)
  if kind == "address" then
    if #key == 4 then return address.text(key) end
    return address.text(key .. string.rep("\0", 8)) .. "/64"
  end
  if kind == "network" then
    local length = #key == 3 and 4 or 16
    return address.text(key .. string.rep("\0", length - #key)) .. "/" .. NETWORK_BITS[length]
  end
  return key
end

local function line_of(kind, row)
  local partners = "-"
  if row.partner_count > 0 then
    local texts = {}
    for i = 1, row.partner_count do texts[i] = string.format("%08x", row.partners[i]) end
    partners = table.concat(texts, ",")
  end
  return (string.format("%s %s %d %d %d %d %s", kind, text_of(kind, row.key), row.requests, row.throttled, row.failed,
    row.malformed, partners))
end

--[[ report(): what was counted since the last one, or nil where nothing was. ]]
function M.report()
  local seen, lines = { "seen" }, {}
  local any = false
  for _, kind in ipairs(KINDS) do
    local of = sieves[kind]
    any = any or of.total > 0
    seen[#seen + 1] = string.format("%d %d", of.total, of.missed)
  end
  if not any then return nil end
  for _, kind in ipairs(KINDS) do
    for _, row in ipairs(sieve.empty(sieves[kind], TOLD)) do lines[#lines + 1] = line_of(kind, row) end
  end
  return table.concat(seen, " ") .. "\n" .. table.concat(lines, "\n")
end

reports.of("traffic", M.report)

return M

--[[ What was answered to whom, so that a trace id can be asked about afterwards (ADR 31): of BLACKLISTED and IDENTITY_MISMATCH
  each answer, of other refusals a sample, within bounds for each second and worker. Orders are not among them: their rows have
  their trace ids.

  Who asks is set by the funnel, and set again after each wait. Lines wait in the worker for a report, once a second, in the
  stream fs:decisions (reports.lua): `trace code sku user address ends`, `-` for what is not known, `ends` in ms on Redis's clock
  where an entry of the blacklist does. ]]

local address = require "flashsale.address"
local codes = require "flashsale.codes"
local metrics = require "flashsale.metrics"
local reports = require "flashsale.reports"

local M = { left = {} }

local SAMPLED = 5 -- of each code, worker and second
local OF_CLIENT = 3 -- of those that are kept whole, of one address: who hammers on says nothing new
local COMPLETE = 100 -- of those that are kept whole: a flood has more, and its rest is counted
local WHOLE = { BLACKLISTED = true, IDENTITY_MISMATCH = true }

-- left: code -> how many more are kept in this second. A code that is not in it keeps none.
local function refill()
  for name in pairs(codes.by_name) do M.left[name] = WHOLE[name] and COMPLETE or SAMPLED end
  M.left.RESERVED, M.left.PENDING = 0, 0
end
refill()

local client, user, ends = "", nil, nil

--[[ asks(bytes, user_id): who is being answered from now on; user_id is nil while nobody knows. ]]
function M.asks(bytes, user_id)
  client, user, ends = bytes, user_id, nil
end

-- kept_out(until_ms): that an entry of the blacklist keeps them out, and when it ends; 0: when it is lifted.
function M.kept_out(until_ms)
  ends = until_ms
end

local lines, count = {}, 0
local of_client = {} -- how many of this second are kept whole of each client

--[[ keep(code, trace, sku): that whoever asks got this answer. Called where left[code] is above 0, or the code is kept whole. ]]
function M.keep(code, trace, sku)
  local left, before = M.left[code], of_client[client] or 0
  if left == 0 or (WHOLE[code] and before >= OF_CLIENT) then return metrics.event("decisions_dropped") end
  M.left[code] = left - 1
  if WHOLE[code] then of_client[client] = before + 1 end
  count = count + 1
  local from = (#client == 4 or #client == 16) and address.text(client) or "-"
  lines[count] = string.format("%s %s %s %s %s %s", trace, code, sku or "-", user or "-", from,
    ends and string.format("%d", ends) or "-")
end

-- keeps(code): whether to call keep().
function M.keeps(code)
  return M.left[code] > 0 or WHOLE[code] == true
end

-- report(): for reports.lua, once a second.
function M.report()
  refill()
  of_client = {}
  if count == 0 then return nil end
  local text = table.concat(lines, "\n", 1, count)
  lines, count = {}, 0
  return text
end

reports.of("decisions", M.report)

return M

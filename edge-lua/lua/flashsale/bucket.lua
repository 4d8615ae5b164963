--[[ Token buckets in a shared dict, by the one number that a bucket needs: when it would be full again (GCRA).

  take(dict, key, rule, now_ms, tokens): true, or false and the ms until it would be true, or nil where the store is full:
  that is for the caller to refuse, nothing is ever evicted to make room.
  Accepted: get and set are two steps, so workers that take at the same instant may share a token; at most one per worker. ]]

local platform = require "flashsale.platform"

local M = {}

local full_ats = {} -- dict -> how to read it

local function full_at_in(dict)
  local get = full_ats[dict]
  if not get then
    get = platform.numbers(dict)
    full_ats[dict] = get
  end
  return get
end

--[[ rule("5:10"): what is 5 a second with a burst of 10: {interval_ms, burst}, or nil where the text is no such thing. ]]
function M.rule(text)
  local rate, burst = text:match("^([%d.]+):(%d+)$")
  rate, burst = tonumber(rate), tonumber(burst)
  if not rate or rate <= 0 or not burst or burst < 1 then return nil end
  return { interval_ms = 1000 / rate, burst = burst }
end

function M.take(dict, key, rule, now_ms, tokens)
  local full_at = full_at_in(dict)(key, #key)
  if full_at < now_ms then full_at = now_ms end
  -- Of a slower rule that held before there may be more to wait for than an empty bucket of this one.
  local empty = now_ms + rule.interval_ms * rule.burst
  if full_at > empty then
    full_at = empty
    dict:safe_set(key, full_at, (full_at - now_ms) / 1000 + 0.1)
  end
  full_at = full_at + rule.interval_ms * tokens
  local over = full_at - now_ms - rule.interval_ms * rule.burst
  if over > 1e-6 then return false, over end
  local stored = dict:safe_set(key, full_at, (full_at - now_ms) / 1000 + 0.1)
  if not stored then return nil end
  return true
end

return M

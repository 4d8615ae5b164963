--[[ Calls to another program that are made together: those that come while one is under way are gathered and go in the
  next, so that the busier, the larger; alone, a call waits for nobody, and behind a slow one for 10 ms at most.

  new(send, most, at_once): a function call(one), which returns when `send(calls, n)`, given it among at most `most` others, has
  returned; send writes the outcomes into the calls' own tables. If send throws, that is logged, and the calls keep what they
  said before: so they begin with an outcome that holds for one that may have been sent. With at_once, no more sends than that
  are under way; a call that waited two seconds for its turn keeps what it said, too. ]]

local semaphore = require "ngx.semaphore"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"

local M = {}

local PATIENCE_SECONDS = 0.01
local TURN_MS = 2000
-- Longer than any call takes, and its wait for a turn. Only who has lost his leader waits that long.
local LANDING_SECONDS = 10

function M.new(send, most, at_once)
  local gathering -- what still takes calls, or nil
  local under_way = 0
  local turn = assert(semaphore.new())

  -- Whether there is a turn; where all are taken, one is waited for.
  local function has_turn()
    if under_way > 0 then turn:wait(PATIENCE_SECONDS) end
    if not at_once or under_way < at_once then return true end
    local ends = platform.monotonic_ms() + TURN_MS
    repeat
      local left = ends - platform.monotonic_ms()
      if left <= 0 then return false end
      local _, err = turn:wait(left / 1000)
      if err and err ~= "timeout" then return false end
    until under_way < at_once
    return true
  end

  -- The first of a batch makes the call for all of it.
  local function lead(batch)
    local may = has_turn()
    if gathering == batch then gathering = nil end
    local ok, err = true, nil
    if may then
      under_way = under_way + 1
      ok, err = pcall(send, batch, batch.n)
      under_way = under_way - 1
      if turn:count() < 0 then turn:post() end
    end
    if batch.n > 1 then batch.landed:post(batch.n - 1) end
    if ok then return end
    metrics.event("faults")
    ngx.log(ngx.CRIT, "a call for ", batch.n, " orders: ", err)
  end

  return function(one)
    local batch = gathering
    if not batch then
      batch = { one, n = 1 }
      gathering = batch
      return lead(batch)
    end
    -- before the call is counted in: should there be no memory for it, it was never made
    batch.landed = batch.landed or assert(semaphore.new())
    batch.n = batch.n + 1
    batch[batch.n] = one
    if batch.n == most then gathering = nil end
    batch.landed:wait(LANDING_SECONDS)
  end
end

return M

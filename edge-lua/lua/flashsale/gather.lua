--[[ Calls to another program that are made together: those that come while one is under way are gathered and go in the
  next, so that the busier, the larger; alone, a call waits for nobody, and behind a slow one for 10 ms at most.

  new(send, most): a function call(one), which returns when `send(calls, n)`, given it among at most `most` others, has
  returned; send writes the outcomes into the calls' own tables. If send throws, that is logged, and the calls keep what they
  said before: so they begin with an outcome that holds for one that may have been sent. ]]

local semaphore = require "ngx.semaphore"
local metrics = require "flashsale.metrics"

local M = {}

local PATIENCE_SECONDS = 0.01
-- Longer than any call takes. Only who has lost his leader waits that long.
local LANDING_SECONDS = 10

function M.new(send, most)
  local gathering -- what still takes calls, or nil
  local under_way = 0
  local turn = assert(semaphore.new())

  -- The first of a batch makes the call for all of it.
  local function lead(batch)
    if under_way > 0 then turn:wait(PATIENCE_SECONDS) end
    if gathering == batch then gathering = nil end
    under_way = under_way + 1
    local ok, err = pcall(send, batch, batch.n)
    under_way = under_way - 1
    if turn:count() < 0 then turn:post() end
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

--[[ What workers tell the backend once a second by way of streams in Redis: a statistic, which nobody waits for.

  A report waits in a shared dict for the worker that follows Redis, which appends it to the stream. Where there is no room or no
  Redis it is lost and counted. A stream keeps a little more than the minute that the backend may have to read again: in the worst
  of floods that is some 7 MiB of Redis for each worker. ]]

local complaint = require "flashsale.complaint"
local keys = require "flashsale.keys"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local M = { EVERY_MS = 1000 }

local WAITING = 64 -- reports of a kind that may wait, of all workers
local AT_ONCE = 16 -- of a kind in one pipeline
local KEPT_MS = 70000
local LATE_MS = 3000 -- what was counted longer ago would count as if it were now

local kinds = {} -- list of {name, make}

--[[ of(kind, make): make() is asked each second, and gives a report as text, or nil where there is nothing to tell. ]]
function M.of(kind, make)
  kinds[#kinds + 1] = { name = kind, make = make }
end

local report_at = 0

--[[ tick(now): reports, when it is time, into the dict where they wait. ]]
function M.tick(now)
  if now < report_at then return end
  report_at = now + M.EVERY_MS
  local dict = ngx.shared.fs_reports
  for _, kind in ipairs(kinds) do
    local report = kind.make()
    if report then
      local waiting = dict:llen(kind.name)
      local timed = string.format("%d ", now) .. report
      if not waiting or waiting >= WAITING or not dict:rpush(kind.name, timed) then metrics.event("reports_lost") end
    end
  end
end

--[[ publish(client, redis_now): for the worker that follows Redis: what waits, into the streams. Nothing, or what went wrong with
  the connection. ]]
function M.publish(client, redis_now)
  local dict, now = ngx.shared.fs_reports, platform.monotonic_ms()
  local waiting = {}
  for _, kind in ipairs(kinds) do
    for _ = 1, AT_ONCE do
      local report = dict:lpop(kind.name)
      if not report then break end
      local at, text = report:match("^(%d+) (.*)$")
      if now - tonumber(at) > LATE_MS then
        metrics.event("reports_lost")
      else
        waiting[#waiting + 1] = { stream = keys.reports(kind.name), text = text }
      end
    end
  end
  if #waiting == 0 then return nil end
  local oldest = string.format("%d", redis_now - KEPT_MS)
  client:init_pipeline(#waiting)
  for _, report in ipairs(waiting) do
    client:xadd(report.stream, "MINID", "~", oldest, "*", "node", settings.node, "report", report.text)
  end
  local replies, err = client:commit_pipeline()
  if not replies then
    metrics.event("reports_lost", #waiting)
    return err
  end
  for i, reply in ipairs(replies) do
    if type(reply) == "table" then
      metrics.event("reports_lost")
      complaint.warn("reports to " .. waiting[i].stream, reply[2])
    else
      metrics.event("reports_told")
    end
  end
  return nil
end

return M

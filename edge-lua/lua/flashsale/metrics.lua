--[[ What the edge counts, for Prometheus. Names begin with flashsale_edge_; times are in seconds.

  A worker counts in its own memory and adds to the shared dict a few times a second, so a count costs no lock. Accepted:
  a worker that is killed loses the counts of its last quarter second. The dict's keys: the code itself for answers of POST /buy,
  "!" and the name for events, and for a histogram "~", its name, ":" and a bucket's number or "sum". Those with "events:" are
  events.lua's. ]]

local codes = require "flashsale.codes"

local M = {}

local EVENTS = {
  backend_refused = "Calls to the backend that found nobody there.",
  backend_unclear = "Answers of the backend that were none.",
  decisions_dropped = "Answers that are to be kept whole and were more than there is room for.",
  dict_full = "Times that something found no room in a shared dict.",
  events_refused = "Pages that wanted to wait for events where too many waited already.",
  events_unheard = "Questions after changes of orders that the backend did not answer.",
  faults = "Errors of the edge's own, each with a line in its log.",
  holders_full = "Times that an item's buyers found no room in the shared dict.",
  list_errors = "Errors that Redis answered to the question who is on a list.",
  redis_crowded = "Reservations that found too many others waiting for Redis.",
  reports_lost = "Reports to the backend that found no room or no Redis.",
  reports_told = "Reports to the backend that Redis has.",
  reserve_errors = "Errors that Redis answered to a reservation.",
  spans_dropped = "Spans that found no room while they waited.",
  spans_lost = "Spans that the collector did not take.",
  spans_sent = "Spans that the collector has.",
  sync_errors = "Rounds in which the follower of Redis failed.",
}

-- Upper bounds of a histogram's buckets, in ms; one more has no bound.
local BOUNDS = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 }
local HISTOGRAMS = {
  buy_seconds = "From a purchase that passed nginx's own checks to its answer.",
  reserve_seconds = "Of these, until Redis has answered.",
}

local counts = {}

local function add(key, n) counts[key] = (counts[key] or 0) + n end

-- count(code): one answer of POST /buy.
function M.count(code)
  counts[code] = (counts[code] or 0) + 1
end

-- event(name, n): n (1) of the rare things that someone should see, under flashsale_edge_<name>_total.
function M.event(name, n)
  add("!" .. name, n or 1)
end

local bucket_key, sum_key = {}, {}
for name in pairs(HISTOGRAMS) do
  bucket_key[name], sum_key[name] = {}, "~" .. name .. ":sum"
  for i = 1, #BOUNDS + 1 do bucket_key[name][i] = string.format("~%s:%d", name, i) end
end

-- took(name, ms): one more in the histogram flashsale_edge_<name>.
function M.took(name, ms)
  local i = 1
  while i <= #BOUNDS and ms > BOUNDS[i] do i = i + 1 end
  add(bucket_key[name][i], 1)
  add(sum_key[name], ms)
end

function M.flush()
  local dict = ngx.shared.fs_metrics
  for name, n in pairs(counts) do
    if n > 0 then
      dict:incr(name, n, 0)
      counts[name] = 0
    end
  end
end

local function sorted(of)
  local names = {}
  for name in pairs(of) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function family(lines, name, kind, help)
  lines[#lines + 1] = string.format("# HELP flashsale_edge_%s %s", name, help)
  lines[#lines + 1] = string.format("# TYPE flashsale_edge_%s %s", name, kind)
end

local function answers(lines, dict)
  family(lines, "requests_total", "counter", "Answers of POST /buy by code.")
  -- All of them, also those that nobody has heard yet: of a series that begins with a burst the burst would not be seen.
  for _, code in ipairs(sorted(codes.by_name)) do
    lines[#lines + 1] = string.format('flashsale_edge_requests_total{code="%s"} %d', code, dict:get(code) or 0)
  end
end

local function histogram(lines, dict, name)
  family(lines, name, "histogram", HISTOGRAMS[name])
  local total = 0
  for i = 1, #BOUNDS + 1 do
    total = total + (dict:get(bucket_key[name][i]) or 0)
    local bound = BOUNDS[i] and string.format("%.15g", BOUNDS[i] / 1000) or "+Inf"
    lines[#lines + 1] = string.format('flashsale_edge_%s_bucket{le="%s"} %d', name, bound, total)
  end
  lines[#lines + 1] = string.format("flashsale_edge_%s_sum %.15g", name, (dict:get(sum_key[name]) or 0) / 1000)
  lines[#lines + 1] = string.format("flashsale_edge_%s_count %d", name, total)
end

--[[ text(gauges): the Prometheus page. gauges: a list of {name, help, value} or {name, help, {[labels] = value, …}}. ]]
function M.text(gauges)
  M.flush()
  local dict = ngx.shared.fs_metrics
  local lines = {}
  answers(lines, dict)
  for _, name in ipairs(sorted(HISTOGRAMS)) do histogram(lines, dict, name) end
  for _, name in ipairs(sorted(EVENTS)) do
    family(lines, name .. "_total", "counter", EVENTS[name])
    lines[#lines + 1] = string.format("flashsale_edge_%s_total %d", name, dict:get("!" .. name) or 0)
  end
  for _, gauge in ipairs(gauges) do
    local name, value = gauge[1], gauge[3]
    family(lines, name, "gauge", gauge[2])
    if type(value) ~= "table" then value = { [""] = value } end
    for _, labels in ipairs(sorted(value)) do
      lines[#lines + 1] = string.format("flashsale_edge_%s%s %.15g", name, labels, value[labels])
    end
  end
  lines[#lines + 1] = ""
  return (table.concat(lines, "\n"))
end

return M

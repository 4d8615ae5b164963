--[[ Counters and gauges of the edge.

  A worker counts in its own memory and adds to the shared dict a few times a second, so a count costs no lock. Accepted:
  a worker that is killed loses the counts of its last quarter second. ]]

local M = {}

local counts = {}

-- count(code): one answer of POST /buy.
function M.count(code)
  counts[code] = (counts[code] or 0) + 1
end

-- event(name): one of the rare things that someone should see, under flashsale_edge_<name>_total.
function M.event(name)
  local key = "!" .. name
  counts[key] = (counts[key] or 0) + 1
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

--[[ text(gauges): the Prometheus page. gauges: a list of {name with its labels, value}. ]]
function M.text(gauges)
  M.flush()
  local dict = ngx.shared.fs_metrics
  local lines = { "# HELP flashsale_edge_requests_total Answers of POST /buy by code.",
    "# TYPE flashsale_edge_requests_total counter" }
  local names = dict:get_keys(0)
  table.sort(names)
  local events = {}
  for _, name in ipairs(names) do
    if name:sub(1, 1) == "!" then
      local metric = "flashsale_edge_" .. name:sub(2) .. "_total"
      events[#events + 1] = "# TYPE " .. metric .. " counter"
      events[#events + 1] = metric .. " " .. string.format("%d", dict:get(name) or 0)
    else
      lines[#lines + 1] = string.format('flashsale_edge_requests_total{code="%s"} %d', name, dict:get(name) or 0)
    end
  end
  for _, line in ipairs(events) do lines[#lines + 1] = line end
  for _, gauge in ipairs(gauges) do
    lines[#lines + 1] = "# TYPE flashsale_edge_" .. gauge[1]:match("^[a-z_]+") .. " gauge"
    lines[#lines + 1] = string.format("flashsale_edge_%s %.15g", gauge[1], gauge[2])
  end
  lines[#lines + 1] = ""
  return (table.concat(lines, "\n"))
end

return M

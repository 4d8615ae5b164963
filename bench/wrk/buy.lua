--[[ wrk -s buy.lua URL -- BODIES [count]: POST /buy with the bodies of a file, a line each, one after another.
  With `count` every answer's code is counted, which costs the generator; without, it only counts requests.
  BODIES has at most 9,000 lines: the LuaJIT that Debian's wrk uses hashes long strings by a sample of their bytes, and more
  of them than that can collide and slow the generator down.
  Prints one line of JSON at the end. ]]

local threads, requests, next_request = {}, {}, 0
codes = {}

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("number", #threads)
end

local function count(_, _, body)
  local code = string.match(body, '"code":"([%u_]+)"') or "NONE"
  codes[code] = (codes[code] or 0) + 1
end

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for line in io.lines(args[1]) do requests[#requests + 1] = wrk.format("POST", "/buy", headers, line) end
  -- threads start at different places, so that no body is sent twice at the same time
  next_request = math.floor(#requests * ((number or 1) - 1) / 4)
  if args[2] == "count" then response = count end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local total = {}
  for _, thread in ipairs(threads) do
    for code, n in pairs(thread:get("codes")) do total[code] = (total[code] or 0) + n end
  end
  local words = {}
  for code, n in pairs(total) do words[#words + 1] = string.format('"%s":%d', code, n) end
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"p999":%d,"broken":%d,"codes":{%s}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    e.connect + e.read + e.write + e.timeout, table.concat(words, ",")))
end

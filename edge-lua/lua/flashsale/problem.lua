--[[ Errors outside POST /buy: application/problem+json (RFC 9457), and nginx's own errors in the shape of their path. ]]

local answer = require "flashsale.answer"
local credentials = require "flashsale.credentials"
local decisions = require "flashsale.decisions"
local platform = require "flashsale.platform"
local trace_id = require "flashsale.trace"

local M = {}

-- status -> code, title
local PROBLEMS = {
  [400] = { "BAD_REQUEST", "The request is malformed." },
  [401] = { "UNAUTHENTICATED", "Please log in." },
  [403] = { "FORBIDDEN", "This is not for you." },
  [404] = { "NOT_FOUND", "There is nothing here." },
  [405] = { "METHOD_NOT_ALLOWED", "This method is not allowed here." },
  [408] = { "TIMEOUT", "The request took too long." },
  [413] = { "TOO_LARGE", "The request is too large." },
  [414] = { "TOO_LARGE", "The address is too long." },
  [416] = { "BAD_REQUEST", "There is no such range." },
  [429] = { "THROTTLED", "Too many requests, please try later." },
  [431] = { "TOO_LARGE", "The headers are too large." },
  [500] = { "BUSY", "Something went wrong here, please try again." },
  [501] = { "BAD_REQUEST", "This is not supported." },
  [502] = { "BUSY", "A service is away, please try again." },
  [503] = { "BUSY", "A service is away, please try again." },
  [504] = { "BUSY", "A service did not answer in time, please try again." },
}

-- send(status): a problem+json answer.
function M.send(status)
  local known = PROBLEMS[status] or PROBLEMS[500]
  ngx.status = status
  ngx.header["Content-Type"] = "application/problem+json"
  ngx.header["Cache-Control"] = "no-store"
  if status == 405 then ngx.header["Allow"] = ngx.ctx.allow end
  if status == 429 or status == 503 then ngx.header["Retry-After"] = 1 end
  trace_id.next()
  ngx.print('{"type":"about:blank","title":"', known[2], '","status":', status, ',"code":"', known[1], '","traceID":"',
    trace_id.text(), '"}\n')
end

-- What nginx says by itself of /buy, in the codes of the contract. The 403 is limit_except's, the 405 of TRACE nginx's.
local BUY = { [403] = "METHOD_NOT_ALLOWED", [405] = "METHOD_NOT_ALLOWED", [413] = "TOO_LARGE" }

-- nothing(): where there is neither the page nor the one that says so.
M.nothing = platform.roomy(function() return M.send(404) end)

-- A person at a browser gets a page, which keeps the status.
local function wants_page(path)
  return (ngx.var.http_accept or ""):find("text/html", 1, true) and not path:find("^/api/")
end

--[[ nginx_error(): answers what nginx refused or failed at by itself; reached through error_page only. ]]
M.nginx_error = platform.roomy(function()
  local status = ngx.status
  local path = (ngx.var.request_uri or ""):match("^[^?]*")
  if path ~= "/buy" then
    if status == 404 and wants_page(path) then return ngx.exec("/404.html") end
    if status == 494 then status = 431 end -- nginx's own number for headers that are too large
    return M.send(status)
  end
  ngx.header["Content-Type"] = "application/json"
  if BUY[status] == "METHOD_NOT_ALLOWED" then ngx.header["Allow"] = "POST" end
  trace_id.next()
  decisions.asks(credentials.client_address(), nil)
  if BUY[status] then return answer.refuse(BUY[status], nil, {}) end
  if status < 500 or status == 501 then
    return answer.refuse("BAD_REQUEST", nil, { field = "request", problem = "is not acceptable HTTP" })
  end
  return answer.refuse("BUSY", nil, { service = "edge" })
end)

return M

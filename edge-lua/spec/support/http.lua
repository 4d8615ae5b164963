-- A plain HTTP/1.1 client for specs: one connection, requests as the spec wrote them, answers read to their last byte.

local socket = require "socket"

local M = {}
M.__index = M

function M.connect(port, timeout)
  local connection = assert(socket.tcp())
  connection:settimeout(timeout or 5)
  assert(connection:connect("127.0.0.1", port))
  return setmetatable({ connection = connection }, M)
end

function M:send(bytes)
  return self.connection:send(bytes)
end

--[[ receive(head_only): {status, headers (lower case; what comes twice, with a comma between), body}, or nil and why. ]]
function M:receive(head_only)
  local line, err = self.connection:receive("*l")
  if not line then return nil, err end
  local answer = { status = tonumber(line:match("^HTTP/1%.%d (%d+)")), headers = {} }
  while true do
    line = assert(self.connection:receive("*l"))
    if line == "" then break end
    local name, value = line:match("^([^:]+):%s*(.*)$")
    name = name:lower()
    answer.headers[name] = answer.headers[name] and answer.headers[name] .. ", " .. value or value
  end
  if head_only or answer.status == 304 or answer.status == 204 then return answer end
  if answer.headers["transfer-encoding"] == "chunked" then
    local chunks = {}
    while true do
      local size = tonumber(assert(self.connection:receive("*l")), 16)
      if size > 0 then chunks[#chunks + 1] = assert(self.connection:receive(size)) end
      assert(self.connection:receive("*l"))
      if size == 0 then break end
    end
    answer.body = table.concat(chunks)
  elseif answer.headers["content-length"] then
    local length = tonumber(answer.headers["content-length"])
    answer.body = length > 0 and assert(self.connection:receive(length)) or ""
  else
    answer.body = assert(self.connection:receive("*a"))
  end
  return answer
end

-- ask("GET", "/livez", {Name = value}, body): sends a request; receive() its answer.
function M:ask(method, path, headers, body)
  local lines = { method .. " " .. path .. " HTTP/1.1", "Host: localhost" }
  for name, value in pairs(headers or {}) do
    if type(value) == "table" then
      for _, one in ipairs(value) do lines[#lines + 1] = name .. ": " .. one end
    else
      lines[#lines + 1] = name .. ": " .. value
    end
  end
  if body then lines[#lines + 1] = "Content-Length: " .. #body end
  self:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or ""))
end

-- request(…): ask(…) and the answer.
function M:request(method, path, headers, body)
  self:ask(method, path, headers, body)
  return self:receive(method == "HEAD")
end

-- read_some(seconds): what comes within that time, and "closed" where that was the end.
function M:read_some(seconds)
  self.connection:settimeout(seconds)
  local bytes, err, partial = self.connection:receive(65536)
  return bytes or partial or "", err == "closed" and err or nil
end

-- Whether the other side has closed and sent nothing more.
function M:closed()
  self.connection:settimeout(1)
  local byte, err = self.connection:receive(1)
  return byte == nil and err == "closed"
end

function M:close()
  self.connection:close()
end

return M

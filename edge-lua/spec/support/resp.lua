-- A small Redis client over a unix socket, for specs. Error replies are raised.

local unix = require "socket.unix"

local M = {}
M.__index = M

function M.connect(path)
  local socket = assert(unix())
  local ok, err = socket:connect(path)
  if not ok then return nil, err end
  socket:settimeout(5)
  return setmetatable({ socket = socket }, M)
end

local function read(socket)
  local line = assert(socket:receive("*l"))
  local kind, rest = line:sub(1, 1), line:sub(2)
  if kind == "+" then return rest end
  if kind == "-" then return nil, rest end
  if kind == ":" then return tonumber(rest) end
  if kind == "$" then
    if rest == "-1" then return false end
    local data = assert(socket:receive(tonumber(rest)))
    assert(socket:receive(2))
    return data
  end
  if kind == "*" then
    local list = {}
    for i = 1, tonumber(rest) do list[i] = read(socket) end
    return list
  end
  error("cannot read the reply " .. line)
end

-- call("SET", "a", 1): the reply; raises an error reply.
function M:call(...)
  local arguments = { ... }
  local parts = { "*" .. #arguments .. "\r\n" }
  for _, argument in ipairs(arguments) do
    if type(argument) == "number" then argument = string.format("%.0f", argument) end
    parts[#parts + 1] = "$" .. #argument .. "\r\n" .. argument .. "\r\n"
  end
  assert(self.socket:send(table.concat(parts)))
  local reply, err = read(self.socket)
  if reply == nil then error(err, 2) end
  return reply
end

function M:close()
  self.socket:close()
end

return M

--[[ A socket that the worker waits for in place: it does nothing else meanwhile, and no event of its loop comes in between.
  For the syncer alone (docs/adr/0013-the-follower-waits-in-place.md).

  connect(where, ms): a socket, with ms for everything until the next allow(ms), or nil and why; `where` is { path = } of a unix
  socket or { host =, port = }. It has what lua-resty-redis uses of a cosocket: send, receive, close; each returns nil and
  "timeout", "closed" or "broken" where it fails, and is then closed. Its field `peer` is the entry of names.look_up that it
  reached. ]]

local ffi = require "ffi"
local names = require "flashsale.names"

local C = ffi.C

ffi.cdef [[
  struct flashsale_unix { unsigned short family; char path[108]; };
  struct flashsale_poll { int fd; short events; short revents; };
  struct flashsale_time { long seconds; long nanoseconds; };
  int socket(int domain, int type, int protocol);
  int connect(int fd, const void *address, unsigned int length);
  int getsockopt(int fd, int level, int name, void *value, unsigned int *length);
  int setsockopt(int fd, int level, int name, const void *value, unsigned int length);
  int poll(struct flashsale_poll *fds, unsigned long count, int ms);
  ssize_t send(int fd, const void *bytes, size_t count, int flags);
  ssize_t recv(int fd, void *bytes, size_t count, int flags);
  int close(int fd);
  int clock_gettime(int clock, struct flashsale_time *time);
  void *memchr(const void *bytes, int byte, size_t count);
  void *memmove(void *to, const void *from, size_t count);
]]

-- Linux's numbers.
local AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC = 1, 1, 2048, 524288
local POLLIN, POLLOUT, MSG_NOSIGNAL, CLOCK_MONOTONIC = 1, 4, 0x4000, 1
local EINTR, EAGAIN, EINPROGRESS = 4, 11, 115
local SOL_SOCKET, SO_ERROR, IPPROTO_TCP, TCP_NODELAY = 1, 4, 6, 1

local ROOM = 65536 -- bytes of replies that are read at a time

local M = {}

local Socket = {}
Socket.__index = Socket

local time = ffi.new "struct flashsale_time"
local function now_ms()
  C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) * 1000 + tonumber(time.nanoseconds) / 1e6
end

local polled = ffi.new "struct flashsale_poll[1]"
local function wait(self, events)
  while true do
    local left = self.until_ms - now_ms()
    if left <= 0 then return nil, "timeout" end
    polled[0].fd, polled[0].events = self.fd, events
    local ready = C.poll(polled, 1, math.ceil(left))
    if ready > 0 then return true end
    if ready == 0 then return nil, "timeout" end
    if ffi.errno() ~= EINTR then return nil, "broken" end
  end
end

-- again(self, events): after a call that failed, whether it is to be made again.
local function again(self, events)
  local why = ffi.errno()
  if why == EINTR then return true end
  if why ~= EAGAIN then return nil, "broken" end
  return wait(self, events)
end

local function fail(self, err)
  self:close()
  return nil, err
end

local function flatten(data, pieces)
  if type(data) ~= "table" then
    pieces[#pieces + 1] = data
    return
  end
  for i = 1, #data do flatten(data[i], pieces) end
end

--[[ send(data): a string, a number or a list of such, as deep as need be. ]]
function Socket:send(data)
  if not self.fd then return nil, "closed" end
  local pieces = {}
  flatten(data, pieces)
  local text = table.concat(pieces)
  local bytes, left = ffi.cast("const uint8_t *", text), #text
  while left > 0 do
    local n = tonumber(C.send(self.fd, bytes, left, MSG_NOSIGNAL))
    if n >= 0 then
      bytes, left = bytes + n, left - n
    else
      local ok, err = again(self, POLLOUT)
      if not ok then return fail(self, err) end
    end
  end
  return #text
end

-- More bytes behind those that are there, which move to the front.
local function fill(self)
  if now_ms() > self.until_ms then return nil, "timeout" end
  local count = self.ends - self.begins
  C.memmove(self.room, self.room + self.begins, count)
  self.begins, self.ends = 0, count
  while true do
    local n = tonumber(C.recv(self.fd, self.room + count, ROOM - count, 0))
    if n > 0 then
      self.ends = count + n
      return true
    end
    if n == 0 then return nil, "closed" end
    local ok, err = again(self, POLLIN)
    if not ok then return nil, err end
  end
end

local function take(self, count)
  local text = ffi.string(self.room + self.begins, count)
  self.begins = self.begins + count
  return text
end

local function receive_line(self)
  while true do
    local first = self.room + self.begins
    local newline = C.memchr(first, 10, self.ends - self.begins)
    if newline ~= nil then
      return (take(self, ffi.cast("uint8_t *", newline) - first + 1):gsub("\r?\n$", ""))
    end
    if self.ends - self.begins == ROOM then return nil, "broken" end
    local ok, err = fill(self)
    if not ok then return nil, err end
  end
end

local function receive_bytes(self, count)
  local pieces = {}
  while count > 0 do
    if self.begins == self.ends then
      local ok, err = fill(self)
      if not ok then return nil, err end
    end
    local n = math.min(count, self.ends - self.begins)
    pieces[#pieces + 1] = take(self, n)
    count = count - n
  end
  return (table.concat(pieces))
end

--[[ receive(count): so many bytes; without a number, a line without its end. ]]
function Socket:receive(count)
  if not self.fd then return nil, "closed" end
  local text, err
  if count then text, err = receive_bytes(self, count) else text, err = receive_line(self) end
  if not text then return fail(self, err) end
  return text
end

function Socket:close()
  if not self.fd then return nil, "closed" end
  C.close(self.fd)
  self.fd = nil
  return 1
end

-- allow(ms): from now on, so long for everything.
function Socket:allow(ms)
  self.until_ms = now_ms() + ms
end

local number, size = ffi.new "int[1]", ffi.new "unsigned int[1]"

local function open(family, address, length, ms)
  local fd = C.socket(family, SOCK_STREAM + SOCK_NONBLOCK + SOCK_CLOEXEC, 0)
  if fd < 0 then return nil, "no socket" end
  local self = setmetatable({ fd = fd, room = ffi.new("uint8_t[?]", ROOM), begins = 0, ends = 0 }, Socket)
  self:allow(ms)
  if C.connect(fd, address, length) ~= 0 then
    -- a unix socket connects at once or not at all
    if ffi.errno() ~= EINPROGRESS then return fail(self, "down") end
    local ok, err = wait(self, POLLOUT)
    if not ok then return fail(self, err) end
    size[0] = ffi.sizeof(number)
    if C.getsockopt(fd, SOL_SOCKET, SO_ERROR, number, size) ~= 0 or number[0] ~= 0 then return fail(self, "down") end
  end
  if family ~= AF_UNIX then
    number[0] = 1
    C.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, number, ffi.sizeof(number))
  end
  return self
end

function M.connect(where, ms)
  if where.path then
    local address = ffi.new "struct flashsale_unix"
    if #where.path >= ffi.sizeof(address.path) then return nil, "the path is too long" end
    address.family = AF_UNIX
    ffi.copy(address.path, where.path)
    return open(AF_UNIX, address, ffi.sizeof(address), ms)
  end
  local peers, err = names.look_up(where.host, where.port)
  if not peers then return nil, err end
  local self
  for _, peer in ipairs(peers) do
    self, err = open(peer.family, peer.bytes, peer.length, ms)
    if self then
      self.peer = peer
      return self
    end
  end
  return nil, err
end

return M

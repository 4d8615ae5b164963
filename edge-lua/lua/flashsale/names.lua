--[[ Which addresses a host has, asked of the system's resolver in place: the worker does nothing else meanwhile, as long as
  resolv.conf's timeouts let it. So it is asked when something has to be connected to that is not known yet, or that does not
  answer any more; an address written in numbers asks nobody.

  look_up(host, port): a list of { text, port, family, bytes, length }, `text` in numbers as nginx wants it (IPv6 in brackets),
  `bytes` what connect(2) takes; or nil and why. ]]

local ffi = require "ffi"

local C = ffi.C

ffi.cdef [[
  struct flashsale_addrinfo {
    int flags, family, socktype, protocol;
    unsigned int length;
    const void *address;
    char *canonical;
    struct flashsale_addrinfo *next;
  };
  int getaddrinfo(const char *node, const char *service, const struct flashsale_addrinfo *hints,
    struct flashsale_addrinfo **found);
  void freeaddrinfo(struct flashsale_addrinfo *found);
  int getnameinfo(const void *address, unsigned int length, char *host, unsigned int room, char *service,
    unsigned int service_room, int flags);
  const char *gai_strerror(int code);
]]

-- Linux's numbers.
local SOCK_STREAM, NI_NUMERICHOST, AF_INET6 = 1, 1, 10

local M = {}

local hints = ffi.new("struct flashsale_addrinfo", { socktype = SOCK_STREAM })
local found = ffi.new "struct flashsale_addrinfo *[1]"
local ROOM = 64
local text = ffi.new("char[?]", ROOM)

function M.look_up(host, port)
  local code = C.getaddrinfo(host, tostring(port), hints, found)
  if code ~= 0 then return nil, host .. ": " .. ffi.string(C.gai_strerror(code)) end
  local list = {}
  local one = found[0]
  while one ~= nil do
    if C.getnameinfo(one.address, one.length, text, ROOM, nil, 0, NI_NUMERICHOST) == 0 then
      local numeric = ffi.string(text)
      list[#list + 1] = {
        text = one.family == AF_INET6 and "[" .. numeric .. "]" or numeric, port = port, family = one.family,
        bytes = ffi.string(one.address, one.length), length = one.length,
      }
    end
    one = one.next
  end
  C.freeaddrinfo(found[0])
  return list
end

return M

--[[ The one place that knows on which nginx this runs: Debian's with its Lua packages, or OpenResty.

  Guarantees: `redis` is a client class with the interface of lua-resty-redis; `variable(name)` reads an nginx variable and
  `numbers(dict)` a number in a shared dict, both without making a Lua string; `monotonic_ms()` is the same clock in every
  worker of the machine and never steps back. The load_module lines, which OpenResty does not need, are the renderer's
  (edge-lua/render). ]]

local ffi = require "ffi"
local base = require "resty.core.base"
require "resty.core.shdict" -- declares ngx_http_lua_ffi_shdict_get
require "resty.core.var" -- declares ngx_http_lua_ffi_var_get

local C = ffi.C
local get_request = base.get_request

ffi.cdef [[
  extern volatile uintptr_t ngx_current_msec;
]]

local M = {}

-- Debian's lua-nginx-redis installs OpenResty's client under another name.
local found, client = pcall(require, "resty.redis")
if not found then found, client = pcall(require, "nginx.redis") end
if not found then error("neither resty.redis nor nginx.redis is installed: apt-get install lua-nginx-redis") end
M.redis = client

--[[ tune(): LuaJIT's bounds, for the whole process; call in the master. By default it gives up a path that is as long as a
  refusal's ("trace too long", "loop unroll limit reached", which counts tail calls as well) and interprets it from then on: on
  some starts of nginx, by the order in which things grew hot.
  Nor does it ever compile a function by itself that ends in a tail call of a built-in; after eleven tries it compiles no path
  through it either, on the starts where it grew hot before its callers. So no function here does: `return (tonumber(x))`. ]]
function M.tune()
  require("jit.opt").start("maxirconst=4000", "maxsnap=4000", "maxrecord=16000", "maxside=500", "loopunroll=40")
  M.interpret_pairs()
end

local next = next
local function step(t, key)
  local following, value = next(t, key)
  return following, value
end

local ROOM = 190 -- slots; a function may have 200 locals

local names = {}
for i = 1, ROOM do names[i] = "_" .. i end
local enter = assert(loadstring("local f = ... return function(a) if not f then local " .. table.concat(names, ",")
  .. " end f(a) end"))

--[[ roomy(f): f, which takes one argument at most and returns nothing, on a Lua stack with room for all that it calls. Whatever
  nginx calls in a coroutine of its own begins by it.

  A coroutine's stack is small at first and grows when a function finds no room. Compiled code looks for room, too, but a LuaJIT
  of before 2023-07-12, such as Debian 12's, does so in a register that may hold a value: where there is no room, the bytes that
  are left are written back in the value's place (LuaJIT issues 1016 and 1031). So a loop over 20 holders went on to the 136th:
  its worker filled a set with what lay behind them, and then went round and round in it. The frame of the function made here has
  its slots without using them: the interpreter makes room before any compiled code runs, and the collector leaves it there. ]]
function M.roomy(f)
  local with_room = enter(f)
  jit.off(with_room) -- compiled, it would begin a trace where `f` has always begun one
  return with_room
end

--[[ interpret_pairs(): loops over `pairs` are never compiled, in what is loaded after this. A LuaJIT of before 2023-08-13, such
  as Debian 12's, may leave a compiled one where it began and begin it again, for ever (LuaJIT issues 1000 and 1045). None of
  these loops is on the path of a purchase. ]]
function M.interpret_pairs()
  jit.off(step)
  pairs = function(t) return step, t, nil end -- luacheck: ignore 121
end

-- CLOCK_MONOTONIC in milliseconds, as nginx cached it at the start of this turn of the event loop.
function M.monotonic_ms()
  return (tonumber(C.ngx_current_msec))
end

--[[ variable(name): a function that gives the address and length of `$name` in the present request, or nil where it is
  not set. The bytes live as long as the request; the function holds no state of it. ]]
function M.variable(name)
  local length_of_name = #name
  local lowcase = ffi.new("char[?]", length_of_name + 1)
  local value, length, err = ffi.new("char *[1]"), ffi.new("size_t[1]"), ffi.new("char *[1]")
  return function()
    local rc = C.ngx_http_lua_ffi_var_get(get_request(), name, length_of_name, lowcase, 0, value, length, err)
    if rc ~= 0 then return nil, 0 end
    return ffi.cast("const uint8_t *", value[0]), tonumber(length[0])
  end
end

local kind, flags, stale = ffi.new("int[1]"), ffi.new("int[1]"), ffi.new("int[1]")
local number, err = ffi.new("double[1]"), ffi.new("char *[1]")
local ROOM_FOR_TEXT = 64
local text = ffi.new("unsigned char[?]", ROOM_FOR_TEXT)
local text_at, text_length = ffi.new("unsigned char *[1]"), ffi.new("size_t[1]")

--[[ numbers(dict): a function get(key, length) of a dict that has numbers alone, `key` a string or a pointer to bytes: the
  number, 0 where there is none. `dict:get` goes one way for each kind of value, and compiled code that comes to it with both a
  number and nothing needs a path for each, as long as all that follows. On the way of a repeated purchase LuaJIT gives such a
  path up ("register coalescing too complex"), after some milliseconds and for each way there: in the first seconds of a
  stampede a worker did little else. ]]
function M.numbers(dict)
  local zone
  return function(key, length)
    zone = zone or C.ngx_http_lua_ffi_shdict_udata_to_zone(dict[1])
    text_at[0], text_length[0], number[0] = text, ROOM_FOR_TEXT, 0
    local rc = C.ngx_http_lua_ffi_shdict_get(zone, key, length, kind, text_at, text_length, number, flags, 0, stale, err)
    if rc ~= 0 then return 0 end
    return (tonumber(number[0]))
  end
end

return M

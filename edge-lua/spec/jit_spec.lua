-- What LuaJIT would leave to its interpreter on some starts of nginx and not on others (platform.tune says why).

local BUILT_IN = {
  tonumber = true, tostring = true, type = true, select = true, unpack = true, rawget = true, next = true,
  band = true, bor = true, bxor = true, bnot = true,
}
local LIBRARIES = { "bit", "ffi", "C", "string", "math", "table" }
for _, library in ipairs(LIBRARIES) do BUILT_IN[library] = true end
local METHODS = { byte = true, find = true, format = true, gsub = true, lower = true, match = true, rep = true, sub = true,
  upper = true }
local ENDS = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, ["}"] = true, [""] = true }

-- The tail calls of built-ins in a source, each as it is written.
local function tail_calls(source)
  source = source:gsub("%-%-%[%[.-%]%]", ""):gsub("%-%-[^\n]*", "")
  local found = {}
  for name, next_word in source:gmatch "%f[%w_]return%s+([%w_.:]+)%s*%b()%s*(%S*)" do
    local after = next_word:match "^%a+" or next_word:sub(1, 1)
    if (BUILT_IN[name] or BUILT_IN[name:match "^([%w_]+)%."] or METHODS[name:match ":([%w_]+)$"]) and ENDS[after] then
      found[#found + 1] = name
    end
  end
  return found
end

describe("The edge's sources", function()
  it("are looked through by a rule that finds what it should", function()
    assert.same({ "tonumber", "bit.band", "s:sub" }, tail_calls [[
      local function a(x) return tonumber(x) end
      local function b(x) if x then return bit.band(x,
        1)
      else return s:sub(1) end end
      local function c(x) return (tonumber(x)) end
      local function d(x) return tonumber(x) + 1 end
      local function e(x) return tonumber(x), 1 end
      local function f(x) return C.memcmp(x) == 0 end
      local function g(x) return a(x) end -- return tonumber(x)
    ]])
  end)

  it("have no function that ends in a tail call of a built-in", function()
    local files = io.popen(("find '%s/edge-lua/lua' -name '*.lua'"):format(os.getenv "EDGE_ROOT"))
    local seen = 0
    for path in files:lines() do
      seen = seen + 1
      local file = assert(io.open(path))
      assert.same({}, tail_calls(file:read "*a"), path)
      file:close()
    end
    files:close()
    assert.is_true(seen > 20)
  end)
end)

describe("nginx's own LuaJIT", function()
  local support = require "support.edge"
  setup(function() support.start() end)
  teardown(function() support.stop() end)

  -- What a chunk writes that is run there, after the platform was loaded.
  local function output(chunk)
    local home = support.dir .. "/jit"
    os.execute("mkdir -p '" .. home .. "'")
    local modules, lua_path = support.platform()
    local file = assert(io.open(home .. "/nginx.conf", "w"))
    file:write(modules, ([[

      daemon off;
      master_process off;
      pid "%s/pid";
      events {}
      http {
        lua_package_path "%s/edge-lua/lua/?.lua;%s;";
        init_by_lua_block {
          require "resty.core"
          local platform = require "flashsale.platform"
          %s
          os.exit(0)
        }
      }
    ]]):format(home, os.getenv "EDGE_ROOT", lua_path, chunk))
    file:close()
    local program = io.popen(("'%s' -p '%s' -e '%s/error.log' -c '%s/nginx.conf' 2>&1"):format(
      support.nginx, home, home, home))
    local text = program:read "*a"
    program:close()
    return text
  end

  -- How many traces it makes of a loop over `pairs` that has grown hot.
  local function traces(prepare)
    local text = output(prepare .. [[

      local function walk(t)
        local sum = 0
        for _, value in pairs(t) do sum = sum + value end
        return sum
      end
      local compiled, began = 0, nil
      jit.attach(function(what, _, from)
        if what == "start" then began = from end
        if what == "stop" and began == walk then compiled = compiled + 1 end
      end, "trace")
      local t = {}
      for i = 1, 1000 do t["key" .. i] = i end
      for _ = 1, 100 do assert(walk(t) == 500500) end
      io.stdout:write("compiled ", compiled, "\n")
    ]])
    return tonumber(text:match "compiled (%d+)"), text
  end

  it("does not compile a loop over `pairs`, and would", function()
    local compiled, text = traces "platform.tune()"
    assert.equal(0, compiled, text)
    assert.is_true(traces "" > 0)
  end)

  -- How often a loop of 30 steps took another number of them, in coroutines whose stacks had little room left, more and more.
  local function wrong(enter)
    local text = output([[
      platform.tune()
      local roomy = ]] .. enter .. [[

      local slots = require("ffi").new("int32_t[?]", 64)
      local function find(i)
        while slots[i] ~= 0 do i = bit.band(i + 1, 63) end
        slots[63] = 0
      end
      local function visit(n)
        local seen = 0
        for i = 0, n - 1 do
          find(i)
          seen = seen + 1
          if seen > 1000 then return seen end
        end
        return seen
      end
      -- The inner loop is compiled first, then the outer one, then what leads from that into the inner one.
      for i = 0, 40 do slots[i] = 1 end
      for _ = 1, 100 do find(0) end
      for i = 0, 40 do slots[i] = 0 end
      for _ = 1, 100 do visit(30) end
      slots[20] = 1
      for _ = 1, 200 do visit(30) end

      local wrong = 0
      for n = 0, 200 do
        local taken, seen = {}, nil
        for i = 1, n do taken[i] = i end
        local inside = roomy(function() seen = visit(30) end)
        local function outside(...)
          inside()
          local count = select("#", ...)
          return count
        end
        assert(coroutine.resume(coroutine.create(outside), unpack(taken)))
        if seen ~= 30 then wrong = wrong + 1 end
      end
      io.stdout:write("wrong ", wrong, " of ", jit.version, "\n")
    ]])
    return tonumber(text:match "wrong (%d+)"), text
  end

  it("keeps its values in a coroutine with room, and an old one would not without", function()
    local with_room, text = wrong "platform.roomy"
    assert.equal(0, with_room, text)
    local without
    without, text = wrong "function(f) return function() f() end end"
    if text:find("2.1.0-beta", 1, true) then assert.is_true(without > 0, text) end
  end)

  it("is entered with room wherever nginx calls the edge", function()
    local files = io.popen(("find '%s/edge-lua/lua/flashsale/phase' -name '*.lua'"):format(os.getenv "EDGE_ROOT"))
    local seen = 0
    for path in files:lines() do
      -- the master and the ends of workers have a stack that has grown long before
      if not path:find "/init.lua$" and not path:find "/worker.lua$" and not path:find "/exit.lua$" then
        local module, name = support.read(path):match '"flashsale%.([%w_]+)"[%])]+%.([%w_]+)%('
        local source = support.read(os.getenv "EDGE_ROOT" .. "/edge-lua/lua/flashsale/" .. tostring(module) .. ".lua")
        assert.truthy(source:find("M." .. tostring(name) .. " = platform.roomy(", 1, true), path)
        seen = seen + 1
      end
    end
    files:close()
    assert.equal(14, seen)
    for _, name in ipairs { "syncer", "backends" } do
      local source = support.read(os.getenv "EDGE_ROOT" .. "/edge-lua/lua/flashsale/" .. name .. ".lua")
      assert.truthy(source:find("ngx.timer.every(M.TICK_MS / 1000, platform.roomy(", 1, true), name)
    end
  end)
end)

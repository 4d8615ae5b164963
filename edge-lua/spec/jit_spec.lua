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

describe("A loop over `pairs`", function()
  local support = require "support.edge"
  setup(function() support.start() end)
  teardown(function() support.stop() end)

  -- How many traces nginx's own LuaJIT makes of a loop that has grown hot.
  local function traces(prepare)
    local home = support.dir .. "/jit"
    os.execute("mkdir -p '" .. home .. "'")
    local modules = support.read(support.home .. "/nginx/nginx.conf"):match("daemon off;\n(.-)worker_processes")
    local file = assert(io.open(home .. "/nginx.conf", "w"))
    file:write(modules, ([[

      daemon off;
      master_process off;
      pid "%s/pid";
      events {}
      http {
        lua_package_path "%s/edge-lua/lua/?.lua;;";
        init_by_lua_block {
          require "resty.core"
          local platform = require "flashsale.platform"
          %s
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
          os.exit(0)
        }
      }
    ]]):format(home, os.getenv "EDGE_ROOT", prepare))
    file:close()
    local program = io.popen(("'%s' -p '%s' -e '%s/error.log' -c '%s/nginx.conf' 2>&1"):format(
      support.nginx, home, home, home))
    local output = program:read "*a"
    program:close()
    return tonumber(output:match "compiled (%d+)"), output
  end

  it("is not compiled, and would be", function()
    local compiled, output = traces "platform.tune()"
    assert.equal(0, compiled, output)
    assert.is_true(traces "" > 0)
  end)
end)

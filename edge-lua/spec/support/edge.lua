--[[ The stage of the specs: a real Redis with the function library, the backend's double and the real nginx with the
  rendered configuration, in a directory of their own; and the gestures of a buyer.

  Everything is started on free ports and ended by its pid. After each spec the edge's error log must hold nothing but what
  the spec said it expects. ]]

local assert = require "luassert"
local cjson = require "cjson"
local socket = require "socket"
local http = require "support.http"
local resp = require "support.resp"

local M = { NONCE = "spec-nonce" }

local root = assert(os.getenv("EDGE_ROOT"), "run me by edge-lua/spec/run")
local dir = assert(os.getenv("EDGE_DIR"))
M.root, M.dir, M.home = root, dir, dir .. "/home with space"

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end
M.quote = quote

local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; printf '\\n%d' $?"))
  local output = pipe:read("*a")
  pipe:close()
  local text, status = output:match("^(.*)\n(%d+)$")
  return text, tonumber(status)
end
M.shell = shell

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end
M.write = write

local function read(path)
  local file = io.open(path, "r")
  if not file then return "" end
  local text = file:read("*a")
  file:close()
  return text
end
M.read = read

function M.until_true(what, probe, seconds)
  local deadline = socket.gettime() + (seconds or 5)
  repeat
    local value = probe()
    if value then return value end
    socket.sleep(0.01)
  until socket.gettime() > deadline
  error("not within " .. (seconds or 5) .. " s: " .. what, 2)
end

local function free_port()
  local server = assert(socket.bind("127.0.0.1", 0))
  local _, port = server:getsockname()
  server:close()
  return tonumber(port)
end

-- Processes ----------------------------------------------------------------------------------------------------------

local function spawn(command, log)
  local text = shell(command .. " >" .. quote(log) .. " 2>&1 & echo $!")
  local pid = assert(tonumber(text:match("%d+")), text)
  -- the runner ends what a spec that was killed left behind
  shell("echo " .. pid .. " >>" .. quote(dir .. "/pids"))
  return pid
end

local function alive(pid)
  -- a zombie answers to kill -0 but is dead
  local stat = read("/proc/" .. pid .. "/stat")
  return stat ~= "" and stat:match("%) (%u)") ~= "Z"
end

function M.kill(pid, signal)
  shell("kill -" .. (signal or "TERM") .. " " .. pid)
end

local function end_process(pid, signal)
  if not alive(pid) then return end
  M.kill(pid, signal)
  M.until_true("the end of process " .. pid, function() return not alive(pid) end, 10)
end

-- Redis --------------------------------------------------------------------------------------------------------------

M.redis_socket = dir .. "/redis.sock"

function M.start_redis()
  write(dir .. "/redis.conf", table.concat({
    "port 0", 'unixsocket "' .. M.redis_socket .. '"', 'save ""', "appendonly no", 'dir "' .. dir .. '"',
    (read(root .. "/ops/redis/users.acl"):match("\n(user edge [^\n]*)"):gsub("{edge}", ">edge-password")),
  }, "\n") .. "\n")
  M.redis_pid = spawn("exec redis-server " .. quote(dir .. "/redis.conf"), dir .. "/redis.log")
  M.redis = M.until_true("redis-server answers", function()
    local client = resp.connect(M.redis_socket)
    return client and pcall(client.call, client, "PING") and client
  end)
end

function M.load_library()
  M.redis:call("FUNCTION", "LOAD", "REPLACE", read(root .. "/edge-lua/redis/flashsale.lua"))
end

function M.kill_redis()
  end_process(M.redis_pid, "KILL")
  M.redis:close()
  -- its first thread is dead before the others, which hold the socket as well
  M.until_true("nobody listens any more", function()
    local client = resp.connect(M.redis_socket)
    if client then client:close() end
    return not client
  end)
  os.remove(M.redis_socket)
end

function M.keys(item)
  local names = { "item", "buyers", "requests", "reservations", "pending", "holders" }
  local keys = {}
  for i, name in ipairs(names) do
    keys[i] = string.format("fs:{%s}:%d:%d:%s", item.sku, item.id, item.epoch, name)
    keys[name] = keys[i]
  end
  return keys
end

local next_id = 0

local function now_ms() return math.floor(socket.gettime() * 1000) end
M.now_ms = now_ms

--[[ publish{sku=, published=, …}: installs, grants and lists an item as the backend does. Gives its facts. ]]
function M.publish(given)
  next_id = next_id + 1
  local item = {
    id = next_id, epoch = 1, sku = "SKU" .. next_id, published = 100, state = "LIVE", opens = now_ms() - 60000,
    closes = now_ms() + 3600000, hold = 1800000, min_level = 0, limits = "-", public = true, promo = 1000 + next_id,
    sold = 0, listed = true,
  }
  for name, value in pairs(given or {}) do item[name] = value end
  item.available = item.available or item.published
  local keys = M.keys(item)
  local function install(...)
    M.redis:call("FCALL", "install", 6, keys[1], keys[2], keys[3], keys[4], keys[5], keys[6], item.id, item.epoch, ...)
  end
  install("BEGIN",
    "sku", item.sku, "promo", item.promo, "state", item.state, "opens", item.opens, "closes", item.closes,
    "hold", item.hold, "price", 1999, "currency", "CNY", "promo_version", 1, "min_level", item.min_level,
    "limits", item.limits, "published", item.published, "available", item.available,
    "held", item.published - item.available - item.sold, "sold", item.sold, "restocked", 0, "withdrawn", 0, "version", 1,
    unpack(item.on_list and { "listed", 1 } or {}))
  for first = 1, item.on_list and #item.on_list or 0, 256 do
    install("LISTED", unpack(item.on_list, first, math.min(#item.on_list, first + 255)))
  end
  install("END", 0, item.on_list and #item.on_list or 0)
  if item.listed then M.list(item) end
  assert.equal("GRANTED", M.redis:call("FCALL", "grant", 1, keys.item, M.NONCE, 5000, item.id, item.epoch))
  if item.listed and not given.unwatched then M.until_known(item) end
  return item
end

-- list(item): the item's entry in the catalogue, as it is now.
function M.list(item)
  M.redis:call("HSET", "fs:catalog", item.sku, cjson.encode {
    itemId = item.id, epoch = item.epoch, promoId = item.promo, promoName = "Promo " .. item.promo, promoVersion = 1,
    sku = item.sku, name = "Name of " .. item.sku, priceMinor = 1999, listPriceMinor = item.list_price, currency = "CNY",
    names = item.names, promoNames = item.promo_names, promoText = item.promo_text, image = item.image,
    opens = item.opens, closes = item.closes, holdMs = item.hold,
    state = item.state, minLevel = item.min_level, limits = item.limits, published = item.published, public = item.public,
    byList = item.on_list and true or nil, bucketAccount = item.bucket_account, bucketSku = item.bucket_sku,
  })
  M.redis:call("HINCRBY", "fs:catalog", "version", 1)
end

-- state(item, state): the effect that pausing and ending have.
local effect_version = 1
function M.effect(item, kind, ...)
  effect_version = effect_version + 1
  local keys = M.keys(item)
  return M.redis:call("FCALL", "apply", 4, keys.item, keys.buyers, keys.reservations, keys.pending, item.id, item.epoch,
    effect_version, kind, ...)
end

function M.until_known(item)
  M.until_true(item.sku .. " is known to every worker", function()
    return M.everywhere([[
      local view = require "flashsale.view"
      view.refresh()
      local item = view.by_sku["]] .. item.sku .. [["]
      return item ~= nil and item.epoch == ]] .. item.epoch .. [[ and item.hinted and view.ready(item)
    ]])
  end)
end

-- Whether the hint that this item is refused by has arrived.
function M.until_hint(item, condition)
  M.until_true("a hint of " .. item.sku .. " with " .. condition, function()
    return M.eval([[
      local view = require "flashsale.view"
      view.refresh()
      local item = view.by_sku["]] .. item.sku .. [["]
      return ]] .. condition)
  end)
end

-- nginx --------------------------------------------------------------------------------------------------------------

local EVAL = [[
    location = /.eval {
      client_max_body_size 4m;
      client_body_buffer_size 4m;
      content_by_lua_block {
        ngx.req.read_body()
        local chunk, err = loadstring(ngx.req.get_body_data())
        local ok, value = pcall(chunk or function() error(err) end)
        local json = require("cjson").new()
        json.encode_sparse_array(true)
        if not ok then value = tostring(value) end
        ngx.say(json.encode { ok = ok, value = value, pid = ngx.worker.pid() })
      }
    }
]]

local environment

-- What the rendered configuration says of modules and user, and where Lua's files lie besides the edge's own.
function M.platform()
  local text = read(M.home .. "/nginx/nginx.conf")
  return text:match("daemon off;\n(.-)worker_processes"), text:match('/edge%-lua/lua/%?%.lua;([^"]*);";')
end

--[[ render{FLASHSALE_…=…}: runs the renderer. Its output and exit status. ]]
function M.render(given)
  local variables = {
    FLASHSALE_HOME = M.home, FLASHSALE_EDGE_PORT = M.port, FLASHSALE_BACKENDS = "127.0.0.1:" .. M.backend_port,
    FLASHSALE_EDGE_WORKERS = 2, FLASHSALE_REDIS_SOCKET = M.redis_socket,
    FLASHSALE_REDIS_EDGE_PASSWORD_FILE = dir .. "/redis-password", FLASHSALE_EDGE_TOKEN_FILE = dir .. "/edge-token",
    FLASHSALE_SESSION_KEYS_FILE = dir .. "/session-keys", FLASHSALE_EDGE_CONNECTIONS = 1024,
    FLASHSALE_STOREFRONT = dir .. "/storefront",
    FLASHSALE_EDGE_BUCKET_SIZE = "2m", FLASHSALE_EDGE_BLACKLIST_SIZE = "2m", FLASHSALE_EDGE_HOLDERS_SIZE = "2m",
  }
  for name, value in pairs(given or {}) do variables[name] = value end
  local words = {}
  for name, value in pairs(variables) do words[#words + 1] = name .. "=" .. quote(tostring(value)) end
  return shell("env " .. table.concat(words, " ") .. " " .. quote(root .. "/edge-lua/render"))
end

function M.start_nginx(given)
  environment = given
  local output, status = M.render(given)
  assert(status == 0, output)
  local config = M.home .. "/nginx/nginx.conf"
  local text = read(config)
  local head, tail = text:match("^(.*)(    location = /buy {.*)$")
  write(config, head .. EVAL .. tail)
  M.nginx_pid = spawn("exec " .. M.nginx .. " -p " .. quote(M.home .. "/nginx") .. " -c " .. quote(config),
    dir .. "/nginx.log")
  M.until_true("nginx listens (" .. read(dir .. "/nginx.log") .. ")", function()
    local client = socket.connect("127.0.0.1", M.port)
    if client then client:close() end
    return client
  end)
end

function M.stop_nginx()
  end_process(M.nginx_pid, "TERM")
end

function M.restart_nginx(given)
  M.stop_nginx()
  M.start_nginx(given)
  M.until_ready()
end

local function workers_of(master)
  local pids = {}
  local found = shell("grep -ls '^PPid:[[:space:]]*" .. master .. "$' /proc/[0-9]*/status || true")
  for pid in found:gmatch("/proc/(%d+)/") do
    -- not one that shuts down or is a zombie
    if read("/proc/" .. pid .. "/cmdline"):find("worker process", 1, true) then pids[#pids + 1] = tonumber(pid) end
  end
  return pids
end

-- workers(): the pids of nginx's workers; none in the moment after all were killed.
function M.workers() return workers_of(M.nginx_pid) end

--[[ to_worker(pid or nil): a connection that this worker serves. The kernel chooses by the client's port. ]]
function M.to_worker(pid)
  for _ = 1, 200 do
    local client = http.connect(M.port)
    local answer = client:request("POST", "/.eval", {}, "return true")
    if not pid or cjson.decode(answer.body).pid == pid then return client end
    client:close()
  end
  error("worker " .. tostring(pid) .. " got none of 200 connections")
end

local function evaluate(client, chunk)
  local answer = cjson.decode(client:request("POST", "/.eval", {}, chunk).body)
  if not answer.ok then error(answer.value, 3) end
  return answer.value
end

-- eval(chunk): runs Lua in a worker; the value it returns, by way of JSON.
function M.eval(chunk)
  local client = http.connect(M.port)
  local value = evaluate(client, chunk)
  client:close()
  return value
end

-- everywhere(chunk): whether the chunk is true in every worker.
function M.everywhere(chunk)
  local workers = M.workers()
  assert.True(#workers > 0, "nginx has no worker")
  for _, pid in ipairs(workers) do
    local client = M.to_worker(pid)
    local value = evaluate(client, chunk)
    client:close()
    if not value then return false end
  end
  return true
end

function M.in_worker(pid, chunk)
  local client = M.to_worker(pid)
  local value = evaluate(client, chunk)
  client:close()
  return value
end

function M.get(path, headers)
  local client = http.connect(M.port)
  local answer = assert(client:request("GET", path, headers))
  client:close()
  return answer
end

function M.until_ready()
  M.until_true("the edge is ready", function() return M.get("/readyz").status == 200 end, 10)
end

-- The double ---------------------------------------------------------------------------------------------------------

-- There may be several; the number, 1 where none is given, tells which.
local doubles = {}

function M.start_double(number)
  number = number or 1
  local double = doubles[number] or { port = free_port() }
  doubles[number] = double
  -- what the edge's own configuration says holds here as well
  local modules, lua_path = M.platform()
  local text = read(root .. "/edge-lua/spec/support/double.conf.template")
  local values = { DIR = dir, ROOT = root, REDIS = M.redis_socket, PORT = tostring(double.port), LOAD_MODULES = modules,
    LUA_PATH = lua_path, NUMBER = tostring(number) }
  local name = dir .. "/double" .. number
  write(name .. ".conf", (text:gsub("@([A-Z_]+)@", values)))
  shell("mkdir -p " .. quote(name .. "-tmp"))
  double.pid = spawn("exec " .. M.nginx .. " -p " .. quote(dir) .. " -c " .. quote(name .. ".conf"), name .. "-out.log")
  M.until_true("the double listens", function()
    local client = socket.connect("127.0.0.1", double.port)
    if client then client:close() end
    return client
  end)
  M.double({ nonce = M.NONCE }, number)
  return double
end

function M.stop_double(number)
  end_process(doubles[number or 1].pid, "TERM")
end

function M.kill_double(number)
  local double = doubles[number or 1]
  local workers = workers_of(double.pid)
  end_process(double.pid, "KILL")
  for _, pid in ipairs(workers) do end_process(pid, "KILL") end
end

-- signal_double(signal, number): to all of it.
function M.signal_double(signal, number)
  local double = doubles[number or 1]
  for _, pid in ipairs(workers_of(double.pid)) do M.kill(pid, signal) end
  M.kill(double.pid, signal)
end

-- double({mode=…, mute=…}, number): tells the double how to behave; gives what it received.
function M.double(settings, number)
  local words = {}
  for name, value in pairs(settings or {}) do words[#words + 1] = name .. "=" .. value end
  local client = http.connect(doubles[number or 1].port)
  local answer = client:request("GET", "/control?" .. table.concat(words, "&"))
  client:close()
  return cjson.decode(answer.body)
end

-- Buyers -------------------------------------------------------------------------------------------------------------

M.KEY, M.SECOND_KEY = string.rep("k", 32), string.rep("s", 40)

-- sign({header=, payload=, key=}, …): tokens; header and payload as text.
function M.sign(list)
  local client = http.connect(M.backend_port)
  local answer = client:request("POST", "/sign", {}, cjson.encode(list))
  client:close()
  return cjson.decode(answer.body)
end

local HEADER = '{"alg":"HS256","typ":"JWT","kid":"k1"}'
M.HEADER = HEADER

function M.claims(user, changes)
  local now = math.floor(socket.gettime())
  local claims = { iss = "flashsale", aud = "flashsale-buy", sub = user, lvl = 1, iat = now, exp = now + 600,
    sid = "s-" .. user }
  for name, value in pairs(changes or {}) do claims[name] = value end
  return claims
end

-- session(user, changes): a valid token.
function M.session(user, changes)
  return M.sign { { header = HEADER, payload = cjson.encode(M.claims(user, changes)), key = M.KEY } }[1]
end

local user_count = 0
function M.new_user()
  user_count = user_count + 1
  return string.format("u%d-%d", math.floor(socket.gettime() * 1000) % 1000000, user_count)
end

--[[ buy({field = value} or text, headers, client): an answer, its body decoded into `json`. ]]
function M.buy(request, headers, client)
  local connection = client or http.connect(M.port)
  local body = type(request) == "string" and request or cjson.encode(request)
  local all = { ["Content-Type"] = "application/json" }
  for name, value in pairs(headers or {}) do all[name] = value end
  local answer, err = connection:request("POST", "/buy", all, body)
  if not client then connection:close() end
  assert(answer, err)
  answer.json = cjson.decode(answer.body)
  return answer
end

-- purchase(item, changes): a new buyer's request, complete with a session.
function M.purchase(item, changes)
  local user = changes and changes.userID or M.new_user()
  local request = { sessionID = M.session(user), userID = user, userLevel = 1, goodsSKU = item.sku, goodsQuantity = 1,
    clientIP = "10.0.0.1" }
  for name, value in pairs(changes or {}) do request[name] = value end
  return request
end

-- The stage ----------------------------------------------------------------------------------------------------------

function M.start(given)
  M.nginx = shell("PATH=$PATH:/usr/sbin:/usr/local/openresty/nginx/sbin; command -v \"${FLASHSALE_NGINX:-nginx}\""):match("%S+")
  M.port, M.backend_port = free_port(), free_port()
  doubles = { { port = M.backend_port } }
  shell("mkdir -p " .. quote(M.home) .. " " .. quote(dir .. "/storefront"))
  write(dir .. "/redis-password", "edge-password\n")
  write(dir .. "/edge-token", "spec-edge-token\n")
  local encoded = { string.rep("a2tr", 10) .. "a2s=", string.rep("c3Nz", 13) .. "cw==" }
  write(dir .. "/session-keys", "# current\nk1 " .. encoded[1] .. "\nk0 " .. encoded[2] .. "\n")
  M.start_redis()
  M.load_library()
  M.start_nginx(given)
  M.start_double()
  M.publish { listed = true, unwatched = true }
  M.until_ready()
end

function M.stop()
  local pids = { M.nginx_pid, M.redis_pid }
  for _, double in ipairs(doubles) do pids[#pids + 1] = double.pid end
  for _, pid in ipairs(pids) do
    M.kill(pid, "CONT")
    end_process(pid, "TERM")
  end
end

--[[ clean_log({pattern, …}): fails when the edge's error log has a line that none of the patterns explains; empties it. ]]
function M.clean_log(expected)
  local path = M.home .. "/logs/edge-error.log"
  for line in read(path):gmatch("[^\n]+") do
    local known = line:find("signal process started", 1, true) or not line:find("%[[a-z]+%]")
    for _, pattern in ipairs(expected or {}) do
      known = known or line:find(pattern) ~= nil
    end
    if not known then
      write(path, "")
      error("the edge's error log has: " .. line, 2)
    end
  end
  write(path, "")
end

function M.environment() return environment end

return M

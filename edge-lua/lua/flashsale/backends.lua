--[[ The backends, and which of them are sent to.

  They are those that the registry (Eureka) has as UP, where there is one; until it has told of any, and without one, those of a
  fixed list. A registry that is away, or that has forgotten all, changes nothing. A name may stand for several; it is looked up
  again every NAMES_MS and when one of them fails.
  Each worker asks each of several every TICK_MS whether it is ready, and takes turns among those that are.
  One that could not be connected to, or broke off, is passed over from that moment until it says so again. When none is ready
  all are tried: what is known here only ever says whom to prefer.

  start(): in each worker. balance(): in the balancer's phase. ]]

local balancer = require "ngx.balancer"
local cjson = require "cjson.safe"
local names = require "flashsale.names"
local platform = require "flashsale.platform"
local settings = require "flashsale.settings"

local M = { TICK_MS = 500, PROBE_MS = 400, NAMES_MS = 10000 }

local REST = 20 -- looking names up takes at most one part in so many of a worker's time
local MOST_TRIES = 3
local POST_MS = 2000
local MOST_BYTES = 262144 -- of a registry's answer; an instance is 1.5 KiB

local places = settings.backends -- { host, port } of each
local addresses = {} -- "host:port" -> what it was found to stand for
local peers = {} -- { text, port, ready }, in a fixed order
local turn = 0 -- where the last one stands that was chosen
local look_at, look_soon, rest_until = 0, false, 0
local registry -- the address at which it answered last

local function key_of(place) return (place.host or place.text) .. ":" .. place.port end

local function numeric(host)
  return host:find("^[%d.]+$") ~= nil or host:find(":", 1, true) ~= nil
end

-- What is known of a peer that stays is kept.
local function replace(list)
  local known = {}
  for _, peer in ipairs(peers) do known[key_of(peer)] = peer end
  local new, seen = {}, {}
  for _, found in ipairs(list) do
    local key = key_of(found)
    if not seen[key] then
      seen[key] = true
      new[#new + 1] = known[key] or { text = found.text, port = found.port, ready = true }
    end
  end
  peers = new
end

local function look_up()
  ngx.update_time()
  local began = platform.monotonic_ms()
  local list, fresh, all_numeric, failed = {}, {}, true, false
  for _, place in ipairs(places) do
    local key = key_of(place)
    local found, err = names.look_up(place.host, place.port)
    if not numeric(place.host) then all_numeric = false end
    if not found then
      failed = true
      found = addresses[key] or {}
      ngx.log(ngx.WARN, "backends: ", err, #found > 0 and "; where it was last is tried" or "")
    end
    fresh[key] = found
    for _, one in ipairs(found) do list[#list + 1] = one end
  end
  addresses = fresh
  replace(list)
  ngx.update_time()
  local now = platform.monotonic_ms()
  look_soon = false
  rest_until = now + REST * (now - began)
  look_at = all_numeric and math.huge or math.max(rest_until, now + (failed and M.TICK_MS or M.NAMES_MS))
end

-- exchange(peer, request, whole, wait_ms): the status of the answer, and its body where `whole`; nil where there was none.
local function exchange(peer, request, whole, wait_ms)
  local socket = ngx.socket.tcp()
  socket:settimeouts(M.PROBE_MS, wait_ms, wait_ms)
  local status, body
  if socket:connect(peer.text, peer.port) and socket:send(request) then
    local line = socket:receive()
    status = line and tonumber(line:match("^HTTP/1%.%d (%d%d%d)"))
    while whole and line and line ~= "" do line = socket:receive() end
    if whole and line then
      local _, err, rest = socket:receive(MOST_BYTES)
      if err == "closed" then body = rest end
    end
  end
  socket:close()
  return status, body
end

local function ask_for(peer, path, whole)
  return exchange(peer, "GET " .. path .. " HTTP/1.0\r\nHost: flashsale\r\nAccept: application/json\r\n\r\n", whole,
    M.PROBE_MS)
end

-- The places of the instances that are UP in a registry's answer; nil where it has none.
local function places_in(body)
  local told = body and cjson.decode(body)
  local application = type(told) == "table" and told.application
  local instances = type(application) == "table" and application.instance
  if type(instances) ~= "table" then return nil end
  local list = {}
  for _, instance in ipairs(instances) do
    local port = type(instance.port) == "table" and tonumber(instance.port["$"])
    if instance.status == "UP" and type(instance.hostName) == "string" and port then
      list[#list + 1] = { host = instance.hostName, port = port }
    end
  end
  table.sort(list, function(a, b) return key_of(a) < key_of(b) end)
  return #list > 0 and list or nil
end

local function same(list, other)
  if #list ~= #other then return false end
  for i, place in ipairs(list) do
    if key_of(place) ~= key_of(other[i]) then return false end
  end
  return true
end

local registry_look_at = 0

local function hear_registry()
  local now = platform.monotonic_ms()
  if not registry then
    if now < registry_look_at then return end
    local found = names.look_up(settings.registry.host, settings.registry.port)
    ngx.update_time()
    registry_look_at = platform.monotonic_ms() + REST * (platform.monotonic_ms() - now)
    registry = found and found[1]
    if not registry then return end
  end
  local status, body = ask_for(registry, "/eureka/apps/FLASHSALE-BACKEND", true)
  if not status then registry = nil end
  local told = status == 200 and places_in(body)
  if told and not same(told, places) then
    places, look_at = told, 0
  end
end

local function ask(peer)
  peer.ready = ask_for(peer, "/readyz") == 200
  if not peer.ready then look_soon = true end
end

local asking = false

local function follow()
  if settings.registry then hear_registry() end
  local now = platform.monotonic_ms()
  if now >= look_at or (look_soon and look_at ~= math.huge and now >= rest_until) then look_up() end
  if #peers == 1 and peers[1].ready then return end
  local threads = {}
  for i, peer in ipairs(peers) do threads[i] = ngx.thread.spawn(ask, peer) end
  for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
end

local function tick(premature)
  if premature or asking then return end
  asking = true
  local ok, err = pcall(follow)
  asking = false
  if not ok then ngx.log(ngx.CRIT, "backends: ", err) end
end

function M.start()
  look_up()
  return ngx.timer.every(M.TICK_MS / 1000, platform.roomy(tick))
end

-- The next in turn that is ready and was not tried for this request; else one that was not; else any.
local function choose(tried)
  if #peers == 0 then return nil end
  local fallback
  for step = 1, #peers do
    local at = (turn + step - 1) % #peers + 1
    local peer = peers[at]
    if not tried[peer] then
      if peer.ready then
        turn = at
        return peer
      end
      fallback = fallback or at
    end
  end
  turn = fallback or turn % #peers + 1
  return peers[turn]
end

--[[ post(path, body): JSON to a backend's internal path, from a timer; the status and the body of its answer, nil where there was
  none. ]]
function M.post(path, body)
  local peer = choose {}
  if not peer then return nil end
  return exchange(peer, table.concat { "POST ", path, " HTTP/1.0\r\nHost: flashsale\r\nContent-Type: application/json\r\n",
    "X-Flashsale-Edge: ", settings.edge_token, "\r\nContent-Length: ", #body, "\r\n\r\n", body }, true, POST_MS)
end

M.balance = platform.roomy(function()
  local context = ngx.ctx
  local tried = context.flashsale_tried
  if not tried then
    tried = {}
    context.flashsale_tried = tried
    local others = math.min(#peers, MOST_TRIES) - 1
    if others > 0 then balancer.set_more_tries(others) end
  elseif context.flashsale_peer then
    context.flashsale_peer.ready, look_soon = false, true
  end
  local peer = choose(tried)
  if not peer then return ngx.exit(ngx.HTTP_BAD_GATEWAY) end
  tried[peer], context.flashsale_peer = true, peer
  assert(balancer.set_current_peer(peer.text, peer.port))
end)

-- refused(): nobody took what was sent. One among several was marked by the next try; the only one is here.
function M.refused()
  if #peers == 1 then peers[1].ready, look_soon = false, true end
end

-- all(): for metrics: { text, port, ready } of each.
function M.all() return peers end

return M

--[[ The backend's double. It decides and acknowledges in Redis as the backend does, so that replays can be told; what it
  does not have is policy, a queue and a database. Runs in an nginx of its own. ]]

local cjson = require "cjson.safe"
local platform = require "flashsale.platform"
local hmac = require "flashsale.hmac"

local M = {}
local socket_path

function M.init(path)
  socket_path = path
end

local function dict() return ngx.shared.double end

local function redis()
  local client = platform.redis:new()
  client:set_timeout(1000)
  if not client:connect("unix:" .. socket_path) then return nil end
  return client
end

-- The backend's 200 ms beat and its lease, unless the spec silenced it.
function M.beat()
  assert(ngx.timer.every(0.1, function(premature)
    if premature or dict():get("mute") then return end
    local client = redis()
    if not client then return end
    client:hincrby("fs:control", "beat", 1)
    local nonce = dict():get("nonce")
    if nonce then client:fcall("renew", 0, nonce, 5000) end
    client:set_keepalive(10000, 10)
  end))
end

-- POST /control?name=value…: sets; an empty value clears. Answers what was received: {count, last}.
function M.control()
  for name, value in pairs(ngx.req.get_uri_args()) do
    if value == "" or value == true then dict():delete(name) else dict():set(name, value) end
  end
  ngx.say(cjson.encode { count = dict():get("received") or 0, last = dict():get("last"), token = dict():get("token"),
    echoed = dict():get("echoed") or 0, asked = dict():get("asked") or 0, spans = dict():get("spans") or "",
    changes_asked = dict():get("changes_asked") or 0, changes_most = dict():get("changes_most") or 0 })
end

-- POST /sign {"header":"…","payload":"…","key":"…"}: a token, header and payload given as text.
function M.sign()
  ngx.req.read_body()
  local asked = cjson.decode(ngx.req.get_body_data())
  local base64 = require "ngx.base64"
  local tokens = {}
  for _, one in ipairs(asked) do
    local signed = base64.encode_base64url(one.header) .. "." .. base64.encode_base64url(one.payload)
    local digest = require("ffi").string(hmac.digest(hmac.new(one.key), signed, #signed), 32)
    tokens[#tokens + 1] = signed .. "." .. base64.encode_base64url(digest)
  end
  ngx.say(cjson.encode(tokens))
end

local function decide(order, verdict)
  local client = redis()
  local key = string.format("fs:{%s}:%d:%d:", order.sku, order.promoItemID, order.epoch)
  local reply = client:fcall("decide", 4, key .. "item", key .. "buyers", key .. "reservations", key .. "pending",
    order.promoItemID, order.epoch, order.orderID, verdict)
  if verdict == "SEND" and type(reply) == "table" and reply[7] == "SEND" then
    client:fcall("acknowledge", 1, key .. "pending", order.promoItemID, order.epoch, order.orderID)
  end
  client:set_keepalive(10000, 100)
end

function M.orders()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  dict():incr("received", 1, 0)
  dict():set("last", body)
  dict():set("token", ngx.var.http_x_flashsale_edge or "")
  local mode = dict():get("mode") or "reserved"
  local orders = cjson.decode(body)
  local code = "RESERVED"
  if mode == "reserved" then
    for _, order in ipairs(orders) do decide(order, "SEND") end
  elseif mode:find("^refuse:") then
    code = mode:sub(8)
    for _, order in ipairs(orders) do decide(order, code) end
  elseif mode == "singles" then -- no more than one unit each
    local answers = {}
    for i, order in ipairs(orders) do
      local verdict = order.quantity == 1 and "SEND" or "LIMIT_REACHED"
      decide(order, verdict)
      answers[i] = { orderID = order.orderID, code = verdict == "SEND" and "RESERVED" or verdict }
    end
    return ngx.say(cjson.encode(answers))
  elseif mode:find("^say:") then
    code = mode:sub(5)
  elseif mode == "slow" then
    ngx.sleep(3)
  elseif mode == "failing" then
    return ngx.exit(500)
  elseif mode == "garbage" then
    return ngx.say("<html>")
  elseif mode == "leaving" then -- as one that is told to go, to what it has not begun
    return ngx.exit(503)
  elseif mode == "closing" then
    return ngx.exit(444)
  elseif mode == "stranger" then
    return ngx.say('[{"orderID":"1-0","code":"RESERVED"}]')
  end
  local answers = {}
  for i, order in ipairs(orders) do answers[i] = { orderID = order.orderID, code = code } end
  ngx.say(cjson.encode(answers))
end

-- The setting `digest` is what every buyer's orders are at.
function M.changes()
  ngx.req.read_body()
  if dict():get("mode") == "deaf" then return ngx.exit(503) end
  local users = cjson.decode(ngx.req.get_body_data())
  dict():incr("changes_asked", #users, 0)
  dict():set("changes_most", math.max(dict():get("changes_most") or 0, #users))
  dict():set("token", ngx.var.http_x_flashsale_edge or "")
  local digests = setmetatable({}, cjson.empty_object_mt)
  local digest = dict():get("digest")
  if digest then
    for _, user in ipairs(users) do digests[user] = tostring(digest) end
  end
  ngx.say(cjson.encode(digests))
end

-- GET /readyz
function M.ready()
  ngx.status = dict():get("unready") and 503 or 200
  ngx.say("{}")
end

-- GET /eureka/apps/FLASHSALE-BACKEND, in Eureka's words: the instances of the setting `registry`, as host:port:STATUS by blanks.
function M.registry()
  dict():incr("asked", 1, 0)
  local instances = {}
  for host, port, status in (dict():get("registry") or ""):gmatch("(%S+):(%d+):(%u+)") do
    instances[#instances + 1] = { hostName = host, ipAddr = "192.0.2.1", status = status,
      port = { ["$"] = tonumber(port), ["@enabled"] = "true" } }
  end
  if #instances == 0 then return ngx.exit(404) end
  ngx.header["Content-Type"] = "application/json"
  ngx.say(cjson.encode { application = { name = "FLASHSALE-BACKEND", instance = instances } })
end

-- A collector of traces: keeps the requests' bodies, a line each, unless it is `deaf`.
function M.traces()
  ngx.req.read_body()
  if dict():get("mode") == "deaf" then return ngx.exit(503) end
  dict():set("spans", (dict():get("spans") or "") .. ngx.req.get_body_data() .. "\n")
  ngx.say("{}")
end

-- Everything else is told back: what of a client's request reaches the backend.
function M.echo()
  ngx.req.read_body()
  dict():incr("echoed", 1, 0)
  if dict():get("slow_echo") then ngx.sleep(1) end
  ngx.header["Content-Type"] = "application/json"
  ngx.say(cjson.encode { method = ngx.req.get_method(), uri = ngx.var.request_uri, headers = ngx.req.get_headers(),
    body = ngx.req.get_body_data() })
end

return M

--[[ The limit of a reservation at the edge: nginx, Lua and one FCALL of `reserve_line` for each request, over a connection that
  is kept. Nothing is read, checked or shared with another request; buyers take turns by a counter. The order ids and keys are
  made by the edge's own modules, so that the function does the same work.

  Settings, as package.loaded["reserve.settings"]: socket user password_file sku item epoch buyers prefix request body. `body`
  is what the edge answers to a repeated request, and is the answer here if Redis found one. ]]

local keys = require "flashsale.keys"
local order_id = require "flashsale.order_id"
local found, redis = pcall(require, "resty.redis")
if not found then redis = require "nginx.redis" end

local settings = package.loaded["reserve.settings"]
local k = keys.of(settings.sku, settings.item, settings.epoch)
local item36 = order_id.base36(settings.item, 1)
local POOL = { pool = "stock", pool_size = 64, backlog = 8192 }

local file = assert(io.open(settings.password_file))
local password = file:read("*l")
file:close()

local users = {}
for i = 1, settings.buyers do users[i] = settings.prefix .. i end
local turn = 0

local M = {}

function M.answer()
  turn = turn % settings.buyers + 1
  local client = redis:new()
  client:set_timeout(500)
  assert(client:connect("unix:" .. settings.socket, POOL))
  if client:get_reused_times() == 0 then assert(client:auth(settings.user, password)) end
  local now = ngx.now() * 1000
  local reply = assert(client:fcall("reserve_line", 6, k[1], k[2], k[3], k[4], k[5], k[6], settings.item, settings.epoch,
    order_id.next(item36, now), string.format("%d", now + 2000), users[turn], 1, 1, settings.request, "0123456789abcdef"))
  client:set_keepalive(60000)
  local body = reply:find("REPLAYED", 1, true) == 1 and settings.body or '{"code":"' .. reply .. '"}'
  ngx.header["Content-Length"] = #body
  ngx.print(body)
end

return M

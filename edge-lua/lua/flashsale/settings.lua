--[[ The edge's settings: one typed, checked, immutable table, read by the master before the workers start.

  They come from `edge.settings` in nginx's prefix, lines `name=value` that edge-lua/render wrote; secrets come from the
  files that it names. What is wrong stops the start with a sentence that names it. ]]

local rule_of = require("flashsale.bucket").rule

local M = {}

local function text(value) return value end

-- Whether there is an access log at all.
local function logged(value) return value ~= "off" end

local function share(value)
  local number = tonumber(value)
  if not number or number < 0 or number > 1 then return nil, "must be a number from 0 to 1" end
  return number
end

local function count(value)
  local number = tonumber(value)
  if not number or number < 0 or number % 1 ~= 0 then return nil, "must be a whole number" end
  return number
end

local function words(value)
  local list = {}
  for word in value:gmatch("[^%s,]+") do list[#list + 1] = word end
  return list
end

local function host_and_port(value)
  local host, port = value:match("^%[(.*)%]:(%d+)$")
  if not host then host, port = value:match("^([^:]+):(%d+)$") end
  port = tonumber(port)
  if not port or port < 1 or port > 65535 then return nil, "must be host:port" end
  return { host = host, port = port }
end

-- "unix:/path" or host:port.
local function place(value)
  local path = value:match("^unix:(/.+)$")
  if path then return { path = path } end
  return host_and_port(value)
end

local function place_or_none(value)
  if value == "none" then return false end
  return host_and_port(value)
end

-- Where a collector listens; empty is none.
local function collector(value)
  if value == "" then return false end
  local where = value:match("^http://(.+)$")
  if not where then return nil, "must be http://host:port" end
  return host_and_port(where)
end

local function places(value)
  local list = {}
  for word in value:gmatch("%S+") do
    local one, problem = host_and_port(word)
    if not one then return nil, problem end
    list[#list + 1] = one
  end
  return list
end

-- rate and burst of a bucket; "off" is no bucket.
local function bucket(value)
  if value == "off" then return false end
  local rule = rule_of(value)
  if not rule then return nil, "must be `rate:burst`, as 5:10, or off" end
  return rule
end

local SHAPE = {
  codes_file = text, redis = place, backends = places, registry = place_or_none, redis_user = text, redis_password_file = text,
  edge_token_file = text, session_keys_file = text, profile = text, version = text, node = text, rate_exempt = words,
  bucket_account = bucket, bucket_sku = bucket, bucket_address = bucket, bucket_edge = bucket,
  events = count, access_log = logged, otlp = collector, trace_sample = share,
}

local function read_file(path, name)
  local file, err = io.open(path, "r")
  if not file then error(name .. ": cannot read " .. tostring(err), 0) end
  local content = file:read("*a")
  file:close()
  return content
end

local function secret(path, name)
  local content = read_file(path, name):gsub("%s+$", "")
  if #content < 8 then error(name .. ": " .. path .. " holds no secret of 8 bytes or more", 0) end
  return content
end

--[[ load(path): fills this module with the settings. Called once, by the master. ]]
function M.load(path)
  local given = {}
  for line in read_file(path, "edge.settings"):gmatch("[^\n]+") do
    local name, value = line:match("^([a-z_]+)=(.*)$")
    if not name or not SHAPE[name] then error("edge.settings: cannot read the line " .. line, 0) end
    given[name] = value
  end
  local values = {}
  for name, parse in pairs(SHAPE) do
    if not given[name] then error("edge.settings: " .. name .. " is missing", 0) end
    local value, problem = parse(given[name])
    if value == nil then error("edge.settings: " .. name .. " " .. problem .. ", not " .. given[name], 0) end
    values[name] = value
  end
  values.redis_password = secret(values.redis_password_file, "the edge's Redis password")
  values.edge_token = secret(values.edge_token_file, "the edge's token")
  values.session_keys = read_file(values.session_keys_file, "session keys")
  values.codes = read_file(values.codes_file, "codes.tsv")
  return setmetatable(M, {
    __index = values,
    __newindex = function() error("settings do not change", 2) end,
  })
end

return M

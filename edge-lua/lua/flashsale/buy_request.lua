--[[ The body of POST /buy, checked.

  Guarantees: what `parse` accepts has every type and range of the contract; unknown members are ignored. Only the SKU
  becomes a Lua string, since it is looked up; of the other texts `request` tells where in the body they are, and text()
  makes a string when one is needed: a refusal seldom needs any, and each costs a look into the string table and garbage.
  The answer is one table that the next call overwrites: take what you need before you yield. ]]

local ffi = require "ffi"
local json = require "flashsale.json"

local M = {}

local MEMBERS = json.members {
  "sessionID", "userID", "userLevel", "clientIP", "goodsSKU", "goodsQuantity", "requestID", "ticket",
}
local SESSION, USER, LEVEL, CLIENT_IP, SKU, QUANTITY, REQUEST, TICKET = 1, 2, 3, 4, 5, 6, 7, 8

local MAX_TOKEN = 2048
local MAX_CLIENT_IP = 64
local MAX_TICKET = 512
local MAX_QUANTITY = 100
local MAX_LEVEL = 999999999

local ID_RULE = "must be 1 to 64 of A-Z a-z 0-9 _ -"

-- Places and lengths in the body; a length of 0: not given. level is -1 when not given.
local request = { sku = "", quantity = 0, level = -1, user = 0, user_length = 0, key = 0, key_length = 0, token = 0,
  token_length = 0 }

local function plain_string(member, most)
  return member.kind == json.STRING and member.length <= most
end

local function is_id(p, member)
  return member.kind == json.STRING and json.id_at(p + member.start, member.length)
end

--[[ parse(p, n): the request, or nil, the field's name and what is wrong with it. ]]
function M.parse(p, n)
  local problem, index = json.object(p, n, MEMBERS)
  if problem then return nil, index == 0 and "body" or MEMBERS.names[index], problem end
  local found = MEMBERS.found

  local member = found[SKU]
  if member.kind == 0 then return nil, "goodsSKU", "is missing" end
  if not is_id(p, member) then return nil, "goodsSKU", ID_RULE end
  request.sku = ffi.string(p + member.start, member.length)

  member = found[QUANTITY]
  if member.kind == 0 then return nil, "goodsQuantity", "is missing" end
  local quantity = json.integer(p, member)
  if not quantity or quantity < 1 or quantity > MAX_QUANTITY then
    return nil, "goodsQuantity", "must be an integer from 1 to 100"
  end
  request.quantity = quantity

  member = found[USER]
  request.user_length = 0
  if member.kind ~= 0 then
    if not is_id(p, member) then return nil, "userID", ID_RULE end
    request.user, request.user_length = member.start, member.length
  end

  member = found[LEVEL]
  request.level = -1
  if member.kind ~= 0 then
    local level = json.integer(p, member)
    if not level or level < 0 or level > MAX_LEVEL then return nil, "userLevel", "must be an integer, not negative" end
    request.level = level
  end

  member = found[REQUEST]
  request.key_length = 0
  if member.kind ~= 0 then
    if not is_id(p, member) then return nil, "requestID", ID_RULE end
    request.key, request.key_length = member.start, member.length
  end

  member = found[SESSION]
  request.token_length = 0
  if member.kind ~= 0 then
    if not plain_string(member, MAX_TOKEN) or member.length == 0 or member.escaped == 1 then
      return nil, "sessionID", "must be a session token"
    end
    request.token, request.token_length = member.start, member.length
  end

  member = found[CLIENT_IP]
  if member.kind ~= 0 and not plain_string(member, MAX_CLIENT_IP) then
    return nil, "clientIP", "must be a string of at most 64 bytes"
  end

  member = found[TICKET]
  if member.kind ~= 0 and not plain_string(member, MAX_TICKET) then
    return nil, "ticket", "must be a string of at most 512 bytes"
  end
  return request
end

return M

--[[ The body of POST /buy, checked.

  Guarantees: what `parse` accepts has every type and range of the contract; unknown members are ignored. The session
  token is not copied: `token` points into the request's memory.
  The answer is one table that the next call overwrites: take what you need before you yield. ]]

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

local request = { user = nil, level = nil, sku = "", quantity = 0, request_id = "", token = nil, token_length = 0 }

local function plain_string(member, most)
  return member.kind == json.STRING and member.length <= most
end

--[[ parse(p, n): the request, or nil, the field's name and what is wrong with it. ]]
function M.parse(p, n)
  local problem, index = json.object(p, n, MEMBERS)
  if problem then return nil, index == 0 and "body" or MEMBERS.names[index], problem end
  local found = MEMBERS.found

  local member = found[SKU]
  if member.kind == 0 then return nil, "goodsSKU", "is missing" end
  request.sku = json.id(p, member)
  if not request.sku then return nil, "goodsSKU", ID_RULE end

  member = found[QUANTITY]
  if member.kind == 0 then return nil, "goodsQuantity", "is missing" end
  request.quantity = json.integer(p, member)
  if not request.quantity or request.quantity < 1 or request.quantity > MAX_QUANTITY then
    return nil, "goodsQuantity", "must be an integer from 1 to 100"
  end

  request.user, request.level, request.request_id, request.token, request.token_length = nil, nil, "", nil, 0

  member = found[USER]
  if member.kind ~= 0 then
    request.user = json.id(p, member)
    if not request.user then return nil, "userID", ID_RULE end
  end

  member = found[LEVEL]
  if member.kind ~= 0 then
    request.level = json.integer(p, member)
    if not request.level or request.level < 0 or request.level > MAX_LEVEL then
      return nil, "userLevel", "must be an integer, not negative"
    end
  end

  member = found[REQUEST]
  if member.kind ~= 0 then
    request.request_id = json.id(p, member)
    if not request.request_id then return nil, "requestID", ID_RULE end
  end

  member = found[SESSION]
  if member.kind ~= 0 then
    if not plain_string(member, MAX_TOKEN) or member.escaped == 1 then
      return nil, "sessionID", "must be a session token"
    end
    request.token, request.token_length = p + member.start, member.length
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

-- request_id(text): an Idempotency-Key header's value as a requestID, or nil.
function M.is_id(text)
  return #text <= 64 and text:find("^[A-Za-z0-9_-]+$") ~= nil
end

return M

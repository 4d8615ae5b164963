-- The scanner of requests: a table of what is accepted and refused, and thousands of random documents against cjson.

local cjson = require "cjson"
local edge = require "support.edge"

describe("The body of POST /buy", function()
  setup(function() edge.start() end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  --[[ parse(bodies): of each, what the scanner says: {field, problem} or the request as strings. In one call to a worker. ]]
  local function parse(bodies)
    return edge.eval([[
      local cjson, ffi = require "cjson", require "ffi"
      local buy_request = require "flashsale.buy_request"
      local results = {}
      for i, body in ipairs(cjson.decode(]] .. string.format("%q", cjson.encode(bodies)) .. [[)) do
        -- right before a byte that must not be read: the scanner has the length alone to go by
        local p = ffi.new("uint8_t[?]", #body + 1, 0)
        ffi.copy(p, body, #body)
        p[#body] = 0x22
        local r, field, problem = buy_request.parse(ffi.cast("const uint8_t *", p), #body)
        if not r then
          results[i] = { field = field, problem = problem }
        else
          local function text(at, length) return length > 0 and ffi.string(p + at, length) or nil end
          results[i] = { sku = r.sku, quantity = r.quantity, level = r.level, user = text(r.user, r.user_length),
            key = text(r.key, r.key_length), token = text(r.token, r.token_length) }
        end
      end
      return results
    ]])
  end

  local function one(body) return parse({ body })[1] end

  it("is accepted in the ways that JSON allows", function()
    for _, body in ipairs {
      '{"goodsSKU":"A","goodsQuantity":1}',
      ' \t\r\n{ "goodsQuantity" : 1 , "goodsSKU" : "A" } \n',
      '{"goodsSKU":"A","goodsQuantity":1,"n":null,"more":[1,-2.5e+3,"\\u00e9\\n",{"deep":[[]],"x":{}}],"flag":true,"no":false}',
      '{"goodsSKU":"A","goodsQuantity":1,"clientIP":"1.2.3.4","ticket":"t\\u0041"}',
      '{"goodsSKU":"A","goodsQuantity":1,"":0,"Goodssku":1,"goodssku":2,"é":1}',
      '{"goodsSKU":"A","goodsQuantity":1,"e":1e9,"f":0.5,"z":0,"m":-0,"big":123456789012345678901234567890}',
    } do
      local r = one(body)
      assert.is_nil(r.problem, body)
      assert.same({ "A", 1 }, { r.sku, r.quantity })
    end
    assert.same({ sku = "S-k_9", quantity = 100, level = 3, user = "u_1-Z", key = "K", token = "a.b.c" },
      one('{"sessionID":"a.b.c","userID":"u_1-Z","userLevel":3,"goodsSKU":"S-k_9","goodsQuantity":100,"requestID":"K"}'))
  end)

  local REFUSED = {
    body = {
      "", " ", "null", "[]", '"x"', "1", "{", "}", "{}x", '{"a":1}{"b":2}', '{"goodsSKU":"A","goodsQuantity":1}x',
      '{"goodsSKU":"A","goodsQuantity":1,}', '{,"goodsSKU":"A","goodsQuantity":1}',
      '{goodsSKU:"A","goodsQuantity":1}', "{'goodsSKU':\"A\",\"goodsQuantity\":1}", '{"goodsSKU":"A","goodsQuantity":1',
      '{"goodsSKU":"A","goodsQuantity":1,"x"}', '{"goodsSKU":"A","goodsQuantity":1,"x":}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":nul}', '{"goodsSKU":"A","goodsQuantity":1,"x":True}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":01}', '{"goodsSKU":"A","goodsQuantity":1,"x":1.}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":.5}', '{"goodsSKU":"A","goodsQuantity":1,"x":+1}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":1e}', '{"goodsSKU":"A","goodsQuantity":1,"x":0x1}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":-}', '{"goodsSKU":"A","goodsQuantity":1,"x":Infinity}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":"\\x"}', '{"goodsSKU":"A","goodsQuantity":1,"x":"\\u12g4"}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":"a\nb"}', '{"goodsSKU":"A","goodsQuantity":1,"x":"a\0b"}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":"abc}', '{"goodsSKU":"A","goodsQuantity":1,"x":"abc\\"}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":[1,]}', '{"goodsSKU":"A","goodsQuantity":1,"x":[,1]}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":[1 2]}', '{"goodsSKU":"A","goodsQuantity":1,"x":[1}}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":{"a":1,}}', '{"goodsSKU":"A","goodsQuantity":1,"x":{"a"}}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":{1:2}}', '{"goodsSKU":"A","goodsQuantity":1,"x":{"a":1]}',
      '{"goodsSKU":"A","goodsQuantity":1,"x":[[[[[[[[[[1]]]]]]]]]]}', '{"x":1,"x":2,"goodsSKU":"A","goodsQuantity":1}',
      '{"goods\\u0053KU":"B","goodsSKU":"A","goodsQuantity":1}', "\239\187\191{}",
      '{"goodsSKU":"A","goodsQuantity":1,"x":' .. string.rep("[", 3000), string.rep('{"a":', 700),
    },
    goodsSKU = {
      '{"goodsQuantity":1}', '{"goodsSKU":"","goodsQuantity":1}', '{"goodsSKU":1,"goodsQuantity":1}',
      '{"goodsSKU":null,"goodsQuantity":1}', '{"goodsSKU":["A"],"goodsQuantity":1}', '{"goodsSKU":"A B","goodsQuantity":1}',
      '{"goodsSKU":"A\\u0041","goodsQuantity":1}', '{"goodsSKU":"A","goodsQuantity":1,"goodsSKU":"A"}',
      '{"goodsSKU":"' .. string.rep("A", 65) .. '","goodsQuantity":1}', '{"goodsSKU":"é","goodsQuantity":1}',
      '{"goodsSKU":"A|B","goodsQuantity":1}', '{"goodsSKU":"A:B","goodsQuantity":1}', '{"goodsSKU":"A","goodsSKU":"B"}',
      '{"goodsSKU":undefined,"goodsQuantity":1}', '{"goodsSKU":"A" "goodsQuantity":1}',
    },
    goodsQuantity = {
      '{"goodsSKU":"A"}', '{"goodsSKU":"A","goodsQuantity":0}', '{"goodsSKU":"A","goodsQuantity":-1}',
      '{"goodsSKU":"A","goodsQuantity":1.5}', '{"goodsSKU":"A","goodsQuantity":1.0}', '{"goodsSKU":"A","goodsQuantity":"1"}',
      '{"goodsSKU":"A","goodsQuantity":1e0}', '{"goodsSKU":"A","goodsQuantity":1e9}',
      '{"goodsSKU":"A","goodsQuantity":2147483648}', '{"goodsSKU":"A","goodsQuantity":4294967297}',
      '{"goodsSKU":"A","goodsQuantity":9223372036854775808}', '{"goodsSKU":"A","goodsQuantity":18446744073709551617}',
      '{"goodsSKU":"A","goodsQuantity":101}', '{"goodsSKU":"A","goodsQuantity":-0}', '{"goodsSKU":"A","goodsQuantity":NaN}',
      '{"goodsSKU":"A","goodsQuantity":[1]}', '{"goodsSKU":"A","goodsQuantity":null}', '{"goodsSKU":"A","goodsQuantity":true}',
      '{"goodsSKU":"A","goodsQuantity":1,"goodsQuantity":1}', '{"goodsSKU":"A","goodsQuantity":01}',
    },
    userID = {
      '{"goodsSKU":"A","goodsQuantity":1,"userID":""}', '{"goodsSKU":"A","goodsQuantity":1,"userID":7}',
      '{"goodsSKU":"A","goodsQuantity":1,"userID":null}', '{"goodsSKU":"A","goodsQuantity":1,"userID":"a:b"}',
      '{"goodsSKU":"A","goodsQuantity":1,"userID":"a","userID":"a"}', '{"goodsSKU":"A","goodsQuantity":1,"userID":"a\\u0062"}',
      '{"goodsSKU":"A","goodsQuantity":1,"userID":"' .. string.rep("u", 65) .. '"}',
    },
    userLevel = {
      '{"goodsSKU":"A","goodsQuantity":1,"userLevel":"1"}', '{"goodsSKU":"A","goodsQuantity":1,"userLevel":1.5}',
      '{"goodsSKU":"A","goodsQuantity":1,"userLevel":-1}', '{"goodsSKU":"A","goodsQuantity":1,"userLevel":99999999999}',
      '{"goodsSKU":"A","goodsQuantity":1,"userLevel":{}}',
    },
    requestID = {
      '{"goodsSKU":"A","goodsQuantity":1,"requestID":""}', '{"goodsSKU":"A","goodsQuantity":1,"requestID":5}',
      '{"goodsSKU":"A","goodsQuantity":1,"requestID":"a b"}', '{"goodsSKU":"A","goodsQuantity":1,"requestID":"a\\n"}',
    },
    sessionID = {
      '{"goodsSKU":"A","goodsQuantity":1,"sessionID":5}', '{"goodsSKU":"A","goodsQuantity":1,"sessionID":""}',
      '{"goodsSKU":"A","goodsQuantity":1,"sessionID":"a\\u0041"}', '{"goodsSKU":"A","goodsQuantity":1,"sessionID":["a"]}',
      '{"goodsSKU":"A","goodsQuantity":1,"sessionID":"' .. string.rep("x", 2049) .. '"}',
    },
    clientIP = {
      '{"goodsSKU":"A","goodsQuantity":1,"clientIP":5}', '{"goodsSKU":"A","goodsQuantity":1,"clientIP":"' ..
        string.rep("1", 65) .. '"}',
    },
    ticket = {
      '{"goodsSKU":"A","goodsQuantity":1,"ticket":{}}', '{"goodsSKU":"A","goodsQuantity":1,"ticket":"' ..
        string.rep("t", 513) .. '"}',
    },
  }

  for field, bodies in pairs(REFUSED) do
    it("is refused when it is wrong in " .. field, function()
      for i, result in ipairs(parse(bodies)) do
        assert.equal(field, result.field, bodies[i]:sub(1, 120))
        assert.equal("string", type(result.problem))
      end
    end)
  end

  it("is refused with more members than anyone needs", function()
    local members = {}
    for i = 1, 40 do members[i] = string.format('"m%d":%d', i, i) end
    assert.same({ field = "body", problem = "has too many members" }, one("{" .. table.concat(members, ",") .. "}"))
  end)

  it("answers BAD_REQUEST that names the field, through nginx", function()
    local answer = edge.buy('{"goodsSKU":"A","goodsQuantity":1.5}')
    assert.same({ 400, "BAD_REQUEST", "goodsQuantity: must be an integer from 1 to 100" },
      { answer.status, answer.json.code, answer.json.reponseMsg })
    answer = edge.buy("{")
    assert.same({ 400, "BAD_REQUEST", "body: is malformed JSON" }, { answer.status, answer.json.code, answer.json.reponseMsg })
  end)

  it("takes as ids exactly 1 to 64 of A-Z a-z 0-9 _ -, whatever stands where", function()
    local wrong = edge.eval [[
      local ffi, json = require "ffi", require "flashsale.json"
      local buffer = ffi.new("uint8_t[70]")
      local wrong = {}
      for length = 0, 66 do
        for byte = 0, 255 do
          for _, at in ipairs { 0, math.floor(length / 2), length - 2, length - 1 } do
            if at >= 0 and at < length then
              ffi.fill(buffer, 70, 0x61)
              buffer[at] = byte
              local text = ffi.string(buffer, length)
              local right = length <= 64 and text:find("^[A-Za-z0-9_-]+$") ~= nil
              if json.id_at(ffi.cast("const uint8_t *", buffer), length) ~= right then
                wrong[#wrong + 1] = length .. ":" .. at .. ":" .. byte
              end
            end
          end
        end
      end
      if json.id_at(ffi.cast("const uint8_t *", buffer), 0) then wrong[#wrong + 1] = "empty" end
      return table.concat(wrong, " ")
    ]]
    assert.equal("", wrong)
  end)

  -- Random documents -------------------------------------------------------------------------------------------------

  local random = math.random
  local function pick(list) return list[random(#list)] end

  local function text()
    local pieces = {}
    for i = 1, random(0, 6) do
      pieces[i] = pick { "a", "Z9", "_-", " ", "\\n", "\\u0041", "\\\\", '\\"', "é", "/", "\\/", "{", "]", ":", ",", "0" }
    end
    return '"' .. table.concat(pieces) .. '"'
  end

  local function space() return pick { "", "", "", " ", "\n", "\t ", "\r\n" } end

  local function value(depth)
    local kind = random(depth > 3 and 6 or 8)
    if kind == 1 then return text() end
    if kind == 2 then return pick { "0", "1", "-1", "12", "1.5", "-0.25", "1e9", "2E-3", "1e+2", "-0", "9999999999999999999" } end
    if kind == 3 then return "true" end
    if kind == 4 then return "false" end
    if kind == 5 then return "null" end
    if kind == 6 then return '"plain"' end
    local parts = {}
    if kind == 7 then
      for i = 1, random(0, 3) do parts[i] = space() .. value(depth + 1) .. space() end
      return "[" .. (#parts == 0 and space() or "") .. table.concat(parts, ",") .. "]"
    end
    for i = 1, random(0, 3) do parts[i] = space() .. text() .. space() .. ":" .. space() .. value(depth + 1) .. space() end
    return "{" .. (#parts == 0 and space() or "") .. table.concat(parts, ",") .. "}"
  end

  local NAMES = { "sessionID", "userID", "userLevel", "clientIP", "goodsSKU", "goodsQuantity", "requestID", "ticket", "x", "y",
    "another", "goodsSku" }

  local RIGHT = { goodsSKU = '"SKU1"', goodsQuantity = "7", userID = '"u_1"', userLevel = "2", sessionID = '"a.b"',
    requestID = '"r-1"', clientIP = '"::1"', ticket = '"t"' }

  local function document()
    local names, parts, used = { "goodsSKU", "goodsQuantity" }, {}, {}
    for i = 3, random(2, 6) do names[i] = pick(NAMES) end
    for i = #names, 2, -1 do
      local j = random(i)
      names[i], names[j] = names[j], names[i]
    end
    for _, name in ipairs(names) do
      if not used[name] or random(20) == 1 then
        used[name] = true
        local v = random(8) > 1 and RIGHT[name] or value(1)
        parts[#parts + 1] = space() .. '"' .. name .. '"' .. space() .. ":" .. space() .. v .. space()
      end
    end
    return space() .. "{" .. table.concat(parts, ",") .. "}" .. space()
  end

  -- mutate(body): a byte changed, lost, doubled or put in; often still JSON, often not.
  local function mutate(body)
    if #body == 0 then return body end
    local at, way = random(#body), random(4)
    local byte = pick { '"', "{", "}", "[", "]", ",", ":", "\\", "0", "-", ".", "e", "t", " ", "\n", "\1" }
    if way == 1 then return body:sub(1, at - 1) .. byte .. body:sub(at + 1) end
    if way == 2 then return body:sub(1, at - 1) .. body:sub(at + 1) end
    if way == 3 then return body:sub(1, at) .. body:sub(at) end
    return body:sub(1, at) .. byte .. body:sub(at + 1)
  end

  --[[ What our rules add to JSON, judged from the text by other means than the scanner's. cjson itself takes control bytes in
  strings, numbers like 01, 1. and .5, and words like nan; those are looked for in the text without its strings. ]]
  local function strictly_json(body)
    local outside, i, inside = {}, 1, false
    while i <= #body do
      local c = body:sub(i, i)
      if inside then
        if c:byte() < 0x20 then return false end
        if c == "\\" then i = i + 1 elseif c == '"' then inside = false end
      elseif c == '"' then
        inside = true
        outside[#outside + 1] = '"'
      else
        outside[#outside + 1] = c
      end
      i = i + 1
    end
    for token in table.concat(outside):gmatch('[^%s%[%]{},:"]+') do
      local known = token == "true" or token == "false" or token == "null"
      local whole, rest = token:match("^%-?(%d+)(.*)$")
      if not known and (not whole or (#whole > 1 and whole:sub(1, 1) == "0")
        or not (rest == "" or rest:find("^%.%d+$") or rest:find("^[eE][+-]?%d+$") or rest:find("^%.%d+[eE][+-]?%d+$"))) then
        return false
      end
    end
    return not table.concat(outside):find("[\f\v]")
  end

  it("is judged as cjson judges it, over thousands of random documents", function()
    math.randomseed(tonumber(os.getenv("EDGE_SEED") or os.time()))
    local accepted, refused, checked = 0, 0, 0
    for _ = 1, 12 do
      local bodies = {}
      for i = 1, 500 do
        local body = document()
        for _ = 1, random(0, 2) do body = mutate(body) end
        bodies[i] = body
      end
      for i, result in ipairs(parse(bodies)) do
        local body = bodies[i]
        local ok, decoded = pcall(cjson.decode, body)
        local json = ok and type(decoded) == "table" and body:find("^%s*{") ~= nil and strictly_json(body)
        if not result.problem then
          accepted = accepted + 1
          assert.True(json, body)
          assert.equal(decoded.goodsSKU, result.sku, body)
          assert.equal(decoded.goodsQuantity, result.quantity, body)
          assert.equal(decoded.userID, result.user, body)
          assert.equal(decoded.requestID, result.key, body)
          assert.equal(decoded.sessionID, result.token, body)
          if decoded.userLevel then assert.equal(decoded.userLevel, result.level, body) end
        else
          refused = refused + 1
          -- the scanner calls it malformed: then it is, for cjson or by a rule that JSON itself has
          if result.problem == "is malformed JSON" or result.problem == "is not a JSON object" then
            assert.is_false(json, body)
            checked = checked + 1
          end
        end
      end
    end
    assert.True(accepted > 200 and refused > 200 and checked > 200, accepted .. " " .. refused .. " " .. checked)
  end)
end)

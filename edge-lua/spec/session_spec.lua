-- Session tokens: what is let in, and the many that must not be.

local cjson = require "cjson"
local edge = require "support.edge"

describe("A session", function()
  local item
  setup(function()
    edge.start { FLASHSALE_BUCKET_ACCOUNT = "off" }
    item = edge.publish { published = 1000000 }
  end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  local function code_of(token)
    return edge.buy { sessionID = token, goodsSKU = item.sku, goodsQuantity = 1 }.json.code
  end

  -- of{header=, payload=, key=, claims=}: a token that differs from a good one in what is given.
  local function of(given)
    local payload = given.payload or cjson.encode(edge.claims(given.user or edge.new_user(), given.claims))
    return edge.sign { { header = given.header or edge.HEADER, payload = payload, key = given.key or edge.KEY } }[1]
  end

  it("is good with either key, in any order of its claims, and with claims that we do not know", function()
    assert.equal("RESERVED", code_of(of {}))
    assert.equal("RESERVED", code_of(of { header = '{"typ":"JWT","kid":"k0","alg":"HS256"}', key = edge.SECOND_KEY }))
    assert.equal("RESERVED", code_of(of { header = '{"alg":"HS256","kid":"k1"}' }))
    local now = math.floor(edge.now_ms() / 1000)
    local payload = '{ "sid":"s1", "exp":%d, "lvl":1, "roles":["a",{"b":1}], "iat":%d, "aud":"flashsale-buy", "sub":"%s",'
      .. ' "iss":"flashsale", "nbf":%d }'
    assert.equal("RESERVED", code_of(of { payload = string.format(payload, now + 60, now, edge.new_user(), now - 1) }))
  end)

  it("that somebody altered in any one place is refused", function()
    local token = of {}
    local first = token:find(".", 1, true)
    local second = token:find(".", first + 1, true)
    for _, at in ipairs { 1, 5, first - 1, first + 1, first + 20, second - 1, second + 1, second + 20, #token } do
      local byte = token:sub(at, at) == "A" and "B" or "A"
      local altered = token:sub(1, at - 1) .. byte .. token:sub(at + 1)
      assert.equal("UNAUTHENTICATED", code_of(altered), "at " .. at)
    end
    -- the last character has two bits that mean nothing: only the one true spelling is let in
    for byte in ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"):gmatch(".") do
      if byte ~= token:sub(-1) then
        assert.equal("UNAUTHENTICATED", code_of(token:sub(1, -2) .. byte), byte)
      end
    end
  end)

  it("cut short, lengthened or not a token at all is refused", function()
    local token = of {}
    local head, payload, signature = token:match("^(.-)%.(.-)%.(.-)$")
    for _, text in ipairs {
      "x", ".", "..", "...", "a.b", "a.b.c", head, head .. "." .. payload, head .. "." .. payload .. ".",
      "." .. payload .. "." .. signature, head .. ".." .. signature, token .. "A", token .. "=", token .. ".", "." .. token,
      token:sub(1, -2), head .. "." .. payload .. "." .. signature .. "." .. signature, token:gsub("%.", ":"),
      head .. "=." .. payload .. "." .. signature, string.rep("A", 2048), string.rep(".", 2048), "null", "undefined",
      head .. "." .. payload .. " ." .. signature,
    } do
      assert.equal("UNAUTHENTICATED", code_of(text), text:sub(1, 80))
    end
  end)

  it("cannot choose its algorithm, its key or where the key comes from", function()
    local good = cjson.encode(edge.claims "mallory")
    local none = of { header = '{"alg":"none","typ":"JWT","kid":"k1"}' }
    local none_unsigned = none:match("^(.-%..-%.)")
    for name, token in pairs {
      none = none, none_unsigned = none_unsigned,
      upper = of { header = '{"alg":"NONE","kid":"k1"}' }, hs512 = of { header = '{"alg":"HS512","kid":"k1"}' },
      rs256 = of { header = '{"alg":"RS256","kid":"k1"}' }, lower = of { header = '{"alg":"hs256","kid":"k1"}' },
      no_alg = of { header = '{"typ":"JWT","kid":"k1"}' }, no_kid = of { header = '{"alg":"HS256","typ":"JWT"}' },
      alg_twice = of { header = '{"alg":"none","alg":"HS256","kid":"k1"}' },
      unknown_kid = of { header = '{"alg":"HS256","kid":"k9"}' }, number_kid = of { header = '{"alg":"HS256","kid":1}' },
      path_kid = of { header = '{"alg":"HS256","kid":"../../dev/null"}', key = "" },
      sql_kid = of { header = [[{"alg":"HS256","kid":"x' UNION SELECT 'k"}]], key = "k" },
      meta_kid = of { header = '{"alg":"HS256","kid":"__index"}', key = "" },
      empty_key = of { key = "" }, other_key = of { key = string.rep("x", 32) },
      other_kids_key = of { key = edge.SECOND_KEY },
      jku = of { header = '{"alg":"HS256","kid":"k1","jku":"http://evil.example/keys"}' },
      jwk = of { header = '{"alg":"HS256","kid":"k1","jwk":{"kty":"oct","k":"eA"}}', key = "x" },
      crit = of { header = '{"alg":"HS256","kid":"k1","crit":["exp"]}' },
      header_no_object = of { header = '"HS256"', payload = good },
    } do
      assert.equal("UNAUTHENTICATED", code_of(token), name)
    end
  end)

  it("of another time, audience, issuer or kind is refused", function()
    local now = math.floor(edge.now_ms() / 1000)
    for name, claims in pairs {
      expired = { exp = now - 1 }, long_expired = { exp = 1 }, no_exp = { exp = cjson.null }, text_exp = { exp = "9999999999" },
      negative_exp = { exp = -1 }, issued_later = { iat = now + 3600 }, no_iat = { iat = cjson.null },
      not_yet = { nbf = now + 3600 }, text_nbf = { nbf = "0" }, aud = { aud = "flashsale-admin" },
      audiences = { aud = { "flashsale-buy", "other" } }, no_aud = { aud = cjson.null }, aud_prefix = { aud = "flashsale-buyer" },
      iss = { iss = "evil" }, no_iss = { iss = cjson.null }, no_sub = { sub = cjson.null }, empty_sub = { sub = "" },
      odd_sub = { sub = "a:b" }, long_sub = { sub = string.rep("a", 65) }, number_sub = { sub = 5 }, text_level = { lvl = "9" },
      no_level = { lvl = cjson.null }, half_level = { lvl = 1.5 }, minus_level = { lvl = -1 }, no_sid = { sid = cjson.null },
    } do
      assert.equal("UNAUTHENTICATED", code_of(of { claims = claims }), name)
    end
    local payload = cjson.encode(edge.claims(edge.new_user()))
    assert.equal("UNAUTHENTICATED", code_of(of { payload = payload:gsub("}$", ',"sub":"victim"}') }), "sub twice")
    assert.equal("UNAUTHENTICATED", code_of(of { payload = "[" .. payload .. "]" }))
    assert.equal("UNAUTHENTICATED", code_of(of { payload = payload .. "x" }))
  end)

  it("ends at its time", function()
    local now = math.floor(edge.now_ms() / 1000)
    local token = of { claims = { exp = now + 2 } }
    assert.equal("RESERVED", code_of(token))
    edge.until_true("the end of the session", function() return edge.now_ms() / 1000 >= now + 2.1 end)
    assert.equal("UNAUTHENTICATED", code_of(token))
  end)

  it("is verified as another implementation signs it", function()
    local encode = [[openssl base64 -A | tr '+/' '-_' | tr -d '=']]
    local claims = edge.quote(cjson.encode(edge.claims(edge.new_user())))
    local token = edge.shell("h=$(printf %s " .. edge.quote(edge.HEADER) .. " | " .. encode .. "); p=$(printf %s " .. claims
      .. " | " .. encode .. "); s=$(printf %s \"$h.$p\" | openssl dgst -sha256 -hmac " .. edge.KEY .. " -binary | " .. encode
      .. "); printf %s \"$h.$p.$s\"")
    assert.equal("RESERVED", code_of(token))
  end)

  it("leaves nothing taken when it is refused", function()
    local before = edge.redis:call("HGET", edge.keys(item).item, "available")
    code_of(of { key = "wrong" })
    assert.equal(before, edge.redis:call("HGET", edge.keys(item).item, "available"))
  end)
end)

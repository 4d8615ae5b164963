-- The public reads: the shape of contract/openapi.yaml, the server's clock, and nothing that is not public.

local cjson = require "cjson"
local edge = require "support.edge"

describe("the public reads", function()
  setup(function() edge.start { FLASHSALE_STOREFRONT = edge.root .. "/storefront" } end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  local function read(path, headers)
    local answer = edge.get(path, headers)
    assert.equal(200, answer.status, answer.body)
    assert.equal("application/json", answer.headers["content-type"])
    return cjson.decode(answer.body), answer
  end

  -- The item as /api/promos shows it, or nil; and its promo.
  local function listed(sku)
    for _, promo in ipairs(read("/api/promos").promos) do
      for _, item in ipairs(promo.items) do
        if item.sku == sku then return item, promo end
      end
    end
  end

  it("show a promo's items with their stock and window, and the server's clock", function()
    local item = edge.publish { published = 7 }
    local shown, promo = listed(item.sku)
    assert.equal("number", type(promo.id))
    assert.equal("string", type(promo.name))
    assert.equal(7, shown.published)
    assert.same({ 7, 0, 0 }, { shown.available, shown.held, shown.sold })
    assert.same({ item.opens, item.closes, "LIVE" }, { shown.opens, shown.closes, shown.state })
    assert.same({ false, false }, { shown.soldOut, shown.allReserved })
    for field, kind in pairs { name = "string", priceMinor = "number", currency = "string", holdMs = "number" } do
      assert.equal(kind, type(shown[field]), field)
    end
    assert.same({}, { shown.listPriceMinor, shown.names, promo.names })
    assert.is_true(math.abs(read("/api/promos").now - edge.now_ms()) < 1000)
    assert.equal(item.sku, read("/api/items/" .. item.sku).sku)
    assert.equal(promo.id, read("/api/promos/" .. promo.id).id)
  end)

  it("say what an item costs otherwise and is called on pages of one language, where that is known", function()
    local item = edge.publish { published = 1, list_price = 2999, names = { zh = "茶壶" }, promo_names = { en = "Tea week" } }
    local shown, promo = listed(item.sku)
    assert.same({ 2999, { zh = "茶壶" }, { en = "Tea week" } }, { shown.listPriceMinor, shown.names, promo.names })
    shown = read("/api/items/" .. item.sku)
    assert.same({ 2999, { zh = "茶壶" }, { en = "Tea week" } }, { shown.listPriceMinor, shown.names, shown.promoNames })
  end)

  it("show the picture of an item that has one", function()
    local image = { path = "/media/5f0c", widths = { 320, 640 }, alt = { zh = "茶壶", en = "A teapot" } }
    local item = edge.publish { published = 1, image = image }
    assert.same(image, listed(item.sku).image)
    assert.same(image, read("/api/items/" .. item.sku).image)
    assert.is_nil(listed(edge.publish({ published = 1 }).sku).image)
  end)

  it("tell all reserved from sold out, and follow a pause and an end", function()
    local item = edge.publish { published = 1 }
    assert.equal(200, edge.buy(edge.purchase(item)).status)
    edge.until_hint(item, "item.available == 0")
    local shown = listed(item.sku)
    assert.same({ true, false, 0 }, { shown.allReserved, shown.soldOut, shown.available })

    local gone = edge.publish { published = 3, available = 0, sold = 3 }
    edge.until_hint(gone, "item.sold == 3")
    shown = listed(gone.sku)
    assert.same({ false, true }, { shown.allReserved, shown.soldOut })

    for _, state in ipairs { "PAUSED", "LIVE", "ENDED" } do
      edge.effect(item, "STATE", state, item.opens, item.closes)
      edge.until_hint(item, 'item.state == "' .. state .. '"')
      assert.equal(state, listed(item.sku).state)
    end
  end)

  it("are coarse where much is left", function()
    local item = edge.publish { published = 98765 }
    assert.equal(98000, listed(item.sku).available)
    assert.equal(200, edge.buy(edge.purchase(item)).status)
    edge.until_hint(item, "item.held == 1")
    assert.equal(98000, listed(item.sku).available)
  end)

  it("cost a 304 where nothing that is shown has changed, though the clock has", function()
    local item = edge.publish {}
    local _, answer = read("/api/items/" .. item.sku)
    local etag = answer.headers["etag"]
    for _ = 1, 20 do -- whichever worker is asked
      assert.equal(304, edge.get("/api/items/" .. item.sku, { ["If-None-Match"] = '"other", ' .. etag }).status)
    end
    edge.effect(item, "STATE", "PAUSED", item.opens, item.closes)
    edge.until_hint(item, 'item.state == "PAUSED"')
    assert.equal(200, edge.get("/api/items/" .. item.sku, { ["If-None-Match"] = etag }).status)
  end)

  it("hide what is not public", function()
    local item = edge.publish { public = false }
    assert.is_nil((listed(item.sku)))
    assert.equal(404, edge.get("/api/items/" .. item.sku).status)
    assert.equal(404, edge.get("/api/promos/999999999").status)
    assert.equal(404, edge.get("/api/promos/x").status)
  end)

  it("show what is not public to sessions that may buy it, and to nobody else", function()
    local promo = 810000
    local open = edge.publish { promo = promo, sku = "OPEN" }
    local elite = edge.publish { promo = promo, sku = "ELITE", public = false, min_level = 2 }
    local alone = edge.publish { promo = promo + 1, public = false, min_level = 2 }
    local user, poor = edge.new_user(), edge.new_user()
    local may = { Cookie = "session=" .. edge.session(user, { lvl = 2 }) }
    local may_not = { Cookie = "session=" .. edge.session(poor, { lvl = 1 }) }
    local function items(headers)
      local listed_now = {}
      for i, each in ipairs(cjson.decode(edge.get("/api/promos/" .. promo, headers).body).items) do listed_now[i] = each.sku end
      return listed_now
    end
    for _ = 1, 6 do -- whichever worker is asked, one after the other
      assert.same({ "OPEN" }, items {})
      assert.same({ "ELITE", "OPEN" }, items(may))
      assert.same({ "OPEN" }, items(may_not))
      assert.same({ 404, 200, 404 }, { edge.get("/api/items/" .. elite.sku).status,
        edge.get("/api/items/" .. elite.sku, may).status, edge.get("/api/items/" .. elite.sku, may_not).status })
      assert.equal(404, edge.get("/api/promos/" .. alone.promo).status)
      assert.equal(200, edge.get("/api/promos/" .. alone.promo, may).status)
    end
    assert.equal("private, no-cache", edge.get("/api/items/" .. elite.sku, may).headers["cache-control"])
    assert.equal("private, no-cache", edge.get("/api/promos/" .. promo, may).headers["cache-control"])
    assert.equal("no-cache", edge.get("/api/items/" .. open.sku, may).headers["cache-control"])
    assert.is_nil((listed(elite.sku)))
    edge.redis:call("HSET", "fs:blacklist:account", user, 0)
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "account", "value", user, "expires", 0)
    edge.until_true("the account is blacklisted", function() return edge.get("/api/items/" .. elite.sku, may).status == 404 end)
  end)

  it("show an item with a list to who is on it, and to nobody else", function()
    local guest, other = edge.new_user(), edge.new_user()
    local item = edge.publish { promo = 815000, public = false, on_list = { guest } }
    local may = { Cookie = "session=" .. edge.session(guest), Accept = "text/html" }
    local may_not = { Cookie = "session=" .. edge.session(other), Accept = "text/html" }
    for _ = 1, 4 do
      for _, path in ipairs { "/api/items/" .. item.sku, "/api/promos/815000", "/item/" .. item.sku, "/promo/815000" } do
        assert.same({ 200, 404, 404 }, { edge.get(path, may).status, edge.get(path, may_not).status,
          edge.get(path, { Accept = "text/html" }).status }, path)
      end
    end
    assert.is_true(cjson.decode(edge.get("/api/items/" .. item.sku, may).body).byList)
    assert.is_nil((listed(item.sku)))
  end)

  it("tell where to fetch what is said of a promo", function()
    local promo = 818000
    edge.publish { promo = promo, promo_text = "/media/7e7e.json" }
    assert.equal("/media/7e7e.json", cjson.decode(edge.get("/api/promos/" .. promo).body).text)
    local hidden = edge.publish { promo = promo + 1, promo_text = "/media/8f8f.json", public = false, min_level = 2 }
    local may = { Cookie = "session=" .. edge.session(edge.new_user(), { lvl = 2 }) }
    assert.equal("/media/8f8f.json", cjson.decode(edge.get("/api/promos/" .. hidden.promo, may).body).text)
    edge.publish { promo = promo + 2 }
    assert.is_nil(cjson.decode(edge.get("/api/promos/" .. promo + 2).body).text)
  end)

  it("have pages, which are not there for who may not see what they show", function()
    local elite = edge.publish { promo = 820000, public = false, min_level = 2 }
    local open = edge.publish { promo = 820001 }
    local may = { Cookie = "session=" .. edge.session(edge.new_user(), { lvl = 2 }), Accept = "text/html" }
    local function status(path, headers)
      local answer = edge.get(path, headers or { Accept = "text/html" })
      assert.equal("text/html; charset=utf-8", answer.headers["content-type"], path)
      assert.truthy(answer.body:find("<!DOCTYPE html>", 1, true), path)
      return answer.status
    end
    assert.same({ 200, 404, 404 }, { status("/item/" .. open.sku), status("/item/NOBODYS"), status("/item/" .. elite.sku) })
    assert.same({ 200, 404, 404 }, { status("/promo/820001"), status("/promo/99"), status("/promo/820000") })
    assert.same({ 200, 200 }, { status("/item/" .. elite.sku, may), status("/promo/820000", may) })
    -- whose time is over renews it in the page, which shows nothing of a name that nobody has either
    local lapsed = { Accept = "text/html", Cookie = "session=" .. edge.session(edge.new_user(), { lvl = 2, exp = 1700000000 }) }
    assert.same({ 200, 200, 200 }, { status("/item/" .. elite.sku, lapsed), status("/item/NOBODYS", lapsed),
      status("/promo/820000", lapsed) })
    assert.equal(404, edge.get("/api/items/" .. elite.sku, lapsed).status)
    local missing = edge.get("/item/" .. elite.sku, { Accept = "text/html" })
    assert.same({ "no-store", "Accept, Cookie", "DENY", "nosniff", "same-origin" }, { missing.headers["cache-control"],
      missing.headers["vary"], missing.headers["x-frame-options"], missing.headers["x-content-type-options"],
      missing.headers["referrer-policy"] })
    assert.truthy(missing.headers["content-security-policy"]:find("default-src 'self'", 1, true))
    assert.same({ 200, 200 }, { status("/order/1-abc"), status("/cart") })
    assert.same({ 404, 404 }, { status("/order/a/b"), status("/nothing") })
    for _, path in ipairs { "/promo/", "/item/a%2fb", "/order/", "/promo/1/../../.error", "/promo/x" } do
      assert.equal(404, status(path), path)
    end
    assert.equal("application/problem+json", edge.get("/nothing", { Accept = "*/*" }).headers["content-type"])
    assert.equal("application/problem+json", edge.get("/api/nothing", { Accept = "text/html" }).headers["content-type"])
  end)

  it("list the newest promo first and a promo's items by SKU", function()
    local promo = 900000
    edge.publish { sku = "LB", promo = promo }
    edge.publish { sku = "LA", promo = promo }
    local first = read("/api/promos").promos[1]
    assert.same({ promo, "LA", "LB" }, { first.id, first.items[1].sku, first.items[2].sku })
  end)

  it("tell HEAD the same without a body", function()
    local client = require("support.http").connect(edge.port)
    assert.equal(200, client:request("HEAD", "/api/promos").status)
    assert.equal(200, client:request("GET", "/livez").status)
    client:close()
  end)
end)

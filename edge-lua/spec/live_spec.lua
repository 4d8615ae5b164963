-- The public reads: the shape of contract/openapi.yaml, the server's clock, and nothing that is not public.

local cjson = require "cjson"
local edge = require "support.edge"

describe("the public reads", function()
  setup(function() edge.start() end)
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
    assert.is_true(math.abs(read("/api/promos").now - edge.now_ms()) < 1000)
    assert.equal(item.sku, read("/api/items/" .. item.sku).sku)
    assert.equal(promo.id, read("/api/promos/" .. promo.id).id)
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

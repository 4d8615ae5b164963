-- The access log: an object a line, with the trace id by which the other parts know a purchase.

local cjson = require "cjson"
local edge = require "support.edge"

describe("The access log", function()
  local item
  setup(function()
    edge.start { FLASHSALE_EDGE_ACCESS_LOG = "all", FLASHSALE_LOG = "json" }
    item = edge.publish {}
  end)
  teardown(function() edge.stop() end)
  after_each(function() edge.clean_log() end)

  local function lines_of(path, count)
    return edge.until_true(count .. " lines of " .. path, function()
      local found = {}
      for line in edge.read(edge.home .. "/logs/edge-access.log"):gmatch("[^\n]+") do
        local entry = cjson.decode(line)
        if entry["url.path"] == path then found[#found + 1] = entry end
      end
      return #found == count and found
    end, 10)
  end

  it("has the trace id of a purchase, and none of one that nginx refused by itself", function()
    local answer = edge.buy(edge.purchase(item)).json
    assert.equal("RESERVED", answer.code)
    assert.equal("UNKNOWN_SKU", edge.buy(edge.purchase(item, { goodsSKU = "NONE" })).json.code)
    -- Each worker writes its own buffer once a second, so the lines are not in the order of the requests.
    local trace = {}
    for _, line in ipairs(lines_of("/buy", 2)) do
      trace[line["http.response.status_code"]] = line["trace.id"]
    end
    assert.same({ ["200"] = answer.traceID, ["404"] = "" }, trace)
  end)

  it("is JSON whatever a page is called", function()
    local page = '/a "page".html'
    edge.write(edge.dir .. "/storefront" .. page, "<!doctype html><title>Page</title>\n")
    assert.equal(200, edge.get("/a%20%22page%22.html").status)
    assert.equal(1, #lines_of(page, 1))
  end)
end)

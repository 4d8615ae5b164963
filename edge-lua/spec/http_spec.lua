-- What stands around the JSON: methods, sizes, framing, headers, paths, pages and nginx's own errors.

local cjson = require "cjson"
local edge = require "support.edge"
local http = require "support.http"

describe("Over HTTP", function()
  local expected, item
  setup(function()
    edge.start { FLASHSALE_BUCKET_ACCOUNT = "off" }
    item = edge.publish { published = 1000000 }
    edge.write(edge.dir .. "/storefront/index.html", "<!doctype html><title>Sale</title>\n")
    edge.write(edge.dir .. "/storefront/page.css", "body{}\n")
    edge.write(edge.dir .. "/storefront/.secret", "no\n")
  end)
  teardown(function() edge.stop() end)
  before_each(function()
    expected = nil
    edge.double { mode = "" }
  end)
  after_each(function() edge.clean_log(expected) end)

  -- raw(bytes): what comes back for bytes sent as they are, until the edge closes or a second passes without a byte.
  local function raw(...)
    local client = http.connect(edge.port, 1)
    for _, bytes in ipairs { ... } do client:send(bytes) end
    local all = {}
    while true do
      local data, err, part = client.connection:receive(8192)
      all[#all + 1] = data or part
      if err then
        client:close()
        return table.concat(all), err == "closed"
      end
    end
  end

  local function answers(text)
    local _, count = text:gsub("HTTP/1%.1 %d%d%d", "")
    return count
  end

  local function security(answer)
    assert.equal("nosniff", answer.headers["x-content-type-options"])
    assert.equal("DENY", answer.headers["x-frame-options"])
    assert.truthy(answer.headers["content-security-policy"]:find("default-src 'self'", 1, true))
    assert.equal("same-origin", answer.headers["referrer-policy"])
    assert.equal("nginx", answer.headers.server)
    assert.is_nil(answer.headers["access-control-allow-origin"])
  end

  it("/buy is for POST alone", function()
    for _, method in ipairs { "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND" } do
      local client = http.connect(edge.port)
      local answer = client:request(method, "/buy")
      assert.equal(405, answer.status, method)
      assert.equal("POST", answer.headers.allow)
      assert.equal("application/json", answer.headers["content-type"])
      if method ~= "HEAD" then assert.equal("METHOD_NOT_ALLOWED", cjson.decode(answer.body).code) end
      security(answer)
    end
    assert.truthy(raw("TRACE /buy HTTP/1.1\r\nHost: x\r\n\r\n"):find("405", 1, true))
    assert.equal(405, http.connect(edge.port):request("GET", "/buy", { ["X-HTTP-Method-Override"] = "POST" }).status)
  end)

  it("a body after GET or HEAD is never read as the next request", function()
    local second = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    for _, method in ipairs { "GET", "HEAD" } do
      for _, path in ipairs { "/buy", "/livez", "/readyz", "/api/promos", "/api/items/" .. item.sku, "/metrics" } do
        local text, closed = raw(method .. " " .. path .. " HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #second .. "\r\n\r\n"
          .. second)
        assert.equal(1, answers(text), method .. " " .. path .. text)
        assert.truthy(text:find("^HTTP/1%.1 40[05]"), text)
        assert.True(closed)
        text = raw(method .. " " .. path .. " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          .. string.format("%x\r\n%s\r\n0\r\n\r\n", #second, second))
        assert.equal(1, answers(text), method .. " " .. path .. text)
      end
      -- what nginx reads by itself, it reads to the end
      for _, path in ipairs { "/", "/api/cart" } do
        local text = raw(method .. " " .. path .. " HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #second .. "\r\n\r\n" .. second)
        assert.equal(1, answers(text), method .. " " .. path .. text)
      end
    end
    local text = raw("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" .. second)
    assert.equal(2, answers(text))
  end)

  it("requests that could be framed in two ways are refused and the connection is closed", function()
    local body = cjson.encode(edge.purchase(item))
    for name, headers in pairs {
      ["both lengths"] = "Content-Length: " .. #body .. "\r\nTransfer-Encoding: chunked\r\n",
      ["two lengths"] = "Content-Length: " .. #body .. "\r\nContent-Length: 5\r\n",
      ["odd encoding"] = "Transfer-Encoding: xchunked\r\n",
      ["negative length"] = "Content-Length: -1\r\n",
      ["list of lengths"] = "Content-Length: 5, 5\r\n",
    } do
      local text, closed = raw("POST /buy HTTP/1.1\r\nHost: x\r\n" .. headers .. "\r\n" .. body
        .. "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      assert.equal(1, answers(text), name .. text)
      assert.truthy(text:find('"code":"BAD_REQUEST"', 1, true), name .. text)
      assert.True(closed, name)
    end
  end)

  it("bodies over 4 KiB are TOO_LARGE, announced or chunked; up to that they are read", function()
    local function padded(size)
      local request = edge.purchase(item)
      request.padding = ""
      local length = #cjson.encode(request)
      request.padding = string.rep("x", size - length)
      return cjson.encode(request)
    end
    assert.equal("RESERVED", edge.buy(padded(4096)).json.code)
    local answer = edge.buy(padded(4097))
    assert.same({ 413, "TOO_LARGE", "The request is over 4096 bytes." },
      { answer.status, answer.json.code, answer.json.reponseMsg })
    security(answer)
    local text = raw("POST /buy HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
    assert.truthy(text:find("^HTTP/1%.1 413"))
    local chunk = "400\r\n" .. string.rep("y", 1024) .. "\r\n"
    text = raw("POST /buy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", chunk:rep(5))
    assert.truthy(text:find("^HTTP/1%.1 413"), text)
    assert.truthy(text:find('"code":"TOO_LARGE"', 1, true))
    -- small, chunked and in several packets: a whole body in memory
    local body = padded(3000)
    local client = http.connect(edge.port)
    client:send("POST /buy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for at = 1, #body, 100 do
      local piece = body:sub(at, at + 99)
      client:send(string.format("%x\r\n%s\r\n", #piece, piece))
    end
    client:send("0\r\n\r\n")
    assert.equal("RESERVED", cjson.decode(client:receive().body).code)
    assert.equal("BAD_REQUEST", edge.buy("").json.code)
    assert.equal("", edge.shell("find " .. edge.quote(edge.home .. "/nginx/tmp") .. " -type f"))
  end)

  it("nginx's own refusals have the shape of their path", function()
    local text = raw("GARBAGE\r\n\r\n")
    assert.truthy(text:find("^HTTP/1%.1 400"), text)
    assert.truthy(text:find("application/problem+json", 1, true), text)
    local long = string.rep("a", 40000)
    text = raw("POST /buy HTTP/1.1\r\nHost: x\r\nX-Long: " .. long .. "\r\n\r\n")
    assert.truthy(text:find('"code":"BAD_REQUEST"', 1, true), text)
    text = raw("GET /" .. long .. " HTTP/1.1\r\nHost: x\r\n\r\n")
    assert.truthy(text:find("^HTTP/1%.1 414"), text)
    assert.truthy(text:find('"code":"TOO_LARGE"', 1, true), text)
    text = raw("POST /buy HTTP/1.1\r\n\r\n") -- no Host
    assert.truthy(text:find('"code":"BAD_REQUEST"', 1, true), text)
    local answer = edge.get("/nothing/here")
    assert.equal(404, answer.status)
    assert.equal("application/problem+json", answer.headers["content-type"])
    local problem = cjson.decode(answer.body)
    assert.same({ "NOT_FOUND", 404 }, { problem.code, problem.status })
    security(answer)
    answer = http.connect(edge.port):request("POST", "/api/promos", {}, "{}")
    assert.same({ 405, "METHOD_NOT_ALLOWED" }, { answer.status, cjson.decode(answer.body).code })
  end)

  it("a connection stays in step through refusals of every kind, also when requests are sent ahead", function()
    local client = http.connect(edge.port)
    local empty = edge.publish { published = 1, available = 0 }
    local kinds = {
      { edge.purchase(item), "RESERVED" }, { edge.purchase(empty), "ALL_RESERVED" }, { "{", "BAD_REQUEST" },
      { edge.purchase { sku = "NOPE" }, "UNKNOWN_SKU" }, { { goodsSKU = item.sku, goodsQuantity = 1 }, "UNAUTHENTICATED" },
      { edge.purchase(item, { userLevel = 7 }), "IDENTITY_MISMATCH" },
    }
    for round = 1, 30 do
      local kind = kinds[round % #kinds + 1]
      if kind[2] == "RESERVED" then kind[1] = edge.purchase(item) end
      assert.equal(kind[2], edge.buy(kind[1], nil, client).json.code, "round " .. round)
    end
    local ahead = {}
    for i = 1, #kinds do
      if kinds[i][2] == "RESERVED" then kinds[i][1] = edge.purchase(item) end
      local body = type(kinds[i][1]) == "string" and kinds[i][1] or cjson.encode(kinds[i][1])
      ahead[i] = "POST /buy HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
    end
    client:send(table.concat(ahead))
    for i = 1, #kinds do assert.equal(kinds[i][2], cjson.decode(client:receive().body).code) end
  end)

  it("a client that goes away in the middle leaves nothing behind", function()
    local body = cjson.encode(edge.purchase(item))
    for cut = 1, #body, 60 do
      local client = http.connect(edge.port)
      client:send("POST /buy HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body:sub(1, cut))
      client:close()
    end
    local before = tonumber(edge.redis:call("HGET", edge.keys(item).item, "available"))
    assert.equal("RESERVED", edge.buy(edge.purchase(item)).json.code)
    assert.equal(before - 1, tonumber(edge.redis:call("HGET", edge.keys(item).item, "available")))
  end)

  -- Paths ------------------------------------------------------------------------------------------------------------

  local function echoed(method, path, headers, body)
    local answer = http.connect(edge.port):request(method, path, headers, body)
    assert.equal(200, answer.status, path)
    security(answer)
    return cjson.decode(answer.body)
  end

  it("the buyer's own paths go to the backend, without the headers that are ours to set", function()
    local sent = {
      ["X-User-ID"] = "victim", ["X-Real-IP"] = "1.1.1.1", ["X-Flashsale-Edge"] = "x", ["X-Flashsale-Internal"] = "x",
      ["X-Forwarded-For"] = "1.1.1.1", Forwarded = "for=1.1.1.1", ["X-Trace-Id"] = "mine", ["CF-Connecting-IP"] = "1.1.1.1",
      ["X-Original-URL"] = "/internal/status", Cookie = "session=abc", Authorization = "Bearer t", ["X_User"] = "x",
      ["X-Forwarded-Proto"] = "https",
    }
    local got = echoed("GET", "/api/orders/1-abc", sent)
    assert.same({ "GET", "/api/orders/1-abc" }, { got.method, got.uri })
    assert.equal("session=abc", got.headers.cookie)
    assert.equal("Bearer t", got.headers.authorization)
    assert.same({ "127.0.0.1", "http" }, { got.headers["x-real-ip"], got.headers["x-forwarded-proto"] })
    assert.truthy(got.headers["x-trace-id"]:find("^%x+$"))
    for _, name in ipairs { "x-user-id", "x-flashsale-edge", "x-flashsale-internal", "x-forwarded-for", "forwarded",
      "cf-connecting-ip", "x-original-url", "x_user" } do
      assert.is_nil(got.headers[name], name)
    end
    assert.equal("/api/cart", echoed("GET", "/api/cart").uri)
    assert.equal("DELETE", echoed("DELETE", "/api/cart/1-abc", { Origin = "http://localhost" }).method)
    got = echoed("POST", "/api/demo-session", { ["Content-Type"] = "application/json" }, "{}")
    assert.same({ "POST", "{}", "application/json" }, { got.method, got.body, got.headers["content-type"] })
    got = echoed("POST", "/api/cart/payment", { ["Content-Type"] = "application/json" }, '{"orderIDs":["1-a"]}')
    assert.same({ "POST", "/api/cart/payment", '{"orderIDs":["1-a"]}' }, { got.method, got.uri, got.body })
    assert.equal("/api/orders/1-b", echoed("GET", "/api/orders/./1-a/../1-b?x=1").uri)
    for _, path in ipairs { "challenge", "otp", "register", "login", "logout", "password", "session" } do
      got = echoed("POST", "/api/" .. path, { ["Content-Type"] = "application/json" }, "{}")
      assert.same({ "POST", "/api/" .. path, "{}" }, { got.method, got.uri, got.body })
    end
    assert.equal("/api/session", echoed("GET", "/api/session").uri)
    local token = string.rep("aB3_-", 8) .. "xyz"
    assert.equal("/api/previews/" .. token, echoed("GET", "/api/previews/" .. token).uri)
  end)

  it("items that nobody sells are told by the edge alone", function()
    local before = edge.double().echoed
    assert.equal(404, edge.get("/api/items/NOBODYS").status)
    assert.equal(before, edge.double().echoed)
  end)

  it("questions take a bounded part of the backend, the rest hears 503, and orders pass", function()
    local on_sale = edge.publish {}
    edge.double { slow_echo = 1 }
    local clients, statuses = {}, {}
    for i = 1, 40 do
      clients[i] = http.connect(edge.port)
      clients[i]:send("GET /api/orders/1-a HTTP/1.1\r\nHost: x\r\n\r\n")
    end
    local code = edge.buy(edge.purchase(on_sale)).json.code
    for _, client in ipairs(clients) do
      local answer = client:receive()
      statuses[answer.status] = (statuses[answer.status] or 0) + 1
      if answer.status == 503 then assert.equal("1", answer.headers["retry-after"]) end
      client:close()
    end
    edge.double { slow_echo = "" }
    assert.equal("RESERVED", code)
    assert.same({ [200] = 24, [503] = 16 }, statuses)
  end)

  it("who logs in has places of its own: a crowd of them leaves the others theirs", function()
    edge.double { slow_echo = 1 }
    local clients, statuses = {}, {}
    for i = 1, 12 do
      clients[i] = http.connect(edge.port)
      clients[i]:send("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    end
    for i = 13, 36 do
      clients[i] = http.connect(edge.port)
      clients[i]:send("GET /api/orders/1-a HTTP/1.1\r\nHost: x\r\n\r\n")
    end
    for i, client in ipairs(clients) do
      local status = (i <= 12 and "login " or "other ") .. client:receive().status
      statuses[status] = (statuses[status] or 0) + 1
      client:close()
    end
    edge.double { slow_echo = "" }
    assert.same({ ["login 200"] = 8, ["login 503"] = 4, ["other 200"] = 24 }, statuses)
  end)

  it("no spelling reaches what is not public", function()
    for _, path in ipairs {
      "/internal/orders", "/internal/status", "/actuator/health", "/actuator", "/api/internal", "/.internal/orders",
      "/.internal/variables", "/.error", "/api/orders/../../internal/status", "/api/orders/%2e%2e/%2e%2e/internal/status",
      "/api/orders/..%2f..%2finternal%2fstatus", "/api/orders/..;/..;/internal/status", "/api/orders/;/internal",
      "/api/orders/a/b", "/api/orders/", "/api/orders/a%00b", "/api/orders/a%0d%0ab", "//internal/orders",
      "/api/cart/a/../../../internal",
      "/api//orders/../internal", "/api/items/..;/x", "/.secret", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    } do
      local text = raw("GET " .. path .. " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      assert.truthy(text:find("^HTTP/1%.1 40[04]"), path .. " " .. text)
    end
    for method, path in pairs { POST = "/api/cart", DELETE = "/api/cart", PUT = "/api/demo-session" } do
      assert.equal(405, http.connect(edge.port):request(method, path).status)
    end
    assert.equal(405, http.connect(edge.port):request("GET", "/api/demo-session").status)
    assert.equal(405, http.connect(edge.port):request("DELETE", "/api/cart/payment").status)
    assert.equal(405, http.connect(edge.port):request("GET", "/api/login").status)
    assert.equal(405, http.connect(edge.port):request("DELETE", "/api/session").status)
    assert.equal(404, http.connect(edge.port):request("POST", "/api/logins").status)
    local large = string.rep("x", 4097)
    assert.equal(413, http.connect(edge.port):request("POST", "/api/cart/payment", {}, large).status)
    assert.equal(405, http.connect(edge.port):request("DELETE", "/api/orders/1-a").status)
  end)

  it("a backend that is away is a problem+json", function()
    expected = { "connect%(%) failed" }
    edge.stop_double()
    local answer = edge.get("/api/orders/1-abc")
    assert.equal(502, answer.status)
    assert.equal("application/problem+json", answer.headers["content-type"])
    security(answer)
    edge.start_double()
    edge.until_ready()
  end)

  it("a storefront without a page for what is not there says so all the same", function()
    local answer = edge.get("/nothing", { Accept = "text/html" })
    assert.same({ 404, "application/problem+json" }, { answer.status, answer.headers["content-type"] })
  end)

  it("a preview has the page, under a name as long as a link's and no other", function()
    local token = string.rep("aB3_-", 8) .. "xyz"
    local function status(path) return edge.get(path, { Accept = "text/html" }).status end
    assert.same({ 200, 404, 404, 404, 404 }, { status("/preview/" .. token), status("/preview/" .. token .. "x"),
      status("/preview/" .. token:sub(2)), status("/preview/"), status("/preview/" .. token .. "/x") })
    assert.same({ 404, 404 }, { edge.get("/api/previews/" .. token .. "x").status, edge.get("/api/previews/x").status })
    assert.equal(405, http.connect(edge.port):request("POST", "/api/previews/" .. token, {}, "x").status)
    assert.equal(405, http.connect(edge.port):request("POST", "/preview/" .. token, {}, "x").status)
  end)

  it("pictures are kept for ever by who has fetched them, and nothing else is there", function()
    os.execute("mkdir -p '" .. edge.home .. "/cdn/media'")
    local files = { ["5f-320.jpg"] = "a picture", ["7e.json"] = '{"zh":[],"en":[]}', [".part"] = "a half",
      ["page.html"] = "<script>" }
    for name, text in pairs(files) do
      edge.write(edge.home .. "/cdn/media/" .. name, text)
    end
    local answer = edge.get("/media/5f-320.jpg")
    assert.same({ 200, "image/jpeg", "a picture" }, { answer.status, answer.headers["content-type"], answer.body })
    assert.equal("public, max-age=31536000, immutable", answer.headers["cache-control"])
    assert.equal("nosniff", answer.headers["x-content-type-options"])
    assert.equal("application/json", edge.get("/media/7e.json").headers["content-type"])
    assert.equal("default-src 'none'; frame-ancestors 'none'", answer.headers["content-security-policy"])
    for _, path in ipairs { "/media/", "/media/none.jpg", "/media/.part", "/media/page.html", "/media/../nginx/nginx.conf",
      "/media/%2e%2e/nginx/nginx.conf", "/media/x/../../nginx/nginx.conf" } do
      assert.equal(404, edge.get(path).status, path)
    end
    assert.equal(405, http.connect(edge.port):request("POST", "/media/5f-320.jpg", {}, "x").status)
  end)

  it("what was published goes before what is here, compressed, and its assets are kept for ever", function()
    local pages, edition = edge.home .. "/cdn/pages", string.rep("0f", 16)
    local assets = edge.home .. "/cdn/assets/" .. edition
    os.execute("mkdir -p '" .. pages .. "/promo' '" .. pages .. "/item' '" .. assets .. "'")
    local function publish(file, text)
      edge.write(file, text)
      os.execute("printf %s '" .. text .. "' | gzip -n > '" .. file .. ".gz'")
    end
    local promo = tostring(item.promo)
    local there = { ["/"] = "/index", ["/promo/" .. promo] = "/promo/" .. promo,
      ["/item/" .. item.sku] = "/item/" .. item.sku, ["/login"] = "/login", ["/order/1-a"] = "/cart" }
    for _, file in pairs(there) do publish(pages .. file .. ".html", "page " .. file) end
    publish(assets .. "/main.js", "let a;")
    -- Until the edge looks again for what was not there.
    local function everywhere(path, body) -- each worker has a cache of its own
      for _, pid in ipairs(edge.workers()) do
        edge.until_true(path .. " is as it should be", function()
          local client = edge.to_worker(pid)
          local answer = client:request("GET", path)
          client:close()
          return answer.body == body
        end)
      end
    end
    for path, file in pairs(there) do everywhere(path, "page " .. file) end
    everywhere("/preview/" .. string.rep("x", 43), "page /index")
    for path, file in pairs(there) do
      local plain = edge.get(path)
      local head = plain.headers
      assert.same({ 200, "page " .. file, "text/html; charset=utf-8", "no-cache", "Accept-Encoding" },
        { plain.status, plain.body, head["content-type"], head["cache-control"], head.vary }, path)
      security(plain)
      local zipped = edge.get(path, { ["Accept-Encoding"] = "gzip" })
      assert.same({ 200, "gzip" }, { zipped.status, zipped.headers["content-encoding"] }, path)
      assert.equal("\31\139", zipped.body:sub(1, 2))
    end
    local script = "/assets/" .. edition .. "/main.js"
    local asset = edge.get(script)
    assert.same({ 200, "let a;", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable" },
      { asset.status, asset.body, asset.headers["content-type"], asset.headers["cache-control"] })
    security(asset)
    assert.equal("gzip", edge.get(script, { ["Accept-Encoding"] = "gzip" }).headers["content-encoding"])
    for _, path in ipairs { "/assets/" .. edition .. "/none.js", script .. ".gz", "/assets/" .. edition .. "/",
      "/assets/" .. edition .. "/../../pages/login.html", "/index.html.gz", "/assets/.x", "/promo/" .. promo .. ".html" } do
      assert.equal(404, edge.get(path).status, path)
    end
    assert.equal(405, http.connect(edge.port):request("POST", script, {}, "x").status)
    -- Without one of its own a promo has the home page, and without any what came with the edge.
    os.execute("rm '" .. pages .. "/promo/" .. promo .. ".html'")
    everywhere("/promo/" .. promo, "page /index")
    os.execute("rm -r '" .. pages .. "'")
    for _, path in ipairs { "/", "/promo/" .. promo, "/item/" .. item.sku } do
      everywhere(path, "<!doctype html><title>Sale</title>\n")
    end
  end)

  it("pages come with a tag and are asked for again, assets may be kept for a minute", function()
    local answer = edge.get("/")
    assert.same({ 200, "text/html; charset=utf-8", "no-cache" },
      { answer.status, answer.headers["content-type"], answer.headers["cache-control"] })
    security(answer)
    assert.equal(304, edge.get("/", { ["If-None-Match"] = answer.headers.etag }).status)
    answer = edge.get("/page.css")
    assert.same({ 200, "max-age=60" }, { answer.status, answer.headers["cache-control"] })
    assert.equal(404, edge.get("/.secret").status)
    assert.equal(405, http.connect(edge.port):request("POST", "/", {}, "x").status)
  end)

  it("health and metrics", function()
    assert.same({ 200, '{"status":"UP"}\n' }, { edge.get("/livez").status, edge.get("/livez").body })
    local ready = edge.get("/readyz")
    assert.equal(200, ready.status)
    assert.same({ status = "UP", workers = true, redis = true, catalog = true, blacklist = true, backend = true },
      cjson.decode(ready.body))
    edge.buy("{")
    edge.until_true("the count", function()
      return edge.get("/metrics").body:find('flashsale_edge_requests_total{code="BAD_REQUEST"} %d')
    end)
    local page = edge.get("/metrics")
    assert.equal("text/plain; version=0.0.4", page.headers["content-type"])
    local family
    for line in page.body:gmatch("[^\n]+") do
      family = line:match("^# HELP (flashsale_edge_[a-z_]+) [%u%d].*%.$") or family
      if line:sub(1, 1) == "#" then
        assert.equal(family, line:match("^# %u+ (%S+) "))
      else
        local name, rest = line:match("^([a-z_]+)(.*)$")
        assert.equal(family, name:sub(1, #family))
        assert.truthy(rest:find("^ %-?[%d.e+-]+$") or rest:find("^%b{} %-?[%d.e+-]+$"), line)
      end
    end
  end)
end)

-- Server-sent events of a buyer's orders: who may hear them, that they come, and what waiting costs.

local edge = require "support.edge"
local http = require "support.http"

describe("Events:", function()
  setup(function() edge.start { FLASHSALE_EDGE_WORKERS = 1 } end)
  teardown(function() edge.stop() end)
  after_each(function()
    edge.double { mode = "", digest = "" }
    edge.clean_log()
  end)

  -- A page that waits: its connection, after the head of the answer.
  local function page(token, told)
    local client = http.connect(edge.port)
    client:send("GET /api/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nCookie: session=" .. token .. "\r\n"
      .. (told and "Last-Event-ID: " .. told .. "\r\n" or "") .. "\r\n")
    return client
  end

  -- until_heard(client, text): reads until it was there.
  local function until_heard(client, text)
    local seen = ""
    edge.until_true(text .. " is heard", function()
      seen = seen .. client:read_some(0.1)
      return seen:find(text, 1, true) ~= nil
    end, 20)
    return seen
  end

  it("are for sessions alone", function()
    assert.equal(401, edge.get("/api/events").status)
    assert.equal(401, edge.get("/api/events", { Cookie = "session=" .. edge.session("u1", { exp = 1700000000 }) }).status)
    assert.equal(405, http.connect(edge.port):request("POST", "/api/events").status)
  end)

  it("are waited for by as many as the metrics say", function()
    local function told(count)
      edge.until_true(count .. " wait", function()
        return tonumber(edge.get("/metrics").body:match("flashsale_edge_events_pages (%d+)")) == count
      end, 20)
    end
    told(0)
    local first, second = page(edge.session(edge.new_user())), page(edge.session(edge.new_user()))
    told(2)
    first:close()
    second:close()
    edge.double { digest = "3-3000" } -- who is gone is noticed when there is something to tell
    told(0)
  end)

  it("come when an order has changed, to each page of its buyer, and not before", function()
    local user, other = edge.new_user(), edge.new_user()
    local first, second, stranger = page(edge.session(user)), page(edge.session(user)), page(edge.session(other))
    local head = until_heard(first, "retry: ")
    assert.truthy(head:find("text/event-stream", 1, true))
    assert.truthy(head:find("no-store", 1, true))
    assert.is_nil(head:find("event:", 1, true))
    edge.double { digest = "1-1000" }
    until_heard(first, "event: orders\nid: 1-1000\ndata: {}")
    until_heard(second, "event: orders\nid: 1-1000\ndata: {}")
    until_heard(stranger, "event: orders\nid: 1-1000\ndata: {}") -- the double has one digest for all
    edge.double { digest = "1-2000" }
    until_heard(first, "event: orders\nid: 1-2000\ndata: {}")
    assert.equal("spec-edge-token", edge.double().token)
    for _, client in ipairs { first, second, stranger } do client:close() end
  end)

  it("are not told again to a page that was cut off and knows", function()
    local token = edge.session(edge.new_user())
    edge.double { digest = "5-5000" }
    local back = page(token, "5-5000")
    until_heard(back, "retry")
    local fresh = page(token)
    until_heard(fresh, "id: 5-5000") -- asked about for both
    assert.equal("", (back:read_some(0.3)))
    edge.double { digest = "6-6000" }
    until_heard(back, "id: 6-6000")
    back:close()
    fresh:close()
  end)

  it("go on after a backend that was away, and its absence is counted", function()
    local client = page(edge.session(edge.new_user()))
    edge.double { mode = "deaf" }
    until_heard(client, "retry")
    edge.until_true("it is counted", function()
      return edge.get("/metrics").body:match("flashsale_edge_events_unheard_total (%d+)") ~= "0"
    end)
    edge.double { mode = "", digest = "7-7" }
    until_heard(client, "event: orders")
    client:close()
  end)

  it("end with the session", function()
    local token = edge.session("leaver", { sid = "leaving" })
    local client = page(token)
    until_heard(client, "retry")
    edge.redis:call("HSET", "fs:blacklist:session", "leaving", 0)
    edge.redis:call("XADD", "fs:blacklist:changes", "*", "kind", "session", "value", "leaving", "expires", 0)
    edge.until_true("it is known", function()
      return edge.eval("require('flashsale.view').refresh(); return require('flashsale.blacklist').ends('session', 'leaving', 0)")
        == 0
    end)
    edge.double { digest = "1-1" } -- the session is looked at before anything is told
    assert.is_nil(until_heard(client, "0\r\n\r\n"):find("event:", 1, true)) -- the last chunk
    assert.equal(401, edge.get("/api/events", { Cookie = "session=" .. token }).status)
  end)

  it("cost the backend the same, however many wait", function()
    local clients = {}
    for i = 1, 300 do clients[i] = page(edge.session("crowd-" .. i)) end
    edge.in_worker(edge.workers()[1], "require('flashsale.events').BATCH = 20")
    local before = edge.double().changes_asked
    local began = edge.now_ms()
    edge.double { digest = "3-3" }
    for i = 1, 300 do until_heard(clients[i], "event: orders") end
    local ticks = (edge.now_ms() - began) / 500 + 2
    local double = edge.double()
    assert.True(double.changes_most <= 300)
    assert.True(double.changes_asked - before <= 20 * ticks + 300, double.changes_asked - before)
    for i = 1, 300 do clients[i]:close() end
  end)

  it("have places, and who finds none hears so", function()
    edge.restart_nginx { FLASHSALE_EDGE_WORKERS = 1, FLASHSALE_EDGE_EVENTS = 2 }
    local first, second = page(edge.session("a")), page(edge.session("b"))
    until_heard(first, "retry")
    until_heard(second, "retry")
    local refused = edge.get("/api/events", { Cookie = "session=" .. edge.session("c") })
    assert.same({ 503, "1" }, { refused.status, refused.headers["retry-after"] })
    first:close()
    second:close()
  end)

  it("have eight places for one buyer", function()
    edge.restart_nginx { FLASHSALE_EDGE_WORKERS = 1 }
    local clients, token = {}, edge.session("greedy")
    for i = 1, 8 do
      clients[i] = page(token)
      until_heard(clients[i], "retry")
    end
    assert.equal(503, edge.get("/api/events", { Cookie = "session=" .. token }).status)
    for i = 1, 8 do clients[i]:close() end
  end)
end)

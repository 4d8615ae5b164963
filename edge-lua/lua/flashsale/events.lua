--[[ GET /api/events: server-sent events that tell a buyer's pages that something about the buyer's orders has changed, so that
  they ask; what has changed is said by GET /api/orders/{id} and nothing else.

  What waiting costs is bounded. A worker has `settings.events` pages at most; one more hears 503, and asks by itself as it does
  without this. And a worker asks the backend about BATCH buyers in each TICK_MS at most, whose turn is due, however many wait:
  soon after a page came or there was news, then ever more rarely.

  stream(): the request. start(): in each worker. ]]

local cjson = require "cjson.safe"
local semaphore = require "ngx.semaphore"
local backends = require "flashsale.backends"
local blacklist = require "flashsale.blacklist"
local credentials = require "flashsale.credentials"
local metrics = require "flashsale.metrics"
local platform = require "flashsale.platform"
local random = require "flashsale.random"
local session = require "flashsale.session"
local settings = require "flashsale.settings"
local view = require "flashsale.view"

local M = { TICK_MS = 500, BATCH = 500 }

local SOON_MS, LATEST_MS, SLOWER = 300, 8000, 1.6
local BEAT_S = 15 -- a page that is gone is noticed when it is written to
-- Then the browser comes again, and shows its session again: each at another time, also where all came or were cut off at once.
local LIFE_MS, LONGER_MS = 480000, 240000
local RETRY_MS, LATER_MS = 3000, 12000
local MOST_OF_A_BUYER = 8

-- An array of buyers, { user, at, due, every, pages, count }, and the same by their ids. `pages`: what each was told last, or "".
local waiting, by_user = {}, {}
local function chance(ms) return random.bits32() % ms end

local pages = 0
local cursor = 0 -- who was asked about last

local function join(user, page, told)
  local buyer = by_user[user]
  if not buyer then
    buyer = { user = user, at = #waiting + 1, pages = {}, count = 0 }
    waiting[buyer.at], by_user[user] = buyer, buyer
  end
  buyer.pages[page], buyer.count = told, buyer.count + 1
  buyer.every, buyer.due = SOON_MS, platform.monotonic_ms() + SOON_MS
  pages = pages + 1
  return buyer
end

local function leave(buyer, page)
  buyer.pages[page], buyer.count = nil, buyer.count - 1
  pages = pages - 1
  if buyer.count > 0 then return end
  local last = table.remove(waiting)
  if last ~= buyer then
    waiting[buyer.at], last.at = last, buyer.at
  end
  by_user[buyer.user] = nil
end

-- Those whose turn it is, going round from where the last look ended.
local function due(now)
  local users = {}
  for _ = 1, #waiting do
    if #users == M.BATCH then break end
    cursor = cursor % #waiting + 1
    local buyer = waiting[cursor]
    if buyer.due <= now then users[#users + 1] = buyer.user end
  end
  return users
end

local function hear(user, digest)
  local buyer = by_user[user]
  if not buyer then return end
  local now = platform.monotonic_ms()
  buyer.every = math.min(LATEST_MS, buyer.every * SLOWER)
  for page, told in pairs(digest and buyer.pages or {}) do
    if told ~= digest then
      buyer.pages[page], buyer.every = digest, SOON_MS
      page:post(1)
    end
  end
  buyer.due = now + buyer.every
end

local function ask()
  local users = due(platform.monotonic_ms())
  if #users == 0 then return end
  local status, body = backends.post("/internal/changes", cjson.encode(users))
  local digests = status == 200 and cjson.decode(body)
  if type(digests) ~= "table" then
    metrics.event("events_unheard")
    digests = {}
  end
  ngx.update_time()
  for _, user in ipairs(users) do hear(user, digests[user]) end
end

local asking = false

local function place(worker) return "events:" .. worker end -- of fs_metrics
local said -- how many wait, as the others know it

local function say()
  if pages == said then return end
  ngx.shared.fs_metrics:set(place(ngx.worker.id()), pages)
  said = pages
end

function M.start()
  say()
  return ngx.timer.every(M.TICK_MS / 1000, platform.roomy(function(premature)
    if premature then return end
    say()
    if asking or #waiting == 0 then return end
    asking = true
    local ok, err = pcall(ask)
    asking = false
    if not ok then ngx.log(ngx.CRIT, "events: ", err) end
  end))
end

-- waiting_pages(): of all workers, as each has last said.
function M.waiting_pages()
  local sum = 0
  for worker = 0, ngx.worker.count() - 1 do sum = sum + (ngx.shared.fs_metrics:get(place(worker)) or 0) end
  return sum
end

local function revoked(user, id)
  local redis_now = view.redis_now()
  return blacklist.ends("session", id, redis_now) or blacklist.ends("account", user, redis_now)
end

-- Until the page is gone, its session has ended, or it has waited for long enough.
local function tell(buyer, id, page)
  local user = buyer.user
  local ends = platform.monotonic_ms() + LIFE_MS + chance(LONGER_MS)
  while platform.monotonic_ms() < ends and not ngx.worker.exiting() do
    local news = page:wait(BEAT_S)
    view.refresh(platform.monotonic_ms())
    if revoked(user, id) then return end
    while news and page:count() > 0 do page:wait(0) end -- several at once are one
    -- the id comes back with a page that was cut off, which then hears nothing that it knows
    local event = news and "event: orders\nid: " .. buyer.pages[page] .. "\ndata: {}\n\n" or "event: alive\ndata: {}\n\n"
    if not ngx.print(event) or not ngx.flush(true) then return end
  end
end

M.stream = platform.roomy(function()
  view.refresh(platform.monotonic_ms())
  local token, length = credentials.header_token()
  local claims = token and session.verify(token, length, view.redis_now() / 1000)
  if not claims then return ngx.exit(401) end
  local user, id = claims.user, claims.session
  if revoked(user, id) then return ngx.exit(401) end
  local others = by_user[user]
  if pages >= settings.events or (others and others.count >= MOST_OF_A_BUYER) then
    metrics.event("events_refused")
    return ngx.exit(503)
  end
  local page = assert(semaphore.new())
  local told = ngx.var.http_last_event_id or ""
  local buyer = join(user, page, told:find("^%d+%-%d+$") and told or "")
  ngx.header["Content-Type"] = "text/event-stream"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Accel-Buffering"] = "no"
  local ok, err = true, nil
  if ngx.print("retry: ", RETRY_MS + chance(LATER_MS), "\n\n") and ngx.flush(true) then ok, err = pcall(tell, buyer, id, page) end
  leave(buyer, page)
  if not ok then error(err, 0) end
end)

return M

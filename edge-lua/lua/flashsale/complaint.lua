-- A fault that repeats is logged once in ten seconds, by what it is about.

local M = {}

local EVERY_S = 10

local said_at = {} -- what -> when

local function say(level, what, detail)
  local now = ngx.now()
  if (said_at[what] or -EVERY_S) + EVERY_S > now then return end
  said_at[what] = now
  ngx.log(level, what, ": ", detail)
end

function M.warn(what, detail) say(ngx.WARN, what, detail) end

-- critical(what, detail): for what runs for a request, whose server's log begins at this level.
function M.critical(what, detail) say(ngx.CRIT, what, detail) end

return M

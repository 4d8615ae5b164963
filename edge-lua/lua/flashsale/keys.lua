-- The Redis keys of a promo item in one epoch; built here and in contract's StockKeys only.

local M = {}

local NAMES = { "item", "buyers", "requests", "reservations", "pending", "holders" }

--[[ of(sku, item_id, epoch): {item=, buyers=, …}; [1] to [6] in the order that `reserve` takes them. ]]
function M.of(sku, item_id, epoch)
  local keys = {}
  for i, name in ipairs(NAMES) do
    keys[i] = string.format("fs:{%s}:%d:%d:%s", sku, item_id, epoch, name)
    keys[name] = keys[i]
  end
  return keys
end

M.CATALOG = "fs:catalog"
M.CONTROL = "fs:control"
M.CHANGES = "fs:blacklist:changes"

M.ANSWERS = "fs:answers" -- incarnation -> when it last published all its totals, ms

function M.answers(incarnation)
  return "fs:answers:" .. incarnation
end

-- The stream of a kind of reports.
function M.reports(kind)
  return "fs:" .. kind
end

function M.blacklist(kind)
  return "fs:blacklist:" .. kind
end

return M

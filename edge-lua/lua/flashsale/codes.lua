--[[ The outcomes of POST /buy, from contract's codes.tsv: the one table that Java and the edge share.

  Each code becomes {name, status, retry_after, parts}: parts is the answer's JSON up to the order id, cut at what a request
  fills in, so that an answer is printed in pieces and no long string is built. ]]

local M = { by_name = {} }

local function json_text(text)
  return (text:gsub('[%c"\\]', function(c) return (string.format("\\u%04x", c:byte())) end))
end

local function flag(text)
  if text == "1" then return "true" end
  if text == "0" then return "false" end
  error("codes.tsv: a flag is 0 or 1, not " .. tostring(text), 0)
end

-- "opens at {opens}." -> {"opens at ", "opens", "."}: texts at odd places, names at even ones.
local function cut(message)
  local parts, at = {}, 1
  while true do
    local first, last, name = message:find("{(%a+)}", at)
    if not first then break end
    parts[#parts + 1] = message:sub(at, first - 1)
    parts[#parts + 1] = name
    at = last + 1
  end
  parts[#parts + 1] = message:sub(at)
  return parts
end

--[[ parse(text): fills by_name. Throws a sentence about the first line that is wrong. ]]
function M.parse(text)
  for line in text:gmatch("[^\n]+") do
    if not line:find("^#") then
      local name, status, result, throttled, retry_after, _, message =
        line:match("^([A-Z_]+)\t(%d+)\t(%d)\t(%d)\t(%d+)\t(%d)\t([^\t]*)$")
      if not name then error("codes.tsv: cannot read the line " .. line, 0) end
      local parts = cut(json_text(message))
      parts[1] = '{"reponseMsg":"' .. parts[1]
      parts[#parts] = parts[#parts] .. '","repResult":' .. flag(result) .. ',"isThrottled":' .. flag(throttled)
        .. ',"version":"1.0","code":"' .. name .. '"'
      M.by_name[name] = {
        name = name, status = tonumber(status), retry_after = tonumber(retry_after), parts = parts,
      }
    end
  end
  return M.by_name
end

return M

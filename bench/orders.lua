-- Orders of three lines for wrk, each with a key of its own. Arguments: the API key.
local chars = "0123456789abcdef"
local thread_number = 0
local headers

function setup(thread)
  thread:set("number", thread_number)
  thread_number = thread_number + 1
end

function init(args)
  math.randomseed(os.time() * 100 + number)
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[1] }
end

local function key()
  local out = {}
  for place = 1, 32 do
    local at = math.random(1, 16)
    out[place] = chars:sub(at, at)
  end
  return table.concat(out)
end

function request()
  headers["Idempotency-Key"] = key()
  local lines = {}
  local first = math.random(1, 300)
  for place = 1, 3 do
    lines[place] = string.format('{"sku":"BENCH-%d","quantity":%d}', first + (place - 1) * math.random(1, 300), math.random(1, 5))
  end
  local body = string.format(
    '{"legal_entity":"UK01","channel":"web","customer":"B%d","currency":"GBP","lines":[%s]}',
    math.random(1, 1000), table.concat(lines, ","))
  return wrk.format("POST", "/api/v1/orders", headers, body)
end

function response(status, _, body)
  if status ~= 201 then
    io.stderr:write(status .. " " .. body:sub(1, 300) .. "\n")
  end
end

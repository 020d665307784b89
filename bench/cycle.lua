-- Send the requests of a file in turn, and print what wrk measured as one line of JSON.
-- $BENCH_REQUESTS: one request a line, `METHOD<tab>path<tab>session token<tab>content type<tab>body`; without it every
-- request is the URL of the command line. All are formatted before the run: the load generator must stay the faster side.

local requests = {}
local next_request = 0

local function read_requests(name)
  for line in io.lines(name) do
    local method, path, token, content_type, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = {}
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if content_type ~= "" then headers["Content-Type"] = content_type end
    if body == "" then body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function init(args)
  local name = os.getenv("BENCH_REQUESTS")
  if not name then return end
  read_requests(name)
  -- A second run must not repeat the first one's toggles in step.
  math.randomseed(os.time())
  next_request = math.random(#requests) - 1
end

if os.getenv("BENCH_REQUESTS") then
  function request()
    next_request = next_request % #requests + 1
    return requests[next_request]
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "socket_errors": %d, "refused": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end

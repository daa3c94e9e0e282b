-- Posts the body that lies in the file FLTS_BODY; what came of it is told as one line of JSON.
local file = assert(io.open(os.getenv("FLTS_BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()

function done(summary, latency, requests)
  local e = summary.errors
  print(string.format(
    '{"seconds":%.6f,"answers":%d,"failed":%d,"p50":%.4f,"p99":%.4f,"p999":%.4f,"cpu":%.4f}',
    summary.duration / 1e6, summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, os.clock()))
end

-- The result as a CSV line.
done = function(summary, latency, requests)
   io.write("csv,")
   print(string.format("%d,%d,%d,%d", summary.requests, summary.errors.status, summary.errors.connect + summary.errors.read
      + summary.errors.write + summary.errors.timeout, #latency > 0 and 1 or 0))
   local sum = 0
   for i = 1, #latency do
      local value, count = latency(i)
      assert(value >= latency.min and value <= latency.max)
      sum = sum + count
   end
   assert(sum == summary.requests, "counts of latency(i): " .. sum)
   assert(latency.min <= latency.mean and latency.mean <= latency.max)
   assert(latency:percentile(50) <= latency:percentile(99))
   assert(latency.stdev >= 0 and requests.max >= requests.min)
   assert(summary.duration > 0 and summary.bytes > 0)
end

-- Threads are numbered in setup, count in the run, and are read out in done.
local threads = {}

function setup(thread)
   thread:set("id", #threads + 1)
   thread:set("words", {first = "a", list = {1, 2, true}})
   local addrs = wrk.lookup(wrk.host, wrk.port)
   for _, addr in ipairs(addrs) do
      if wrk.connect(addr) then thread.addr = addr end
   end
   assert(tostring(thread.addr) == wrk.host .. ":" .. wrk.port, tostring(thread.addr))
   table.insert(threads, thread)
end

function init(args)
   assert(args[1] == "one" and args[2] == nil, "arguments of the script")
   assert(args[0]:find(wrk.host, 1, true))
   assert(words.first == "a" and words.list[3] == true)
   requests, answers = 0, 0
end

function request()
   requests = requests + 1
   return wrk.format("POST", "/thread/" .. id, {["X-Id"] = id}, "body of " .. id)
end

function response(status, headers, body)
   answers = answers + 1
   if answers == 5 then wrk.thread:stop() end
end

function done(summary)
   for i, thread in ipairs(threads) do
      print("thread", i, thread:get("id"), thread:get("answers"))
   end
end

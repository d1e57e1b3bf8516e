-- Two requests at once.
init = function(args)
   both = wrk.format(nil, "/a") .. wrk.format(nil, "/b")
end

request = function()
   return both
end

-- A counter around wrk's own request, as in wrk's example of setup.
function init(args)
   wrk.init(args)
   wrk.method = "PUT"
   wrk.path = "/own"
   local msg = "at %s, %03d"
   print(msg:format(wrk.thread.addr, 7))
end

function request()
   wrk.path = "/later"
   return wrk.request()
end

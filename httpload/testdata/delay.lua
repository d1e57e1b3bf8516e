-- Each connection waits before it sends.
function delay()
   return 40
end

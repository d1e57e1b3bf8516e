-- The first answer carries a token, and all later requests send it.
local token
local path = "/login"

request = function()
   return wrk.format("GET", path)
end

response = function(status, headers, body)
   if not token and status == 200 then
      token = headers["X-Token"]
      path = "/data"
      wrk.headers["X-Token"] = token
   end
end

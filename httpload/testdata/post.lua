-- A JSON body, sent as POST.
wrk.method = "POST"
wrk.body   = '{"model": "sim", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}'
wrk.headers["Content-Type"] = "application/json"

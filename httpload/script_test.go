package httpload

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// seen is what a server was asked, by method, path and the header X-…
type seen struct {
	mu    sync.Mutex
	times map[string]int
}

func (s *seen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	what := r.Method + " " + r.URL.Path
	for _, name := range []string{"X-Token", "X-Counter", "X-Id"} {
		if v := r.Header.Get(name); v != "" {
			what += " " + v
		}
	}
	s.times[what+" "+string(body)]++
	if r.URL.Path == "/login" {
		w.Header().Set("X-Token", "t1")
	}
}

// runScript runs a script of testdata and returns its result, what it printed, and
// what the server saw.
func runScript(t *testing.T, name string, change func(*Options)) (r *Result, said string, asked map[string]int) {
	t.Helper()
	s := &seen{times: map[string]int{}}
	server := httptest.NewServer(s)
	defer server.Close()
	var out strings.Builder
	o := options(server.URL + "/base")
	o.Script, o.Stdout = filepath.Join("testdata", name), &out
	if change != nil {
		change(&o)
	}
	r = mustRun(t, o)
	if r.Errors.Sockets() || r.Requests == 0 {
		t.Errorf("%s: %d requests, errors %+v", name, r.Requests, r.Errors)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return r, out.String(), s.times
}

func TestScriptPost(t *testing.T) {
	_, _, asked := runScript(t, "post.lua", nil)
	want := `POST /base {"model": "sim", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}`
	if len(asked) != 1 || asked[want] == 0 {
		t.Errorf("asked %v, want only %s", asked, want)
	}
}

// The flags' method, headers and body are what a script finds, and may change.
func TestScriptKeepsFlags(t *testing.T) {
	_, _, asked := runScript(t, "delay.lua", func(o *Options) {
		o.Method, o.Body, o.Headers = "PUT", []byte("x"), []Header{{"X-Id", "7"}}
	})
	if len(asked) != 1 || asked["PUT /base 7 x"] == 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestScriptAuth(t *testing.T) {
	r, _, asked := runScript(t, "auth.lua", nil)
	logins, data := asked["GET /login "], asked["GET /data t1 "]
	if len(asked) != 2 || logins < 2 || logins > 4 || data == 0 { // 2 threads with 2 connections, none of which waits for the other
		t.Errorf("asked %v", asked)
	}
	if int64(logins+data) < r.Requests {
		t.Errorf("%d requests counted of %d", r.Requests, logins+data)
	}
}

func TestScriptCounter(t *testing.T) {
	_, _, asked := runScript(t, "counter.lua", nil)
	for what, times := range asked { // each thread counts on its own
		if times > 2 {
			t.Errorf("%s came %d times, want at most once a thread", what, times)
		}
	}
	// The first thread's first request tells how many there are in one: it is not sent.
	if asked["GET /count/1 1 "] != 1 || asked["GET /count/2 2 "] != 2 {
		t.Errorf("/count/1 came %d times, /count/2 %d times; want 1 and 2", asked["GET /count/1 1 "], asked["GET /count/2 2 "])
	}
}

// 4 connections that wait 40 ms each send at most 4 requests in each 40 ms.
func TestScriptDelay(t *testing.T) {
	r, _, _ := runScript(t, "delay.lua", nil)
	if most := int64(r.Took/(40*time.Millisecond)) * 4; r.Requests > most {
		t.Errorf("%d requests in %v, want at most %d", r.Requests, r.Took, most)
	}
	if r.Latency.Min() > 40_000 {
		t.Errorf("the least latency is %v µs: the delay is in it", r.Latency.Min())
	}
}

func TestScriptReport(t *testing.T) {
	r, said, _ := runScript(t, "report.lua", nil)
	want := "csv," + strconv.FormatInt(r.Requests, 10) + ",0,0,1\n"
	if said != want {
		t.Errorf("it printed %q, want %q", said, want)
	}
}

func TestScriptSetup(t *testing.T) {
	_, said, asked := runScript(t, "setup.lua", func(o *Options) { o.Args, o.Duration = []string{"one"}, time.Minute })
	if want := "thread\t1\t1\t5\nthread\t2\t2\t5\n"; said != want {
		t.Errorf("it printed %q, want %q", said, want)
	}
	if len(asked) != 2 || asked["POST /thread/1 1 body of 1"] < 5 || asked["POST /thread/2 2 body of 2"] < 5 {
		t.Errorf("asked %v", asked)
	}
}

// wrk.request is the request of wrk's own fields as init left them, which a request()
// may return; string.format takes an address, as LuaJIT's does.
func TestScriptOwnRequest(t *testing.T) {
	_, said, asked := runScript(t, "own_request.lua", nil)
	if len(asked) != 1 || asked["PUT /own "] == 0 {
		t.Errorf("asked %v, want only PUT /own", asked)
	}
	if ok, _ := regexp.MatchString(`^(at 127\.0\.0\.1:\d+, 007\n){2}$`, said); !ok {
		t.Errorf("it printed %q", said)
	}
}

func TestScriptPipeline(t *testing.T) {
	r, _, asked := runScript(t, "pipeline.lua", nil)
	if r.Latency.Count()*2 != r.Requests || r.Statuses[200] != r.Requests {
		t.Errorf("%d latencies of %d requests, statuses %v; want one for both", r.Latency.Count(), r.Requests, r.Statuses)
	}
	if len(asked) != 2 || asked["GET /a "] == 0 || asked["GET /b "] == 0 {
		t.Errorf("asked %v", asked)
	}
}

// Each fault names the script, and what is wrong with it, on one line.
func TestScriptFaults(t *testing.T) {
	server := httptest.NewServer(&seen{times: map[string]int{}})
	defer server.Close()
	for _, c := range []struct{ source, want string }{
		{`x = = 1`, "syntax error"},
		{`local ffi = require("ffi")`, "module ffi not found"},
		{`local n = bit.band(1, 2)`, "x.lua:1: attempt to index a non-table object(nil) with key 'band' in `local n = bit.band(1, 2)`"},
		{"\nfunction init(args)\n  wrk.resolve('a')\nend", "x.lua:3: attempt to call a non-function object in `wrk.resolve('a')`"},
		{`local n = bit.band("sk-very-secret")`, "in `local n = bit.band(\"…\")`"},
		{`function request() return 1 end`, "request() returned a number, want a string"},
		{`function request() return "GET / HTTP/1.1" end`, "no whole HTTP request"},
		{`function delay() return "soon" end`, "delay() returned soon, want milliseconds"},
		{`function setup(thread) thread.name = 1 end`, "thread.name cannot be set"},
		{`function setup(thread) thread:close() end`, "thread.close is not supported"},
		{`function setup(thread) thread:set("f", print) end`, "cannot transfer 'function' to thread"},
		{`function response(s, h, b) error("no " .. s) end`, "x.lua:1: no 200"},
		{`function done(s, latency) print(latency.median) end`, "median is not supported"},
		{`wrk.headers["A"] = "b\r\nc: d"`, "header A: want a value on one line"},
		{`wrk.lookup("no.such.host.invalid", "80")`, "unable to resolve no.such.host.invalid:80"},
	} {
		path := filepath.Join(t.TempDir(), "x.lua")
		if err := os.WriteFile(path, []byte(c.source), 0o644); err != nil {
			t.Fatal(err)
		}
		o := options(server.URL)
		o.Script = path
		err := Run(t.Context(), o, func() {}, func(*Result) error { return nil })
		if _, ok := errors.AsType[*ScriptError](err); !ok || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.lua") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s:\n%v\nwant a script's error on one line with %q", c.source, err, c.want)
		}
	}
	o := options(server.URL)
	o.Script = "testdata/none.lua"
	if err := Run(t.Context(), o, func() {}, nil); err == nil || !strings.Contains(err.Error(), "testdata/none.lua") {
		t.Errorf("a script that is not there: %v", err)
	}
}

// A script that never begins the test is ended with the context; one that does reports
// of a test that was interrupted too.
func TestScriptInterrupted(t *testing.T) {
	server := httptest.NewServer(&seen{times: map[string]int{}})
	t.Cleanup(server.Close) // after the parallel cases
	for _, c := range []struct{ name, source, said, fault string }{
		{"loop at the start", `while true do end`, "", ""},
		{"loop in init", `function init() while true do end end`, "", ""},
		{"no loop", `function done(s) print("done") end`, "done\n", ""},
		{"loop in done", `function done(s) print("done") while true do end end`, "done\n", "still running 1s after the test's end, and stopped here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.lua")
			if err := os.WriteFile(path, []byte(c.source), 0o644); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			o := options(server.URL)
			o.Script, o.Duration, o.Stdout = path, time.Hour, &out
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			var got *Result
			err := Run(ctx, o, func() {}, func(r *Result) error {
				got = r
				return nil
			})
			if c.said == "" {
				if err == nil || got != nil {
					t.Errorf("%v, %+v, want an error and no result", err, got)
				}
				return
			}
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) || got == nil || !got.Interrupted || out.String() != c.said {
				t.Errorf("%v, %+v, printed %q; want a result that was interrupted, and %q", err, got, out.String(), c.said)
			}
		})
	}
}

// A call that does not return is stopped soon after the test's time, or its
// interruption, in a coroutine and within a pcall too: what was measured until then is
// told, and where the script was.
func TestScriptEndless(t *testing.T) {
	server := httptest.NewServer(&seen{times: map[string]int{}})
	t.Cleanup(server.Close) // after the parallel cases
	const stopped = "still running 1s after the test's end, and stopped here"
	for _, c := range []struct {
		name, source string
		line         string // where it is stopped; "" = it is for Lua to say
		interrupted  bool
	}{
		{"request", "local n = 0\nfunction request()\n  n = n + 1\n  while n == 5 do end\n  return wrk.format()\nend", ":4: ", false},
		{"request, interrupted", "local n = 0\nfunction request()\n  n = n + 1\n  while n == 5 do end\n  return wrk.format()\nend", ":4: ", true},
		{"response", "function response()\n  pcall(function() while true do end end)\nend", "", false},
		{"delay", "local n = 0\nfunction delay()\n  n = n + 1\n  if n == 5 then coroutine.wrap(function() while true do end end)() end\n  return 0\nend", ":4: ", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.lua")
			if err := os.WriteFile(path, []byte(c.source), 0o644); err != nil {
				t.Fatal(err)
			}
			o := options(server.URL)
			o.Script, o.Duration, o.Threads, o.Connections = path, 200*time.Millisecond, 1, 2
			ctx := t.Context()
			if c.interrupted {
				o.Duration = time.Hour
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
				defer cancel()
			}
			var got *Result
			err := Run(ctx, o, func() {}, func(r *Result) error {
				got = r
				return nil
			})
			if _, ok := errors.AsType[*ScriptError](err); !ok || !strings.Contains(err.Error(), c.line) || !strings.Contains(err.Error(), stopped) {
				t.Errorf("%v, want where it was: %s%s", err, c.line, stopped)
			}
			if got == nil || got.Interrupted != c.interrupted {
				t.Errorf("result %+v, want one", got)
			}
		})
	}
}

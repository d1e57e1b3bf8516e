package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// httpRun runs `llmsweep http` in dir and returns what it said.
func httpRun(t *testing.T, dir string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := llmsweep(t, dir, append([]string{"http"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func wantMatches(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + p).MatchString(text) {
			t.Errorf("no line matches %s in\n%s", p, text)
		}
	}
}

func writeFiles(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A load with wrk's flags, a list of settings, and a config's section, each against
// the simulator.
func TestHTTP(t *testing.T) {
	slow(t)
	url, _ := simulator(t, "--preset", "fast", "--model", "m")
	dir := writeFiles(t, map[string]string{
		"post.lua": `wrk.method = "POST"
wrk.body = '{"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}'
wrk.headers["Content-Type"] = "application/json"
`,
		"body.json": `{"model": "m", "prompt": "Hello", "max_tokens": 4, "stream": true, "stream_options": {"include_usage": true}}`,
		"http.yaml": "results_dir: kept\nhttp:\n  url: " + url + "/v1/completions\n  connections: 3\n  duration: 60s\n" +
			"  headers: {X-Team: '7'}\n  body: '{\"model\": \"m\", \"prompt\": \"Hello\", \"max_tokens\": 4}'\n",
	})

	t.Run("version", func(t *testing.T) { // wrk has -v
		for _, flag := range []string{"-v", "--version"} {
			stdout, _, err := httpRun(t, t.TempDir(), flag)
			if err != nil || !strings.HasPrefix(stdout, "llmsweep dev go") {
				t.Errorf("%s: %v, %q", flag, err, stdout)
			}
		}
	})
	t.Run("flags", func(t *testing.T) {
		stdout, stderr, err := httpRun(t, dir, "-t2", "-c4", "-d300ms", "--latency", "--timeout", "30s", "-s", "post.lua", url+"/v1/chat/completions")
		if err != nil {
			t.Fatalf("%v: %s", err, stderr)
		}
		wantMatches(t, stdout, `^Running 300ms test @ `+url+`/v1/chat/completions$`, `^  2 threads and 4 connections$`,
			`^  Thread Stats   Avg      Stdev     Max   \+/- Stdev$`, `^    Latency .*%$`, `^    Req/Sec .*%$`, `^  Latency Distribution$`, `^     99% `,
			`^  [1-9][0-9]* requests in [0-9.]+ms, .*B read$`, `^Requests/sec: +[0-9.]+$`, `^Transfer/sec: .*B$`)
		if strings.Contains(stdout, "errors") || strings.Contains(stdout, "Non-2xx") {
			t.Errorf("there are errors:\n%s", stdout)
		}
		if _, err := os.Stat(filepath.Join(dir, "results")); err == nil {
			t.Error("a single setting wrote files that nobody asked for")
		}
	})
	t.Run("settings", func(t *testing.T) {
		stdout, stderr, err := httpRun(t, dir, "-c", "1,4", "-t", "1,2", "-d200ms", "--body", "body.json", "-H", "Authorization: Bearer sk-very-secret", url+"/v1/completions")
		if err != nil {
			t.Fatalf("%v: %s", err, stderr)
		}
		wantMatches(t, stdout, `^    TTFT `, `^Output tokens/sec: [1-9]`, `^knee: `, `^peak: .* at [14] connection`, `^threads 1 → 2 at 4 connections: `)
		wantMatches(t, stderr, `^left out: connections 1: want at least as many as threads, 2`)
		files, _ := filepath.Glob(filepath.Join(dir, "results", "http_*_c[14]_t[12].json"))
		if len(files) != 3 {
			t.Fatalf("files %v, want three; stderr: %s", files, stderr)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wantMatches(t, string(data), `"status": "measured"`, `"token_source": "usage"`, `"Authorization"`)
			if strings.Contains(string(data)+stdout+stderr, "sk-very-secret") {
				t.Error("the key is in a file or a message")
			}
		}
	})
	t.Run("config", func(t *testing.T) { // a flag goes before what it says
		stdout, stderr, err := httpRun(t, dir, "--config", "http.yaml", "-d200ms")
		if err != nil {
			t.Fatalf("%v: %s", err, stderr)
		}
		wantMatches(t, stdout, `^  2 threads and 3 connections$`)
		wantMatches(t, stderr, `^kept/http_.*_c3_t2.json$`)
	})
	t.Run("interrupted", func(t *testing.T) {
		cmd := llmsweep(t, dir, "http", "-d1h", "--results-dir", "cut", url+"/sim/plain?delay=5ms")
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(500*time.Millisecond, func() { _ = cmd.Process.Signal(os.Interrupt) })
		if exit, ok := cmd.Wait().(*exec.ExitError); !ok || exit.ExitCode() != exitInterrupted {
			t.Errorf("%v, want status %d", exit, exitInterrupted)
		}
		wantMatches(t, out.String(), `^Requests/sec: `, `^Interrupted after .* of 1h0m0s$`)
		wantMatches(t, errs.String(), `^cut/http_`, `^interrupted: `)
	})
	t.Run("nothing measured", func(t *testing.T) {
		stdout, stderr, err := httpRun(t, dir, "-d100ms", "-c2", url+"/nothing")
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != exitFailed {
			t.Errorf("%v, want status %d", err, exitFailed)
		}
		wantMatches(t, stdout, `^  Non-2xx or 3xx responses: [1-9]`)
		wantMatches(t, stderr, `every answer was an error, most with status 404 \(the path or the method is wrong\)`)
	})
	t.Run("nothing measured by any setting", func(t *testing.T) {
		stdout, stderr, _ := httpRun(t, dir, "-d100ms", "-c1,2", url+"/nothing")
		wantMatches(t, stdout, `^no setting tells what the server can do:\n  1 connection: every answer was an error\n  2 connections: every answer was an error\n\nconns `)
		if strings.Contains(stdout, "knee") || strings.Contains(stdout, "peak") || strings.Contains(stdout, "capacity") {
			t.Errorf("errors are read as throughput:\n%s", stdout)
		}
		wantMatches(t, stderr, `^connections 1, threads 1: .* every answer was an error`, `^connections 2, threads 2: `)
	})
	t.Run("no folder", func(t *testing.T) { // told before anything is sent
		stdout, stderr, err := httpRun(t, dir, "-d1h", "--results-dir", "post.lua/x", url+"/sim/plain")
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != exitUsage || stdout != "" {
			t.Errorf("%v, want status %d and no report:\n%s", err, exitUsage, stdout)
		}
		wantMatches(t, stderr, `^http: mkdir post.lua: not a directory; make its parent writable or choose another --results-dir$`)
	})
}

// A server that goes in the midst of a list: the settings before are compared.
func TestHTTPServerGone(t *testing.T) {
	slow(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { // of each setting a probe and the connections: 1 + 1, 1 + 2
		for range 5 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
					}
				}
			}()
		}
		l.Close()
	}()
	stdout, stderr, err := httpRun(t, t.TempDir(), "-d100ms", "-c1,2,3", "http://"+l.Addr().String())
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != exitFailed {
		t.Errorf("%v, want status %d", err, exitFailed)
	}
	wantMatches(t, stdout, `^knee: `, `^peak: `, `^    1 +1 `, `^    2 +2 `)
	wantMatches(t, stderr, `^connections 3, threads 2: unable to connect to `)
}

package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

// inProcess is a simulated server without a socket yet.
func inProcess(t *testing.T, model string) *simserver.Server {
	t.Helper()
	tok, err := tokenizer.Load("builtin:qwen3", tokenizer.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := simserver.New(simserver.Config{Model: model, Tokenizer: tok, TTFT: 20 * time.Millisecond, ITL: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// A protoLog notes which version of HTTP requests for completions came by.
type protoLog struct {
	http.Handler
	mu    sync.Mutex
	count map[string]int
}

func (p *protoLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/completions") {
		p.mu.Lock()
		if p.count == nil {
			p.count = map[string]int{}
		}
		p.count[r.Proto]++
		p.mu.Unlock()
	}
	p.Handler.ServeHTTP(w, r)
}

const onePair = "model: m\ntokenizer: builtin:qwen3\nprompt_overhead: tokenizer\nwarmup: 2\ninput_output: [[24, 6]]\nconcurrency_prompts: [[2, 8]]\n"

// A run over TLS with HTTP/2, and one over a Unix socket: measured, with the way
// there in the case file, and no warning that does not belong.
func TestRunByOtherTransports(t *testing.T) {
	log := &protoLog{Handler: inProcess(t, "m")}
	secure := httptest.NewUnstartedServer(log)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	folder, err := os.MkdirTemp("", "sock") // t.TempDir's may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	socket := filepath.Join(folder, "s.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	local := httptest.NewUnstartedServer(log)
	local.Listener.Close()
	local.Listener = l
	local.Start()
	defer local.Close()

	for _, tt := range []struct {
		name, keys, proto, notes string
		warns                    bool
	}{
		{"tls", "base_url: " + secure.URL + "\ntls: {ca: ca.pem}\nprotocol: http2\nready: /v1/models\n", "HTTP/2.0", "by HTTP/2.0 and net/http: ", false},
		{"insecure", "base_url: " + secure.URL + "\ntls: {insecure: true}\n", "HTTP/1.1", "tls.insecure: the server's certificate was not checked", true},
		{"socket", "base_url: unix://" + socket + "\nready: probe\n", "HTTP/1.1", "", false},
	} {
		dir := t.TempDir()
		writeFile(t, dir, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
		log.count = nil
		writeConfig(t, dir, "%s%s", onePair, tt.keys)
		_, stderr := sweepIn(t, dir, exitOK)
		if n := strings.Count(stderr, "tls.insecure"); (n == 1) != tt.warns || n > 1 {
			t.Errorf("%s: %d warnings of tls.insecure\n%s", tt.name, n, stderr)
		}
		f := readCase(t, dir, "bench_io24x6_mc2_np8")
		if f.Status != "measured" || f.Completed != 8 || !strings.Contains(strings.Join(f.Notes, "\n"), tt.notes) {
			t.Errorf("%s: %s, %d completed, notes %q", tt.name, f.Status, f.Completed, f.Notes)
		}
		if len(log.count) != 1 || log.count[tt.proto] < 10 {
			t.Errorf("%s: requests by %v, want ten or more by %s", tt.name, log.count, tt.proto)
		}
		if tt.proto == "HTTP/2.0" && f.Server["protocol"] != "http2" {
			t.Errorf("%s: server %v", tt.name, f.Server)
		}
		if counted, _ := f.Server["server_counters"].(map[string]any); counted["requests_finished"] != 10.0 {
			t.Errorf("%s: the server counted %v, want 8 requests and 2 of warm-up", tt.name, counted)
		}
	}
}

// Two simulators get exactly half of the requests each; each has its own counters,
// and another client on one of them is told of that one.
func TestTwoServersInTurn(t *testing.T) {
	a, _ := simulator(t, "--ttft", "20ms", "--itl", "5ms", "--model", "m")
	b, _ := simulator(t, "--ttft", "20ms", "--itl", "5ms", "--model", "m")
	dir := t.TempDir()
	writeConfig(t, dir, "%sbase_url: [%s, %s]\n", onePair, a, b)
	stdout, _ := sweepIn(t, dir, exitOK)
	f := readCase(t, dir, "bench_io24x6_mc2_np8")
	if got := fmt.Sprint(f.Server["base_url"]); got != fmt.Sprintf("[%s %s]", a, b) {
		t.Errorf("base_url %s in the case file", got)
	}
	if len(f.Validity.Reasons) > 0 && strings.Contains(strings.Join(f.Validity.Reasons, " "), "foreign") {
		t.Errorf("foreign traffic: %q\n%s", f.Validity.Reasons, stdout)
	}
	counters, _ := f.Server["server_counters"].(map[string]any)
	told := map[string]int{}
	for _, r := range recordsOf(t, dir, "bench_io24x6_mc2_np8") {
		told[r.Server]++
	}
	for _, u := range []string{a, b} {
		each, _ := counters[u].(map[string]any)
		if told[u] != 5 || each["requests_finished"] != 5.0 {
			t.Errorf("%s: %d requests by the records, %v by the server; want 5, half of 8 and 2 of warm-up", u, told[u], each)
		}
	}
}

// A renaming is a server that has adapters beside its model, and counts who is
// asked for.
type renaming struct {
	http.Handler
	mu    sync.Mutex
	asked map[string]int
}

func (s *renaming) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/models" {
		fmt.Fprint(w, `{"object":"list","data":[{"id":"m"},{"id":"adapter-a"},{"id":"adapter-b"}]}`)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	for _, name := range []string{"m", "adapter-a", "adapter-b"} {
		if written := []byte(`"model":"` + name + `"`); bytes.Contains(body, written) {
			s.mu.Lock()
			s.asked[name]++
			s.mu.Unlock()
			body = bytes.Replace(body, written, []byte(`"model":"m"`), 1)
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	s.Handler.ServeHTTP(w, r)
}

// taken is how often each name was asked for since it was last called.
func (s *renaming) taken() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = map[string]int{}
	return asked
}

// Adapters by weight in a sweep, and by vLLM's flag in bench: what the server was
// asked is what the records and the notes say, twice the same for the same seed.
func TestAdaptersByWeight(t *testing.T) {
	s := &renaming{Handler: inProcess(t, "m"), asked: map[string]int{}}
	server := httptest.NewServer(s)
	defer server.Close()
	dir := t.TempDir()
	writeConfig(t, dir, "%sbase_url: %s\nlora: {adapter-a: 3, adapter-b: 1}\n", onePair, server.URL)
	var first map[string]int
	for range 2 {
		sweepIn(t, dir, exitOK, "--fresh")
		asked := s.taken()
		measured, all := map[string]int{}, map[string]int{}
		for _, r := range recordsOf(t, dir, "bench_io24x6_mc2_np8") {
			all[r.Model]++
			if !r.Warmup {
				measured[r.Model]++
			}
		}
		if fmt.Sprint(all) != fmt.Sprint(asked) || all["adapter-a"] <= all["adapter-b"] || all["adapter-b"] == 0 {
			t.Errorf("the records say %v, the server %v", all, asked)
		}
		want := fmt.Sprintf("lora: measured requests by adapter: adapter-a %d, adapter-b %d", measured["adapter-a"], measured["adapter-b"])
		if f := readCase(t, dir, "bench_io24x6_mc2_np8"); !strings.Contains(strings.Join(f.Notes, "\n"), want) {
			t.Errorf("notes %q, want %q", f.Notes, want)
		}
		if first == nil {
			first = all
		} else if fmt.Sprint(first) != fmt.Sprint(all) {
			t.Errorf("%v, and again %v", first, all)
		}
	}

	bench := llmsweep(t, dir, strings.Fields("bench --model m --tokenizer builtin:qwen3 --base-url "+server.URL+
		" --random-input-len 24 --random-output-len 4 --num-prompts 12 --lora-modules adapter-a adapter-b --seed 3")...)
	if out, err := bench.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if asked := s.taken(); asked["adapter-a"]+asked["adapter-b"] != 12 || asked["adapter-a"] == 0 || asked["adapter-b"] == 0 {
		t.Errorf("bench asked for %v", asked)
	}
	writeConfig(t, dir, "%sbase_url: %s\nlora: [adapter-c]\n", onePair, server.URL)
	if _, stderr := sweepIn(t, dir, exitUsage); !strings.Contains(stderr, "model: adapter-c is not served at "+server.URL+", which lists m, adapter-a, adapter-b; did you mean adapter-a?") {
		t.Errorf("an adapter that is not there:\n%s", stderr)
	}
}

package httpload

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// result is one whose figures are known: latencies of 50 ms, nine times, and of 150
// ms: mean 60 ms, stdev √(10000·(9·0.01 + 0.81)/9) = 31.62 ms, 90 % within.
func result() *Result {
	r := &Result{
		Options: Options{
			URL: "http://me:secret1@127.0.0.1:8000/v1?api_key=secret2&n=1", Threads: 2, Connections: 5, Duration: time.Minute, Timeout: 2 * time.Second,
			Headers: []Header{{"Authorization", "Bearer secret3"}}, Body: []byte("secret4"), Latency: true,
		},
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Took: 60 * time.Second, Requests: 10, Bytes: 7680,
		Statuses: map[int]int64{200: 9, 500: 1}, Errors: Errors{Status: 1},
		Latency: newLatencyTally(), PerSec: newRateTally(), SendLag: newLatencyTally(), TTFT: newLatencyTally(),
	}
	r.Latency.add(50_000, 9)
	r.Latency.add(150_000, 1)
	r.PerSec.add(1000, 2)
	return r
}

// The lines are those of wrk 4.1.0's print_stats and main for these figures.
func TestReport(t *testing.T) {
	r := result()
	var b strings.Builder
	if err := r.Options.PrintStart(&b); err != nil {
		t.Fatal(err)
	}
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	want := `Running 1m test @ http://me:xxxxx@127.0.0.1:8000/v1?api_key=xxxxx&n=1
  2 threads and 5 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    60.00ms   31.62ms 150.00ms   90.00%
    Req/Sec     1.00k     0.00     1.00k   100.00%
  Latency Distribution
     50%   50.00ms
     75%   50.00ms
     90%   50.00ms
     99%  150.00ms
  10 requests in 1.00m, 7.50KB read
  Non-2xx or 3xx responses: 1
Requests/sec:      0.17
Transfer/sec:     128.00B
`
	// HdrHistogram's values are to 0.1 %.
	got := strings.NewReplacer("50.02ms", "50.00ms", "50.01ms", "50.00ms").Replace(b.String())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The lines beyond wrk's come where there is something to say.
func TestReportRemarks(t *testing.T) {
	r := result()
	r.Errors = Errors{Connect: 1, Read: 2, Write: 3, Timeout: 4}
	r.Unanswered, r.Streams, r.Broken, r.OutputTokens, r.Uncounted, r.Interrupted = 5, 10, 1, 600, 2, true
	r.Options.Corrected = true // 60 s of 5 connections with 2 answers each: 30 s, which no latency reaches
	r.TTFT.add(20_000, 9)
	var b strings.Builder
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"    TTFT       20.00ms    0.00us  20.00ms  100.00%",
		"  TTFT Distribution",
		"  Socket errors: connect 1, read 2, write 3, timeout 4",
		"  Unanswered: 5 requests had waited for 2s or more when the test ended",
		"  Broken streams: 1 of 10",
		"Output tokens/sec: 10.00 (600 tokens of 9 streams, 2 without usage: events counted)",
		"Latencies are corrected by the expected interval of 30.00s, as HdrHistogram does: a late answer stands for the requests that it held up",
		"Interrupted after 1m0s of 1m0s",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

// No secret reaches a file: not the URL's, not a header's, not the body's.
func TestCaseFile(t *testing.T) {
	r := result()
	dir := filepath.Join(t.TempDir(), "results")
	path, err := r.CaseFile("v1").Save(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "http_20260102T030405Z_c5_t2.json"); path != want {
		t.Errorf("it is at %s, want %s", path, want)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "secret") {
		t.Errorf("a secret is in the file:\n%s", data)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"schema": "llmsweep-http-1", "status": "measured", "requests": 10.0, "requests_per_sec": 10.0 / 60, "bytes_per_answer": 768.0, "latency_from": "sent",
		"method": "POST", "timeout_s": 2.0,
	} {
		if got[key] != want {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
	latency, _ := got["latency_ms"].(map[string]any)
	if latency["mean"] != 60.0 || latency["max"] != 150.0 || latency["count"] != 10.0 {
		t.Errorf("latency_ms %v", latency)
	}
}

func TestTable(t *testing.T) {
	a, b := result(), result()
	b.Options.Connections, b.Requests = 10, 20
	var out strings.Builder
	if err := PrintTable(&out, []*CaseFile{a.CaseFile("v"), b.CaseFile("v")}); err != nil {
		t.Fatal(err)
	}
	want := `knee: 10 connections (0.33 requests/s at 60.00ms on average), the best balance of throughput and latency
peak: 0.33 requests/s at 10 connections, 60.00ms on average

conns  threads  latency    stdev       max  requests  total  transfer  errors
                    avg                         /sec             /sec
───────────────────────────────────────────────────────────────────────────────
    5        2  60.00ms  31.62ms  150.00ms      0.17     10   128.00B       1
   10        2  60.00ms  31.62ms  150.00ms      0.33     20   128.00B       1

`
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("%s\nwant it to begin with\n%s", got, want)
	}
}

// A mean has the digits that wrk's report gives it.
func TestTableMean(t *testing.T) {
	a := result()
	a.Latency = newLatencyTally()
	a.Latency.add(190, 2)
	a.Latency.add(191, 1)
	if got := spans(a.CaseFile("v").Latency)[0]; got != "190.33us" {
		t.Errorf("%v, want 190.33us", got)
	}
}

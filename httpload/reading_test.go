package httpload

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// published reads a table of wrk's figures.
func published(t *testing.T, path string) []Point {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var points []Point
	for _, row := range rows[1:] {
		at := func(name string) string {
			if i := slices.Index(rows[0], name); i >= 0 {
				return row[i]
			}
			return ""
		}
		num := func(name string) float64 {
			text := at(name)
			if text == "" {
				return math.NaN()
			}
			x, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		p := Point{
			Threads: int(num("threads")), Connections: int(num("connections")), Requests: int64(num("requests")),
			MeanS: num("latency_avg_s"), MaxS: num("latency_max_s"), ReqPerSec: num("requests_per_sec"),
		}
		if ms := num("latency_avg_ms"); !math.IsNaN(ms) {
			p.MeanS = ms / 1000
		}
		switch read := at("read_bytes"); {
		case strings.HasSuffix(read, "KB"):
			p.Bytes = 1024
			read = strings.TrimSuffix(read, "KB")
			x, _ := strconv.ParseFloat(read, 64)
			p.Bytes *= x
		case strings.HasSuffix(read, "MB"):
			x, _ := strconv.ParseFloat(strings.TrimSuffix(read, "MB"), 64)
			p.Bytes = x * 1024 * 1024
		default:
			p.Bytes = num("read_kb") * 1024
		}
		if n := num("socket_timeout"); !math.IsNaN(n) {
			p.Errors.Timeout = int64(n)
		}
		points = append(points, p)
	}
	return points
}

// The reading of its author: threads make no difference, the best balance is at 100
// connections, the most requests/s at 200, about 750 bytes an answer.
func TestReadA40(t *testing.T) {
	points := published(t, "testdata/wrk_a40_deepseek_14b.csv")
	r := Read(points)
	if p := points[r.Knee]; p.Connections != 100 {
		t.Errorf("the knee is at %d connections, want 100", p.Connections)
	}
	if p := points[r.Peak]; p.Connections != 200 || p.ReqPerSec != 36.60 {
		t.Errorf("the peak is %v at %d, want 36.60 at 200", p.ReqPerSec, p.Connections)
	}
	if len(r.Threads) != 1 || math.Abs(r.Threads[0].Change) >= 0.01 || points[r.Threads[0].To].Threads != 100 {
		t.Errorf("threads %+v, want one step from 10 to 100 of under 1 %%", r.Threads)
	}
	if r.LeastBytes < 750 || r.MostBytes > 770 || r.LeastBytes > r.MostBytes {
		t.Errorf("%v to %v bytes an answer, want 750 to 770", r.LeastBytes, r.MostBytes)
	}
	if r.NearLimit || r.Saturated {
		t.Errorf("near its limit %v, saturated %v, want neither", r.NearLimit, r.Saturated)
	}
	// 100 → 200: (36.60 / 26.67 − 1) / (2 − 1)
	if want := 36.60/26.67 - 1; math.Abs(r.Gain-want) > 1e-9 {
		t.Errorf("gain %v, want %v", r.Gain, want)
	}
	wantLines(t, r.Lines(points), "threads 10 → 100 at 100 connections: +0.1 % requests/s, threads make no difference",
		"knee: 100 connections (26.67 requests/s at 3.62s on average)", "peak: 36.60 requests/s at 200 connections, 5.27s on average",
		"capacity: somewhat above 36.60 requests/s: 100 → 200 connections brought +37 % requests/s and +46 % latency",
		"an answer: 765 to 767 bytes") // 1.17 MB / 1603, 1.61 MB / 2200
}

func TestReadChatAPI(t *testing.T) {
	points := published(t, "testdata/wrk_chat_api.csv")
	r := Read(points)
	if p := points[r.Knee]; p.Connections != 20 || p.Errors.Timeout != 2 {
		t.Errorf("the knee is at %d connections with %d timeouts, want 20 with 2", p.Connections, p.Errors.Timeout)
	}
	if len(r.Threads) != 0 || !r.NearLimit {
		t.Errorf("%d steps of threads, near its limit %v; want none, and near it", len(r.Threads), r.NearLimit)
	}
	wantLines(t, r.Lines(points), "knee: 20 connections", "errors at 20 connections: 2 timeout", "warning: the limit is near")
}

func wantLines(t *testing.T, lines []string, beginnings ...string) {
	t.Helper()
	for _, want := range beginnings {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("no line begins with %q in:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

// A server that does no more at more connections is at its capacity.
func TestReadSaturated(t *testing.T) {
	points := []Point{
		{Connections: 10, Threads: 2, Requests: 100, Bytes: 1000, MeanS: 0.1, ReqPerSec: 100},
		{Connections: 20, Threads: 2, Requests: 100, Bytes: 1000, MeanS: 0.19, ReqPerSec: 105, Errors: Errors{Status: 3}, Statuses: map[int]int64{200: 97, 429: 3}},
	}
	r := Read(points)
	if !r.Saturated || r.Knee != 0 || r.Peak != 1 {
		t.Errorf("saturated %v, knee %d, peak %d; want true, 0, 1", r.Saturated, r.Knee, r.Peak)
	}
	if points[1].Statuses = map[int]int64{401: 3}; Read(points).NearLimit {
		t.Error("a wrong key is taken for a limit that is near")
	}
	points[1].Statuses = map[int]int64{200: 97, 429: 3}
	wantLines(t, r.Lines(points), "capacity: about 105.00 requests/s", "errors at 20 connections: 3 non-2xx or 3xx, most 429 (the server sheds load)",
		"an answer: 10 bytes")
	if lines := (&Reading{Knee: -1, Peak: -1, Before: -1}).Lines(nil); len(lines) != 0 {
		t.Errorf("of nothing it says %q", lines)
	}
}

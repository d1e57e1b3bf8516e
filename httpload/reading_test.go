package httpload

import (
	"encoding/csv"
	"math"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
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
	wantLines(t, said(&r, points), "threads 10 → 100 at 100 connections: +0.1 % requests/s, threads make no difference",
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
	wantLines(t, said(&r, points), "knee: 20 connections", "errors at 20 connections: 2 timeout", "warning: the limit is near")
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
	wantLines(t, said(&r, points), "capacity: about 105.00 requests/s", "errors at 20 connections: 3 non-2xx or 3xx, most 429 (the server sheds load)",
		"an answer: 10 bytes")
	none := Read(nil)
	if lines := said(&none, nil); len(lines) != 0 {
		t.Errorf("of nothing it says %q", lines)
	}
}

// said is all that a reading says.
func said(r *Reading, points []Point) []string { return append(r.Answer(points), r.Lines(points)...) }

// A setting whose answers are errors has no part in knee, peak and capacity, however
// fast they came; where all are such, there is none of these.
func TestReadErrorsAlone(t *testing.T) {
	good := Point{Connections: 10, Threads: 2, Requests: 1000, Bytes: 20_000, MeanS: 0.1, ReqPerSec: 100}
	shed := Point{Connections: 20, Threads: 2, Requests: 50_000, Bytes: 50_000, MeanS: 0.001, ReqPerSec: 5000, Errors: Errors{Status: 49_000}, Statuses: map[int]int64{200: 1000, 503: 49_000}}
	late := Point{Connections: 30, Threads: 2, Requests: 30, Bytes: 600, MeanS: math.NaN(), ReqPerSec: 3, Errors: Errors{Timeout: 30}}
	all := Point{Connections: 40, Threads: 2, Requests: 500, Bytes: 500, MeanS: 0.001, ReqPerSec: 9000, Errors: Errors{Status: 500}, Statuses: map[int]int64{404: 500}}

	points := []Point{good, shed, late, all}
	r := Read(points)
	if r.Knee != 0 || r.Peak != 0 || r.Before != -1 || len(r.Doubtful) != 3 || r.LeastBytes != 20 || r.MostBytes != 20 {
		t.Errorf("%+v, want knee and peak of the first, no step, 20 bytes", r)
	}
	lines := said(&r, points)
	wantLines(t, lines, "no part of the reading", "  20 connections: 49000 of 50000 requests came to nothing", "  30 connections: every answer came after the timeout",
		"  40 connections: every answer was an error", "errors at 20 connections: 49000 non-2xx or 3xx, most 503 (the server sheds load)")
	if !strings.HasPrefix(lines[0], "no part of the reading") {
		t.Errorf("it begins with %q", lines[0])
	}

	points = []Point{all, all}
	r = Read(points)
	lines = said(&r, points)
	if lines[0] != "no setting tells what the server can do:" || slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "knee") || strings.HasPrefix(l, "peak") || strings.HasPrefix(l, "capacity") || strings.HasPrefix(l, "threads")
	}) {
		t.Errorf("of errors alone it says\n%s", strings.Join(lines, "\n"))
	}

	// A tenth is the bound.
	good.Errors.Timeout = 100
	if points = []Point{good}; Read(points).Knee != 0 {
		t.Error("with a tenth of timeouts there is no knee")
	}
	good.Errors.Timeout = 101
	if points = []Point{good}; Read(points).Knee != -1 {
		t.Error("with more than a tenth of timeouts there is a knee")
	}
}

// That this side may open no more files is told as such, not as the server's limit.
func TestReadOwnLimit(t *testing.T) {
	p := Point{Connections: 1000, Threads: 2, Requests: 100, Bytes: 1000, MeanS: 0.1, ReqPerSec: 100, Errors: Errors{Connect: 700}}
	p.FirstError = "connect: " + cause(&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}).Error()
	points := []Point{p}
	r := Read(points)
	if r.NearLimit || r.Knee >= 0 {
		t.Errorf("near its limit %v, knee %d: it is taken for the server's limit, and for 1000 connections", r.NearLimit, r.Knee)
	}
	wantLines(t, r.Answer(points), "  1000 connections: not all connections could be opened: too many open files on this side")
	wantLines(t, r.Lines(points), "errors at 1000 connections: 700 connect (too many open files on this side; raise ulimit -n, or take fewer connections)")
	points[0].FirstError = "connect: connection refused"
	if !Read(points).NearLimit {
		t.Error("refused connections are not taken for the server's limit")
	}
}

// Where not even the setting of fewest connections had an answer in time, the timeout
// is what is wrong: nothing says that load is.
func TestReadShortTimeout(t *testing.T) {
	late := func(connections int) Point {
		return Point{Connections: connections, Threads: 1, Requests: 6, TimeoutS: 0.1, MeanS: math.NaN(), ReqPerSec: 6, Errors: Errors{Timeout: 6}, Unanswered: 1}
	}
	points := []Point{late(10), late(1)}
	r := Read(points)
	if r.NearLimit || r.Short != 1 {
		t.Errorf("near its limit %v, short at %d; want not, and at 1", r.NearLimit, r.Short)
	}
	wantLines(t, r.Lines(points), "errors at 1 connection: 6 timeout (answers took longer than the timeout of 0.1 s); 1 unanswered",
		"errors at 10 connections: 6 timeout (answers took longer than the timeout of 0.1 s: requests wait in a queue)",
		"warning: no answer came within the timeout even at 1 connection: take a longer one")
	points = []Point{late(10), late(20)}
	r = Read(points)
	wantLines(t, r.Lines(points), "warning: no answer came within the timeout even at 10 connections: take a longer one, or fewer connections")
	points = []Point{late(10), {Connections: 2, Threads: 1, Requests: 100, MeanS: 0.05, ReqPerSec: 40}}
	if r = Read(points); !r.NearLimit || r.Short != -1 {
		t.Errorf("near its limit %v, short at %d; want near it: two connections had answers", r.NearLimit, r.Short)
	}
}

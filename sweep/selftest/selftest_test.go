package selftest

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// at makes instants, ns, of ms.
func at(ms ...float64) []int64 {
	var list []int64
	for _, x := range ms {
		list = append(list, int64(math.Round(x*1e6)))
	}
	return list
}

func TestCompareTruth(t *testing.T) {
	const start = int64(1_700_000_000_000_000_000) // Unix ns of the records' instant 0
	for _, tt := range []struct {
		name       string
		r          metrics.Record
		writes     []int64 // since start
		compared   int
		ttft, user []float64 // ms
		itl, itlU  []float64
	}{
		// Off by 0.2, 0.1 and 0.4 ms: gaps by 0.1 − 0.2 and 0.4 − 0.1. With the lags
		// by 0.7, 0.1 and 1.4: gaps by 0.1 − 0.7 and 1.4 − 0.1.
		{"late", metrics.Record{ID: "r", Arrivals: at(100.2, 110.1, 120.4), Lags: []int32{500, 0, 1000}}, at(100, 110, 120), 1,
			[]float64{0.2}, []float64{0.7}, []float64{0.1, 0.3}, []float64{0.6, 1.3}},
		// A clock set back between write and arrival: 0.3 early.
		{"early", metrics.Record{ID: "r", Arrivals: at(99.7, 110)}, at(100, 110), 1,
			[]float64{0.3}, []float64{0.3}, []float64{0.3}, []float64{0.3}},
		// Three events in one read at 130: the gaps of 10 ms are seen as 0.
		{"shared read", metrics.Record{ID: "r", Arrivals: at(130, 130, 130)}, at(110, 120, 130), 1,
			[]float64{20}, []float64{20}, []float64{10, 10}, []float64{10, 10}},
		{"one event", metrics.Record{ID: "r", Arrivals: at(5), Lags: []int32{2000}}, at(4), 1,
			[]float64{1}, []float64{3}, nil, nil},
		{"warm-up", metrics.Record{ID: "r", Warmup: true, Arrivals: at(5)}, at(4), 0, nil, nil, nil, nil},
		{"failed", metrics.Record{ID: "r", ErrorClass: "reset", Arrivals: at(5)}, at(4), 0, nil, nil, nil, nil},
		{"an event lost", metrics.Record{ID: "r", Arrivals: at(5)}, at(4, 5), 0, nil, nil, nil, nil},
		{"not in the truth", metrics.Record{ID: "other", Arrivals: at(5)}, at(4), 0, nil, nil, nil, nil},
		{"nothing came", metrics.Record{ID: "other"}, nil, 0, nil, nil, nil, nil},
	} {
		for i := range tt.writes {
			tt.writes[i] += start
		}
		e := compareTruth([]metrics.Record{tt.r}, start, map[string][]int64{"r": tt.writes})
		if e.compared != tt.compared || !slices.Equal(e.ttftKernel, tt.ttft) || !slices.Equal(e.ttftUser, tt.user) ||
			!slices.Equal(e.itlKernel, tt.itl) || !slices.Equal(e.itlUser, tt.itlU) {
			t.Errorf("%s: %+v, want %d compared, TTFT %v (user %v), ITL %v (user %v)", tt.name, e, tt.compared, tt.ttft, tt.user, tt.itl, tt.itlU)
		}
	}
}

func TestQuantiles(t *testing.T) {
	xs := make([]float64, 101)
	for i := range xs {
		xs[i] = float64(100 - i)
	}
	if got, want := quantiles(xs), (Quantiles{50, 99, 100}); got != want {
		t.Errorf("quantiles of 0…100: %v, want %v", got, want)
	}
	if got := quantiles(nil); got.P50.Defined() || got.P99.Defined() || got.Max.Defined() {
		t.Errorf("quantiles of nothing: %v, want none defined", got)
	}
}

// row is a paced row that can be trusted, but for what change does to it.
func row(streams int, change func(*Row)) Row {
	r := Row{Load: Paced, Streams: streams, Requests: 10, Compared: 10, EventsPerS: runlog.Float(80 * streams)}
	r.TTFT.Kernel.P99, r.ITL.Kernel.P99, r.ReaderLagP99 = 0.2, 0.1, 0.3
	if change != nil {
		change(&r)
	}
	return r
}

func TestSelfTestRule(t *testing.T) {
	nan := runlog.NaN()
	for _, tt := range []struct {
		name   string
		change func(*Row)
		doubt  string // "" = trusted
	}{
		{"good", nil, ""},
		{"TTFT error at the limit", func(r *Row) { r.TTFT.Kernel.P99 = 1 }, ""},
		{"TTFT error above", func(r *Row) { r.TTFT.Kernel.P99 = 1.01 }, "TTFT error p99 1.01 ms, limit 1"},
		{"TTFT error unknown", func(r *Row) { r.TTFT.Kernel.P99 = nan }, "TTFT error p99 NaN ms, limit 1"},
		{"ITL error at the limit", func(r *Row) { r.ITL.Kernel.P99 = 1 }, ""},
		{"ITL error above", func(r *Row) { r.ITL.Kernel.P99 = 2 }, "ITL error p99 2 ms, limit 1"},
		{"reader lag below the limit", func(r *Row) { r.ReaderLagP99 = 0.999 }, ""},
		{"reader lag at the limit", func(r *Row) { r.ReaderLagP99 = 1 }, "reader lag p99 1 ms, want below 1"},
		{"reader lag unknown", func(r *Row) { r.ReaderLagP99 = nan }, ""},
		{"user clock, largest errors and send lag do not count", func(r *Row) {
			r.TTFT.User.P99, r.ITL.User.P99, r.TTFT.Kernel.Max, r.SendLagP99 = 50, 50, 50, 50
		}, ""},
		{"a failure", func(r *Row) { r.Failed, r.FirstError, r.Compared = 1, "reset", 9 }, "1 of 10 requests failed (reset)"},
		{"one not in the truth", func(r *Row) { r.Compared = 9 }, "1 of 10 requests are not in the ground truth as they were seen"},
		{"not run", func(r *Row) { r.Skipped = "too few files" }, "not run: too few files"},
	} {
		r := row(16, tt.change)
		if got := strings.Join(r.doubts(), "; "); got != tt.doubt {
			t.Errorf("%s: doubts %q, want %q", tt.name, got, tt.doubt)
		}
	}
}

func TestTrustedIsTheLargestGoodRow(t *testing.T) {
	bad := func(r *Row) { r.ReaderLagP99 = 5 }
	flood := row(256, func(r *Row) { r.Load = Flood })
	for _, tt := range []struct {
		name    string
		rows    []Row
		trusted int // streams; 0 = none
		largest int
	}{
		{"all good", []Row{row(1, nil), row(64, nil), flood}, 64, 64},
		{"the last is bad", []Row{row(1, nil), row(64, nil), row(256, bad), flood}, 64, 256},
		{"a bad one between", []Row{row(1, nil), row(64, bad), row(256, nil), flood}, 256, 256},
		{"none good", []Row{row(1, bad), flood}, 0, 1},
		{"the last was not run", []Row{row(1, nil), row(64, func(r *Row) { r.Skipped = "files" }), flood}, 1, 1},
		{"only a flood", []Row{flood}, 0, 0},
	} {
		s := Result{Rows: tt.rows}
		s.judge()
		got := 0
		if s.Trusted != nil {
			got = s.Trusted.Streams
			if want := (TrustedLoad{got, runlog.Float(80 * got), 0.2, 0.1}); *s.Trusted != want {
				t.Errorf("%s: %+v, want %+v", tt.name, *s.Trusted, want)
			}
		}
		if got != tt.trusted || s.Largest != tt.largest {
			t.Errorf("%s: trusted %d, largest %d, want %d, %d", tt.name, got, s.Largest, tt.trusted, tt.largest)
		}
	}
}

func TestSelfTestPrint(t *testing.T) {
	good := row(16, func(r *Row) {
		r.TTFT = ClockErrors{Quantiles{0.01, 0.2, 12.34}, Quantiles{0.05, 1.5, 20}}
		r.ClientCPU, r.SharedShare, r.SendLagP50, r.SendLagP99 = 0.125, 0.001, 0.02, 0.04
	})
	s := Result{Rows: []Row{good, {Load: Paced, Streams: 2000, Skipped: "too few files"}, row(256, func(r *Row) { r.Load = Flood })}}
	s.judge()
	var b strings.Builder
	if err := s.Print(&b); err != nil {
		t.Fatal(err)
	}
	want := `Trusted on this host: up to 16 streams and 1,280 token events/s; 99 % of TTFTs are within 0.200 ms, of ITLs within 0.100 ms.
Flooded over 256 streams, the client takes 20,480 token events/s.

Error against the server's own clock, ms: p50 / p99 / max
load                         TTFT, kernel       TTFT, user clock            ITL, kernel        ITL, user clock
paced, 16 streams    0.010 / 0.200 / 12.3   0.050 / 1.500 / 20.0  0.000 / 0.100 / 0.000  0.000 / 0.000 / 0.000
flood, 256 streams  0.000 / 0.200 / 0.000  0.000 / 0.000 / 0.000  0.000 / 0.100 / 0.000  0.000 / 0.000 / 0.000

The tool itself; client CPU in shares of a core, send lag p50 / p99
load                events/s  requests  client CPU   send lag, ms  shared reads  reader lag p99, ms
paced, 16 streams      1,280        10      12.5 %  0.020 / 0.040         0.1 %               0.300
flood, 256 streams    20,480        10       0.0 %  0.000 / 0.000         0.0 %               0.300

Trusted is ` + TrustRule + `.
paced, 2,000 streams, cannot be trusted: not run: too few files.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSelfTestRowsThatCannotRun(t *testing.T) {
	r := Row{Load: Paced, Streams: 1000}
	if err := (series{files: 1024}).measure(t.Context(), "http://127.0.0.1:1", &r); err != nil {
		t.Fatal(err)
	}
	if r.Skipped != "1024 files may be open, want 1064; raise that by ulimit -n" || r.EventsPerS.Defined() || r.TTFT.Kernel.P50.Defined() {
		t.Errorf("1,000 streams with 1,024 files: %+v, want it skipped, and no figures", r)
	}
}

func TestSelfRequests(t *testing.T) {
	for _, tt := range []struct {
		s    requests
		want int
	}{
		{requests{least: 4}, 4},
		{requests{least: 4, most: 12}, 4}, // the time is over at once
		{requests{least: 4, most: 12, until: time.Hour}, 12},
	} {
		ids := map[string]bool{}
		for session, err := range tt.s.Sessions() {
			if err != nil {
				t.Fatal(err)
			}
			req, _, _ := session.Next("")
			ids[req.ID] = true
		}
		if len(ids) != tt.want {
			t.Errorf("%+v: %d requests, want %d", tt.s, len(ids), tt.want)
		}
	}
}

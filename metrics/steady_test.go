package metrics

import (
	"fmt"
	"math"
	"testing"
)

func TestSteadyWindow(t *testing.T) {
	span := func(sent, end int64) Record { return with(answer(sent, end), func(*Record) {}) }
	warm := func(sent, end int64) Record { return with(span(sent, end), func(r *Record) { r.Warmup = true }) }
	closed := func(limit int) Options { return Options{MaxConcurrency: limit, RequestRate: math.Inf(1)} }
	for _, tt := range []struct {
		name    string
		records []Record
		o       Options
		want    string // ms since the first measured send; "" = no window
	}{
		// In flight: 1 from 1000, 2 from 1100, 1 from 1300, 2 from 1400, 1 from 1500.
		{"ramp, dip and drain", []Record{span(1000, 1300), span(1100, 1500), span(1400, 1700)}, closed(2), "100–500"},
		{"never at the cap", []Record{span(1000, 1300), span(1100, 1500)}, closed(3), ""},
		{"a warm-up request holds the other slot", []Record{warm(900, 1200), span(1000, 1300)}, closed(2), "0–200"},
		{"before the first measured send nothing counts", []Record{warm(100, 900), warm(100, 900), span(1000, 1300), span(1050, 1300)}, closed(2), "50–300"},
		{"a warm-up request that outlives all", []Record{warm(900, 5000), span(1000, 1300)}, closed(1), "0–300"},
		{"failed requests are in flight too", []Record{span(1000, 1300), with(span(1100, 1200), func(r *Record) { r.ErrorClass = "reset" })}, closed(2), "100–200"},
		{"all at once, no cap", []Record{span(1000, 1300), span(1001, 1300)}, Options{RequestRate: math.Inf(1)}, ""},
		{"open: to the last send", []Record{span(1000, 1300), span(1500, 2000), span(1900, 2500)}, Options{RequestRate: 2}, "0–900"},
		{"open: after the warm-up's end", []Record{warm(500, 1200), span(1000, 1300), span(1500, 2000)}, Options{RequestRate: 2}, "200–500"},
		{"open: one request is no window", []Record{span(1000, 1300)}, Options{RequestRate: 2}, ""},
		{"no request", nil, closed(1), ""},
	} {
		got := ""
		if s := Summarize(tt.records, tt.o).SteadyState; s != nil {
			got = fmt.Sprintf("%.0f–%.0f", 1000*s.Start, 1000*s.End)
		}
		if got != tt.want {
			t.Errorf("%s: window %q ms, want %q", tt.name, got, tt.want)
		}
	}
}

// Cap 20 rounds 0.95·20 = 19 up to no more than 19: one slot may be empty.
func TestSteadyThreshold(t *testing.T) {
	var records []Record
	for range 19 {
		records = append(records, answer(1000, 2000))
	}
	for _, tt := range []struct {
		limit int
		want  bool
	}{{19, true}, {20, true}, {21, false}, {40, false}} {
		s := Summarize(records, Options{MaxConcurrency: tt.limit})
		if (s.SteadyState != nil) != tt.want {
			t.Errorf("19 in flight of a cap of %d: steady state %v, want %v", tt.limit, s.SteadyState != nil, tt.want)
		}
	}
}

// Two slots; the window is 1100 to 1500. In it: the tokens at 1200 and 1300 of a
// (not that at 1050), at 1400 and 1500 of b, none of c, none of the warm-up's.
func TestSteadyFigures(t *testing.T) {
	records := []Record{
		with(answer(800, 900, 1200), func(r *Record) { r.Warmup, r.End = true, 1050*ms }),
		with(answer(1000, 1050, 1200, 1300), func(r *Record) { r.InputServer = 7 }),
		with(answer(1100, 1400, 1500), func(r *Record) { r.InputServer, r.OutputTokens, r.Tokens = 5, 4, []int32{3, 1} }),
		with(answer(1400, 1600, 1700), func(r *Record) { r.InputServer = 9 }),
	}
	records[0].Sent, records[0].End = 100*ms, 200*ms // the warm-up was drained
	s := Summarize(records, Options{MaxConcurrency: 2}).SteadyState
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"start", s.Start, 0.1},
		{"end", s.End, 0.5},
		{"completed", float64(s.Completed), 2}, // at 1300 and 1500
		{"request throughput", s.RequestThroughput, 2 / 0.4},
		{"output throughput", s.OutputThroughput, 6 / 0.4},           // 1 + 1 + 3 + 1
		{"total token throughput", s.TotalTokenThroughput, 11 / 0.4}, // and b's prompt; a's came before
		{"mean in flight", s.MeanInFlight, 1.75},                     // 2·300 + 1·100 ms of 400
		{"Little residual", s.LittleResidual, undefined},             // 2 completions of 6
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestLittleResidualClosed(t *testing.T) {
	// One slot, requests of 80 ms every 100 ms: 20 % of the window is idle but for
	// the last gap, which is after the window. 5 requests: window 480, busy 400.
	gaps := func(n int, spent int64) (records []Record) {
		for i := range int64(n) {
			records = append(records, answer(1000+100*i, 1000+100*i+spent))
		}
		return records
	}
	for _, tt := range []struct {
		name    string
		records []Record
		want    float64
	}{
		{"busy all the time", gaps(5, 100), 0},
		{"idle between", gaps(5, 80), 1 - 400./480},
		{"three completions are enough", gaps(3, 80), 1 - 240./280},
		{"two are not", gaps(2, 80), undefined},
	} {
		s := Summarize(tt.records, Options{MaxConcurrency: 1}).SteadyState
		if s == nil || !near(s.LittleResidual, tt.want) {
			t.Errorf("%s: %+v, want a residual of %g", tt.name, s, tt.want)
		}
	}
}

func TestLittleResidualOpen(t *testing.T) {
	// A request every 100 ms, each 100 ms long: one in flight all the time, and
	// λ·W = 10/s · 0.1 s = 1. When the last four take 300 ms, the window of 700 ms
	// holds 7 sends with (4·100 + 3·300)/7 ms each, λ·W = 13/7, but in flight are
	// (4·100 + 300 + 200 + 100)/700 = 10/7 on average.
	level, growing := []Record{}, []Record{}
	for i := range int64(8) {
		level = append(level, answer(1000+100*i, 1100+100*i))
		growing = append(growing, answer(1000+100*i, 1100+100*i+200*(i/4)))
	}
	for _, tt := range []struct {
		name    string
		records []Record
		limit   int
		want    float64
	}{
		{"level", level, 1, 0},
		{"growing", growing, 1, 3. / 13},
		{"too few completions for the peak of 3", growing, 0, undefined},
	} {
		s := Summarize(tt.records, Options{RequestRate: 10, MaxConcurrency: tt.limit}).SteadyState
		if s == nil || !near(s.LittleResidual, tt.want) {
			t.Errorf("%s: %+v, want a residual of %g", tt.name, s, tt.want)
		}
	}
}

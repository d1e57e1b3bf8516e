package sweep

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

func failedRecord() *metrics.Record {
	return &metrics.Record{ErrorClass: "http_5xx", Error: "status 503: full"}
}

// By hand: the share counts from 20 measured requests on, whatever the order.
func TestErrorShare(t *testing.T) {
	outcomes := func(pattern string) (rs []*metrics.Record) {
		for _, c := range pattern {
			switch c {
			case 'x':
				rs = append(rs, failedRecord())
			case 'w':
				r := failedRecord()
				r.Warmup = true
				rs = append(rs, r)
			case 'c':
				r := failedRecord()
				r.Censor()
				rs = append(rs, r)
			default:
				rs = append(rs, &metrics.Record{})
			}
		}
		return rs
	}
	for _, tt := range []struct {
		name, pattern string
		share         float64
		want          int // the request that ends the case, from 1; 0 = none
	}{
		{"all fail", strings.Repeat("x", 30), 0.5, 20},
		{"never, where it is not asked for", strings.Repeat("x", 30), 0, 0},
		{"too few", strings.Repeat("x", 19), 0.5, 0},
		{"half of 20", strings.Repeat(".x", 20), 0.5, 20},
		{"less than half", strings.Repeat("..x", 50), 0.5, 0},
		{"every one of them", strings.Repeat("x", 20), 1, 20},
		{"one came through", "." + strings.Repeat("x", 90), 1, 0},
		{"warm-up does not count", strings.Repeat("w", 100) + strings.Repeat(".", 20), 0.5, 0},
		{"nor what was cut off", strings.Repeat("c", 100) + strings.Repeat(".", 20), 0.5, 0},
		{"later", strings.Repeat(".", 20) + strings.Repeat("x", 20), 0.5, 40},
	} {
		rule, struck := &stopRule{errorShare: tt.share}, 0
		for i, r := range outcomes(tt.pattern) {
			err := rule.add(r, 1)
			if err == nil {
				continue
			}
			end, ok := errors.AsType[*earlyEnd](err)
			if struck != 0 || !ok || end.status != runlog.StatusFailed || !strings.Contains(end.why, "http_5xx: status 503: full") {
				t.Errorf("%s: request %d: %v (before: %d); want one end, with status failed and the last error", tt.name, i+1, err, struck)
			}
			struck = i + 1
		}
		if struck != tt.want {
			t.Errorf("%s: ended by request %d, want %d", tt.name, struck, tt.want)
		}
	}
	want := "ended by its errors: 10 of the first 20 requests failed (50 %), abort.error_share is 50 %; the last: http_5xx: status 503: full"
	rule := &stopRule{errorShare: 0.5}
	for i, r := range outcomes(strings.Repeat(".x", 10)) {
		if err := rule.add(r, 1); i == 19 && (err == nil || err.Error() != want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestSaturationIsWatchedInAnOpenLoopOnly(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		abort plan.Abort
		pc    plan.Case
		want  bool
	}{
		{plan.Abort{OverSaturation: true}, plan.Case{Rate: 4}, true},
		{plan.Abort{OverSaturation: true}, plan.Case{Rate: inf, Ramp: &plan.Ramp{}}, true},
		{plan.Abort{OverSaturation: true}, plan.Case{Rate: inf}, false},
		{plan.Abort{}, plan.Case{Rate: 4}, false},
	} {
		if got := newStopRule(tt.abort, tt.pc.OpenLoop()).saturation != nil; got != tt.want {
			t.Errorf("%+v at %+v: %v, want %v", tt.abort, tt.pc, got, tt.want)
		}
	}
}

// One request a second, each with the TTFT and the number in flight that its
// second says: the rule strikes in the first whole second from 30 on in which
// both rise for certain and by enough.
func TestSaturationBySeconds(t *testing.T) {
	level := func(int) float64 { return 50 }
	up := func(i int) float64 { return 10 + 5*float64(i) }
	waves := func(i int) float64 { return 50 + 20*math.Sin(float64(i)/4) }
	slowly := func(i int) float64 { return 1000 + float64(i) } // certain, and 3 % in the window
	late := func(i int) float64 { return 10 + 5*float64(max(0, i-100)) }
	for _, tt := range []struct {
		name           string
		inFlight, ttft func(i int) float64
		want           [2]int // the second it strikes in: from, to; 0 = never
	}{
		{"both rise", up, up, [2]int{30, 30}},
		{"in flight alone", up, level, [2]int{}},
		{"TTFT alone", level, up, [2]int{}},
		{"level", level, level, [2]int{}},
		{"waves", waves, waves, [2]int{}},
		{"by little", slowly, slowly, [2]int{}},
		{"TTFT by little", up, slowly, [2]int{}},
		{"falling", func(i int) float64 { return 2000 - up(i) }, up, [2]int{}},
		{"after a while", late, late, [2]int{110, 200}},
	} {
		rule, struck := &stopRule{saturation: &saturation{}}, 0
		for i := range 300 {
			at := int64(i)*int64(time.Second) + int64(time.Millisecond)
			ttft := int64(tt.ttft(i) * 1e6)
			r := &metrics.Record{Sent: at - ttft, Arrivals: []int64{at}, LastToken: at, End: at}
			if r.Sent == 0 {
				r.Sent = 1
			}
			if err := rule.add(r, int(tt.inFlight(i))); err != nil {
				end, ok := errors.AsType[*earlyEnd](err)
				if !ok || end.status != runlog.StatusMeasured || !strings.HasPrefix(end.why, "over-saturated: in the last ") {
					t.Errorf("%s: %v", tt.name, err)
				}
				struck = i
				break
			}
		}
		if struck < tt.want[0] || struck > tt.want[1] {
			t.Errorf("%s: ended in second %d, want %v", tt.name, struck, tt.want)
		}
	}
}

// queue plays Poisson arrivals at rate against slots that each take an
// exponential time of mean 1 s, first come first served, and returns the second
// in which the rule ends it; 0 = not within length.
func queue(rate float64, slots int, length time.Duration, seed uint64) int {
	rng := rand.New(rand.NewPCG(seed, 1))
	free := make([]float64, slots)
	var ends []*metrics.Record
	for at := rng.ExpFloat64() / rate; at < length.Seconds(); at += rng.ExpFloat64() / rate {
		i := 0
		for j := range free {
			if free[j] < free[i] {
				i = j
			}
		}
		start := max(at, free[i])
		free[i] = start + rng.ExpFloat64()
		first, end := int64((start+0.05)*1e9), int64((free[i]+0.05)*1e9)
		ends = append(ends, &metrics.Record{Sent: int64(at*1e9) + 1, Arrivals: []int64{first}, LastToken: end, End: end})
	}
	sent := make([]int64, len(ends))
	for i, r := range ends {
		sent[i] = r.Sent
	}
	slices.SortFunc(ends, func(a, b *metrics.Record) int { return cmp.Compare(a.End, b.End) })
	rule := &stopRule{saturation: &saturation{}}
	for done, r := range ends {
		if r.End > int64(length) {
			break
		}
		begun, _ := slices.BinarySearch(sent, r.End)
		if rule.add(r, begun-done) != nil {
			return int(r.End / int64(time.Second))
		}
	}
	return 0
}

// A queue that 20 slots can serve ends by the rule seldom, though it waxes and
// wanes; one that they cannot does, soon.
func TestSaturationOfQueues(t *testing.T) {
	if testing.Short() {
		t.Skip("200 queues: long under the race detector, and there is nothing to race")
	}
	const runs = 40
	for _, tt := range []struct {
		name        string
		rate        float64
		length      time.Duration
		least, most int // of the runs that end early
	}{
		{"half full", 10, 10 * time.Minute, 0, 0},
		{"80 % full", 16, 10 * time.Minute, 0, 2},
		{"10 % too much", 22, 3 * time.Minute, 30, runs},
		{"50 % too much", 30, 2 * time.Minute, runs, runs},
		{"three times too much", 60, time.Minute, runs, runs},
	} {
		var at []int
		for seed := range uint64(runs) {
			if s := queue(tt.rate, 20, tt.length, seed); s > 0 {
				at = append(at, s)
			}
		}
		slices.Sort(at)
		t.Logf("%s: %d of %d runs ended, at %v s", tt.name, len(at), runs, at)
		if len(at) < tt.least || len(at) > tt.most {
			t.Errorf("%s: %d of %d runs ended early, want %d to %d", tt.name, len(at), runs, tt.least, tt.most)
		}
	}
}

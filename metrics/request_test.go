package metrics

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// ms in ns.
const ms = int64(1e6)

// answer is a completed record that was due and sent at sent, with one token a
// chunk at the arrivals given, all in ms; the last chunk is also the finish.
func answer(sent int64, arrivals ...int64) Record {
	r := Record{Due: sent * ms, Queued: sent * ms, Sent: sent * ms, Status: 200, FinishReason: "length", OutputSource: "usage"}
	for _, at := range arrivals {
		r.Arrivals = append(r.Arrivals, at*ms)
	}
	r.OutputTokens = len(arrivals)
	if n := len(arrivals); n > 0 {
		r.First, r.RoleArrival, r.FirstContent = r.Arrivals[0], r.Arrivals[0], r.Arrivals[0]
		r.LastToken, r.End = r.Arrivals[n-1], r.Arrivals[n-1]
	}
	return r
}

// with changes a record.
func with(r Record, change func(*Record)) Record {
	change(&r)
	return r
}

var undefined = math.NaN()

func TestRequestLatencies(t *testing.T) {
	for _, tt := range []struct {
		name                   string
		r                      Record
		ttft, ttfe, ttfo       float64 // ms; NaN = not ok
		tpot, e2el             float64
		queue, fromDue, e2eDue float64
		itls, perToken         []float64
	}{
		{
			name: "three tokens, one a chunk",
			r:    answer(1000, 1100, 1120, 1150),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: 25, e2el: 150, queue: 0, fromDue: 100, e2eDue: 150,
			itls: []float64{20, 30},
		},
		{
			name: "role chunk first, reasoning, then the answer; finish chunk last; sent 40 ms late",
			r: with(answer(1000, 1100, 1120, 1150), func(r *Record) {
				r.Due, r.First, r.RoleArrival, r.FirstContent, r.LastToken = 960*ms, 1010*ms, 1010*ms, 1120*ms, 1151*ms
			}),
			ttft: 100, ttfe: 10, ttfo: 120, tpot: 25, e2el: 151, queue: 40, fromDue: 140, e2eDue: 191,
			itls: []float64{20, 30},
		},
		{
			name: "seven tokens in three chunks: 50 ms over 6 gaps between tokens",
			r: with(answer(1000, 1100, 1120, 1150), func(r *Record) {
				r.OutputTokens, r.Tokens = 7, []int32{1, 4, 2}
			}),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: 50. / 6, e2el: 150, queue: 0, fromDue: 100, e2eDue: 150,
			itls: []float64{20, 30}, perToken: []float64{5, 15},
		},
		{
			name: "a chunk that the server counts as no token has no gap per token",
			r: with(answer(1000, 1100, 1120, 1150), func(r *Record) {
				r.OutputTokens, r.Tokens = 2, []int32{1, 0, 1}
			}),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: 50, e2el: 150, queue: 0, fromDue: 100, e2eDue: 150,
			itls: []float64{20, 30}, perToken: []float64{30},
		},
		{
			name: "two events in one read",
			r:    answer(1000, 1100, 1100, 1150),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: 25, e2el: 150, queue: 0, fromDue: 100, e2eDue: 150,
			itls: []float64{0, 50},
		},
		{
			name: "one token has no pace",
			r:    answer(1000, 1100),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: undefined, e2el: 100, queue: 0, fromDue: 100, e2eDue: 100,
		},
		{
			name: "eight tokens in one chunk show no pace",
			r:    with(answer(1000, 1100), func(r *Record) { r.OutputTokens = 8 }),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: undefined, e2el: 100, queue: 0, fromDue: 100, e2eDue: 100,
		},
		{
			name: "one token in two chunks has no pace",
			r:    with(answer(1000, 1100, 1120), func(r *Record) { r.OutputTokens = 1 }),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: undefined, e2el: 120, queue: 0, fromDue: 100, e2eDue: 120,
			itls: []float64{20},
		},
		{
			name: "no usage and no count: no pace, but gaps",
			r:    with(answer(1000, 1100, 1120), func(r *Record) { r.OutputTokens, r.OutputSource = 0, "" }),
			ttft: 100, ttfe: 100, ttfo: 100, tpot: undefined, e2el: 120, queue: 0, fromDue: 100, e2eDue: 120,
			itls: []float64{20},
		},
		{
			name: "a finish chunk alone: an empty answer",
			r:    with(answer(1000), func(r *Record) { r.First, r.LastToken, r.End = 1090*ms, 1090*ms, 1090*ms }),
			ttft: undefined, ttfe: 90, ttfo: undefined, tpot: undefined, e2el: 90, queue: 0, fromDue: undefined, e2eDue: 90,
		},
		{
			name: "cancelled half-way: a failure has no latencies",
			r:    with(answer(1000, 1100, 1120), func(r *Record) { r.ErrorClass = "cancelled" }),
			ttft: undefined, ttfe: undefined, ttfo: undefined, tpot: undefined, e2el: undefined,
			queue: undefined, fromDue: undefined, e2eDue: undefined,
		},
		{
			name: "never sent",
			r:    Record{Due: 5 * ms, End: 9 * ms, ErrorClass: "connect"},
			ttft: undefined, ttfe: undefined, ttfo: undefined, tpot: undefined, e2el: undefined,
			queue: undefined, fromDue: undefined, e2eDue: undefined,
		},
	} {
		for _, c := range []struct {
			name  string
			value func(*Record) (float64, bool)
			want  float64
		}{
			{"TTFT", TTFT, tt.ttft},
			{"TTFE", TTFE, tt.ttfe},
			{"TTFO", TTFO, tt.ttfo},
			{"TPOT", TPOT, tt.tpot},
			{"E2EL", E2EL, tt.e2el},
			{"QueueTime", QueueTime, tt.queue},
			{"TTFTFromDue", TTFTFromDue, tt.fromDue},
			{"E2ELFromDue", E2ELFromDue, tt.e2eDue},
		} {
			got, ok := c.value(&tt.r)
			if ok == math.IsNaN(c.want) || ok && !near(got, c.want) {
				t.Errorf("%s: %s = %v, %v; want %v", tt.name, c.name, got, ok, c.want)
			}
		}
		if got := ITLs(&tt.r); !slices.Equal(got, tt.itls) {
			t.Errorf("%s: ITLs = %v, want %v", tt.name, got, tt.itls)
		}
		if got := appendITLsPerToken(nil, &tt.r); !slices.Equal(got, tt.perToken) {
			t.Errorf("%s: ITLs per token = %v, want %v", tt.name, got, tt.perToken)
		}
	}
}

// Gaps per token are given where the tokens of every chunk were told: those of some
// requests would pass for all.
func TestITLPerToken(t *testing.T) {
	told := with(answer(1000, 1100, 1120, 1150), func(r *Record) { r.OutputTokens, r.Tokens = 7, []int32{1, 4, 2} }) // 20 ÷ 4, 30 ÷ 2
	untold := answer(1000, 1100, 1120)
	for _, tt := range []struct {
		name    string
		records []Record
		n       int
		mean    float64
	}{
		{"of two requests", []Record{told, with(untold, func(r *Record) { r.Tokens = []int32{1, 1} })}, 3, 40. / 3},
		{"one does not tell", []Record{told, untold}, 0, undefined},
		{"one without a gap need not tell", []Record{told, answer(1000, 1100)}, 2, 10},
		{"nor one that failed, or the warm-up", []Record{told,
			with(untold, func(r *Record) { r.ErrorClass = "reset" }), with(untold, func(r *Record) { r.Warmup = true })}, 2, 10},
	} {
		if got := Summarize(tt.records, Options{}).ITLPerToken; got.N != tt.n || !near(got.Mean, tt.mean) {
			t.Errorf("%s: %d gaps, mean %v; want %d, %v", tt.name, got.N, got.Mean, tt.n, tt.mean)
		}
	}
}

func TestChunkTokens(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Record
		want []int64
	}{
		{"one a chunk", Record{Arrivals: make([]int64, 3), OutputTokens: 3}, []int64{1, 1, 1}},
		{"as the server says", Record{Arrivals: make([]int64, 3), OutputTokens: 9, Tokens: []int32{1, 6, 2}}, []int64{1, 6, 2}},
		{"even shares, whole tokens", Record{Arrivals: make([]int64, 3), OutputTokens: 8}, []int64{2, 3, 3}},
		{"fewer tokens than chunks", Record{Arrivals: make([]int64, 4), OutputTokens: 2}, []int64{0, 1, 0, 1}},
		{"unknown", Record{Arrivals: make([]int64, 2)}, []int64{0, 0}},
	} {
		var got []int64
		for i := range tt.r.Arrivals {
			got = append(got, ChunkTokens(&tt.r, i))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// near: equal to 1e-9, relatively; two NaN are equal.
func near(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return a == b || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
}

func ExampleTTFT() {
	r := Record{Sent: 1e9, RoleArrival: 1_050e6, Arrivals: []int64{1_200e6}} // the role chunk does not count
	ms, ok := TTFT(&r)
	fmt.Println(ms, "ms", ok)
	// Output: 200 ms true
}

func ExampleTPOT() {
	r := Record{Sent: 1e9, Arrivals: []int64{1_200e6, 1_220e6, 1_260e6}, OutputTokens: 4} // 3 chunks, 4 tokens
	ms, ok := TPOT(&r)
	fmt.Println(ms, "ms/token", ok)
	// Output: 20 ms/token true
}

func ExampleITLs() {
	r := Record{Sent: 1e9, Arrivals: []int64{1_200e6, 1_220e6, 1_260e6}}
	fmt.Println(ITLs(&r), "ms")
	// Output: [20 40] ms
}

func ExampleE2EL() {
	r := Record{Sent: 1e9, Arrivals: []int64{1_200e6, 1_220e6}, LastToken: 1_221e6, End: 1_300e6}
	ms, ok := E2EL(&r)
	fmt.Println(ms, "ms", ok)
	// Output: 221 ms true
}

func ExampleValidity_Add() {
	v := Validity{Verdict: Valid}
	v.Add(Suspect, "send lag p99 3 ms, limit 1 ms")
	v.Add(Invalid, "the server restarted 1 time, limit 0")
	fmt.Println(v.Verdict, v.Reasons)
	// Output: invalid [the server restarted 1 time, limit 0 send lag p99 3 ms, limit 1 ms]
}

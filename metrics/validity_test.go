package metrics

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// judged makes n answers of 100 tokens' prompt and 10 tokens, TTFT 100 ms, one
// after another on one slot, changes them, and summarizes.
func judged(n int, o Options, change func(i int, r *Record)) Summary {
	var records []Record
	for i := range int64(n) {
		at := 1000 + 200*i
		r := answer(at, at+100, at+110, at+120, at+130, at+140, at+150, at+160, at+170, at+180, at+200)
		r.InputAsked, r.InputClient, r.InputServer, r.OutputAsked, r.PromptHash = 100, 100, 100, 10, uint64(i+1)
		r.Lags = make([]int32, len(r.Arrivals))
		change(int(i), &r)
		records = append(records, r)
	}
	return Summarize(records, o)
}

func TestValidity(t *testing.T) {
	whole := Options{MaxConcurrency: 1, FailuresAllowed: 0.01, IgnoreEOS: true, UniquePrompts: true}
	fail := func(n int) func(int, *Record) {
		return func(i int, r *Record) {
			if i < n {
				r.ErrorClass = "reset"
			}
		}
	}
	for _, tt := range []struct {
		name    string
		o       Options
		change  func(i int, r *Record)
		verdict string
		reasons []string
	}{
		{"nothing wrong", whole, func(int, *Record) {}, Valid, nil},
		{"failures above the share allowed", whole, fail(3), Invalid, []string{"3 of 100 requests failed (3 %), allowed 1 %"}},
		{"cancelled by the user", whole, func(i int, r *Record) {
			if i < 3 {
				r.ErrorClass = "cancelled"
			}
		}, Invalid, []string{"3 of 100 requests were cancelled (3 %), allowed 1 %"}},
		{"failures within it", whole, fail(1), Suspect, []string{"1 of 100 requests failed (1 %), allowed 1 %"}},
		{"nothing completed, though all may fail", Options{FailuresAllowed: 1}, fail(100), Invalid, []string{"none of 100 requests completed, want at least 1"}},
		{"nothing sent but warm-ups", whole, func(_ int, r *Record) { r.Warmup = true }, Invalid, []string{"no measured request was sent, want at least 1"}},
		{"one prompt off by one", whole, func(i int, r *Record) {
			if i == 7 {
				r.InputServer = 101
			}
		}, Suspect, []string{"prompts are off by up to 1 token from the length asked for, limit 0"}},
		{"prompts 6 % longer", whole, func(_ int, r *Record) { r.InputServer = 106 }, Invalid,
			[]string{"prompts are 6 % longer than asked on average, limit 5 %"}},
		{"prompts 6 % shorter, by the client's count", whole, func(_ int, r *Record) { r.InputServer, r.InputClient = 0, 94 }, Invalid,
			[]string{"prompts are 6 % shorter than asked on average, limit 5 %"}},
		{"outputs 10 % shorter", whole, func(_ int, r *Record) { r.OutputTokens = 9 }, Invalid,
			[]string{"outputs are 10 % shorter than asked on average though EOS is ignored, limit 5 %"}},
		{"one output shorter", whole, func(i int, r *Record) {
			if i == 0 {
				r.OutputTokens = 8
			}
		}, Suspect, []string{"outputs are off by up to 2 tokens from the length asked for though EOS is ignored, limit 0"}},
		{"shorter outputs where the model may stop", Options{MaxConcurrency: 1}, func(_ int, r *Record) { r.OutputTokens = 5 }, Valid, nil},
		{"an output of unknown length says nothing", whole, func(_ int, r *Record) { r.OutputTokens, r.OutputSource = 0, "" }, Valid, nil},
		{"reader lag below the limit of 2 % of 100 ms", whole, func(_ int, r *Record) { lag(r, 1900) }, Valid, nil},
		{"reader lag above it", whole, func(_ int, r *Record) { lag(r, 2100) }, Suspect, []string{"reader lag p99 2.1 ms, limit 2 ms"}},
		{"shared reads while the reader lags 1 ms", whole, func(_ int, r *Record) { lag(r, 1000); r.SharedEvents = 2 }, Suspect,
			[]string{"20 % of the token events shared a read, so TTFT, TPOT and ITL are off: reader lag p99 1 ms, limit 1 ms for these"}},
		{"shared reads while the reader lags above its own limit", whole, func(_ int, r *Record) { lag(r, 2100); r.SharedEvents = 2 }, Suspect,
			[]string{"reader lag p99 2.1 ms, limit 2 ms", "20 % of the token events shared a read, so TTFT, TPOT and ITL are off"}},
		{"shared reads by a prompt reader are the server's", whole, func(_ int, r *Record) { lag(r, 999); r.SharedEvents = 2 }, Valid, nil},
		{"send lag", whole, func(_ int, r *Record) { r.Sent += 3 * ms; r.Arrivals[0] += 3 * ms }, Suspect,
			[]string{"send lag p99 3 ms, limit 2 ms"}},
		{"idle slots, 20 % of each 200 ms", whole, func(_ int, r *Record) { r.End -= 40 * ms }, Invalid,
			[]string{"Little residual 19.8 %, limit 15 %"}}, // the last gap is after the window: 100·40 − 40 of 20000 − 40
		{"idle slots, 10 %", whole, func(_ int, r *Record) { r.End -= 20 * ms }, Suspect,
			[]string{"Little residual 9.91 %, limit 5 %"}},
		{"a repeated prompt", whole, func(i int, r *Record) { r.PromptHash = uint64(1 + i/2*2) }, Suspect,
			[]string{"50 of 100 prompts were repeated, limit 0"}},
		{"prefix-cache hits", whole, func(i int, r *Record) { r.CachedTokens = new(16) }, Suspect,
			[]string{"1600 of 10000 prompt tokens came from the prefix cache, limit 0"}},
		{"prefix-cache hits where prompts begin alike on purpose", Options{MaxConcurrency: 1, UniquePrompts: true, SharedPrefixes: true},
			func(_ int, r *Record) { r.CachedTokens = new(16) }, Valid, nil},
		{"both, on a dataset that promises nothing", Options{MaxConcurrency: 1}, func(_ int, r *Record) { r.PromptHash, r.CachedTokens = 1, new(16) }, Valid, nil},
		{"the worst comes first", whole, func(i int, r *Record) {
			if i < 1 {
				r.ErrorClass = "reset"
			}
			r.OutputTokens = 9
		}, Invalid, []string{
			"outputs are 10 % shorter than asked on average though EOS is ignored, limit 5 %",
			"1 of 100 requests failed (1 %), allowed 1 %",
		}},
	} {
		v := judged(100, tt.o, tt.change).Validity
		if v.Verdict != tt.verdict {
			t.Errorf("%s: %s, want %s", tt.name, v.Verdict, tt.verdict)
		}
		if diff := cmp.Diff(tt.reasons, v.Reasons); diff != "" {
			t.Errorf("%s: reasons: %s", tt.name, diff)
		}
	}
}

// lag gives every arrival of r a reader lag, µs.
func lag(r *Record, us int32) {
	for i := range r.Lags {
		r.Lags[i] = us
	}
}

func TestValidityAdd(t *testing.T) {
	var v Validity
	for _, step := range strings.Fields("s1 i1 s2 i2") {
		verdict := map[byte]string{'s': Suspect, 'i': Invalid}[step[0]]
		v.Add(verdict, step)
	}
	if got, want := fmt.Sprintln(v.Verdict, v.Reasons, v.Invalid), "invalid [i1 i2 s1 s2] 2\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestLengths(t *testing.T) {
	s := judged(4, Options{InputLen: 100, OutputLen: 10}, func(i int, r *Record) {
		r.InputServer = []int{100, 98, 104, 0}[i] // off by 0, −2 %, 4 %, and the client's 100
		r.InputClient = []int{100, 99, 100, 100}[i]
		r.OutputTokens = []int{10, 9, 10, 8}[i] // −10 % and −20 % of four
		r.OutputSource = []string{"usage", "usage", "usage", "text"}[i]
		r.CachedTokens = &i
		r.PromptHash = uint64(1 + i/3)
	})
	want := Lengths{
		InputAsked: 100, OutputAsked: 10, InputWorst: 4, OutputWorst: 2,
		InputMeanOff: 0.005, OutputMeanOff: -0.075, ClientWorst: 4,
		InputSource: "mixed", OutputSource: "mixed", DistinctPrompts: 2, CachedTokens: 6, CachedTold: true,
	}
	if !near(s.Lengths.InputMeanOff, want.InputMeanOff) || !near(s.Lengths.OutputMeanOff, want.OutputMeanOff) {
		t.Errorf("mean off %g, %g; want %g, %g", s.Lengths.InputMeanOff, s.Lengths.OutputMeanOff, want.InputMeanOff, want.OutputMeanOff)
	}
	s.Lengths.InputMeanOff, s.Lengths.OutputMeanOff = want.InputMeanOff, want.OutputMeanOff
	if s.Lengths != want {
		t.Errorf("%+v\nwant %+v", s.Lengths, want)
	}
}

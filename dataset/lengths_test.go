package dataset

import (
	"strings"
	"testing"
)

// By hand: 0.9·100 and 1.1·100 are whole, though 1.1·100 is more than 110 in
// floating point; 0.75·10 and 1.25·10 are 7.5 and 12.5, and widen.
func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		n      int
		r      float64
		least  int
		lo, hi int
	}{
		{100, 0, 1, 100, 100},
		{100, 0.1, 1, 90, 110},
		{10, 0.25, 1, 7, 13},
		{1000, 0.999, 1, 1, 1999},
		{3, 0.9, 1, 1, 6},
		{10, 0.9, 5, 5, 19},
		{0, 0.5, 1, 0, 0}, // the server's own end
	} {
		if s := spread(tt.n, tt.r, tt.least); s.lo != tt.lo || s.hi != tt.hi {
			t.Errorf("spread(%d, %v, %d) is %d to %d, want %d to %d", tt.n, tt.r, tt.least, s.lo, s.hi, tt.lo, tt.hi)
		}
	}
}

// Both lengths are drawn evenly over their ranges, bounds included, each request's
// prompt is as long as it says, and a request keeps its lengths when its prompt is
// made anew.
func TestRandomLengths(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	const n = 3000
	for _, tt := range []struct {
		name                       string
		spec                       Spec
		c                          Case
		inLo, inHi, outLo, outHi   int
		inMean, outMean, tolerance float64
	}{
		{"ratio", Spec{RangeRatio: Ratio{Input: 0.5, Output: 0.1}}, Case{InputLen: 10, OutputLen: 100}, 5, 15, 90, 110, 10, 100, 0.5},
		{"ratio with a prefix", Spec{PrefixLen: 3, RangeRatio: Ratio{Input: 0.5}}, Case{InputLen: 10, OutputLen: 7}, 5, 15, 7, 7, 10, 7, 0.5},
		{"ratio down to the least", Spec{RangeRatio: Ratio{Input: 0.9}}, Case{InputLen: 4, OutputLen: 7}, 2, 8, 7, 7, 5, 7, 0.2},
		{"distributions", Spec{Lengths: Lengths{
			Input:  &Distribution{Kind: "uniform", Min: 4, Max: 8},
			Output: &Distribution{Kind: "values", Values: []float64{1, 2}, Weights: []float64{1, 3}},
		}}, Case{}, 4, 8, 1, 2, 6, 1.75, 0.1},
		{"only the output's", Spec{Lengths: Lengths{Output: &Distribution{Kind: "constant", Mean: 5}}}, Case{InputLen: 9, OutputLen: 77}, 9, 9, 5, 5, 9, 5, 0},
	} {
		tt.spec.Type = TypeRandom
		tt.c.Requests, tt.c.Seed = n, 7
		all, _ := walkPrepared(t, tt.spec, f, tt.c)
		in, out := map[int]int{}, map[int]int{}
		sumIn, sumOut := 0, 0
		for _, r := range all {
			if got := sentTokens(t, f.tok, r.Prompt, false); got != r.InputLen || got != r.PromptTokens {
				t.Fatalf("%s: %d tokens, asked %d, counted %d", tt.name, got, r.InputLen, r.PromptTokens)
			}
			in[r.InputLen]++
			out[r.MaxTokens]++
			sumIn += r.InputLen
			sumOut += r.MaxTokens
		}
		for _, x := range []struct {
			name   string
			times  map[int]int
			lo, hi int
			mean   float64
			want   float64
		}{
			{"input", in, tt.inLo, tt.inHi, float64(sumIn) / n, tt.inMean},
			{"output", out, tt.outLo, tt.outHi, float64(sumOut) / n, tt.outMean},
		} {
			if len(x.times) != x.hi-x.lo+1 || x.times[x.lo] == 0 || x.times[x.hi] == 0 {
				t.Errorf("%s: %s lengths %v, want all from %d to %d", tt.name, x.name, x.times, x.lo, x.hi)
			}
			if x.mean < x.want-tt.tolerance || x.mean > x.want+tt.tolerance {
				t.Errorf("%s: the mean %s is %.3f, want %.3f ± %v", tt.name, x.name, x.mean, x.want, tt.tolerance)
			}
		}
	}
}

func TestRandomLengthFaults(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	for _, tt := range []struct {
		lengths Lengths
		want    string
	}{
		{Lengths{Input: &Distribution{Kind: "normal", Mean: 100, Std: 10, Min: 2}}, ""},
		{Lengths{Input: &Distribution{Kind: "normal", Mean: 100, Std: 10}}, "dataset.lengths.input: its smallest length 1: want at least 2 tokens, 1 for the special tokens and 1 for a word: set its min"},
		{Lengths{Input: &Distribution{Kind: "values", Values: []float64{9, 1}}}, "dataset.lengths.input: its smallest length 1: want at least 2"},
		{Lengths{Output: &Distribution{Kind: "constant", Mean: 9}}, "random: input length 0: want at least 2 tokens"},
	} {
		_, err := newCase(Spec{Type: TypeRandom, Lengths: tt.lengths}, f, Case{Requests: 1})
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

// 5 letters make 30 prompts of one word, and about 20 of 200 requests have one: some
// draw the same word, and are made anew. All keep the lengths that they drew first.
func TestRemakeKeepsLengths(t *testing.T) {
	f := fitter(t, fake{letters: 5}, false)
	spec := Spec{Type: TypeRandom, Lengths: Lengths{Input: &Distribution{Kind: "values", Values: []float64{2, 3}, Weights: []float64{1, 9}}}}
	c := Case{Requests: 200, Seed: 2}
	all, _ := walkPrepared(t, spec, f, c)
	for i, r := range all {
		if want := spec.Lengths.Input.DrawLen(promptRand(c.Seed, uint64(i))); r.InputLen != want {
			t.Errorf("request %d has %d tokens, and drew %d", i, r.InputLen, want)
		}
	}
}

package plan

import (
	"math"
	"testing"
	"time"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

// By hand: rounds × (input ÷ 8000 + output × 0.02 s); with a schedule, not before
// its last send and one request. A linear ramp from 1 to e/s by count has mean gap
// 1/(e−1), an exponential one from 1 to 4 (1 − 1/4)/ln 4; of the steps 10 s hold
// 10 requests, the next 10 s 20, and 5/s send the other 70.
func TestEstimateCase(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		p    Case
		want time.Duration
	}{
		{Case{Input: 8000, Output: 50, MaxConcurrency: 1, NumPrompts: 10, Rate: inf}, 20 * time.Second},           // 10 × (1 + 1)
		{Case{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Rate: inf}, 6 * time.Second},            // 3 × 2
		{Case{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Warmup: 4, Rate: inf}, 8 * time.Second}, // 4 × 2
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2}, 52 * time.Second},          // 100 ÷ 2 + 2
		{Case{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Rate: inf, WarmupFor: 9 * time.Second}, 15 * time.Second},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 1, NumPrompts: 10, Warmup: 1, Rate: inf, Duration: 7 * time.Second}, 9 * time.Second},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2, Duration: 30 * time.Second}, 30 * time.Second},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampLinear, From: 1, To: math.E}},
			roundSeconds(100/(math.E-1) + 2)},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampExponential, From: 1, To: 4}},
			roundSeconds(100*0.75/math.Log(4) + 2)},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampLinear, From: 5, To: 5}}, 22 * time.Second},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf,
			Ramp: &Ramp{Kind: rampSteps, Rates: []float64{1, 2, 5}, Every: 10 * time.Second}}, 36 * time.Second},
		{Case{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2, Config: &Config{Dataset: dataset.Spec{Type: dataset.TypeConversation, Turns: [2]int{3, 5}}}},
			20500 * time.Millisecond}, // 25 sessions of 4 turns: 25 ÷ 2 + 4 × 2
		{Case{Input: 10_000_000, Output: 10_000_000, MaxConcurrency: 1, NumPrompts: 10_000_000, Rate: 1}, conf.MaxSpan}, // no overflow
	} {
		if got := EstimateCase(tt.p); got != tt.want && roundSeconds(got.Seconds()) != tt.want {
			t.Errorf("%+v: %v, want %v", tt.p, got, tt.want)
		}
	}
}

// roundSeconds is a span in whole µs: what is computed in two ways differs below.
func roundSeconds(s float64) time.Duration { return time.Duration(s * 1e9).Round(time.Microsecond) }

// What a case took before counts for more than an assumption, and corrects it for the
// others: 3,600 s for 40 s make 1,800 of 20.
func TestEstimate(t *testing.T) {
	c := parse(t, "", "input_output=[[8000, 50]]", "concurrency_prompts=[[1, 10], [1, 20]]", "warmup=0")
	cases := c.Cases()
	if got := Estimate(cases, nil); got != time.Minute { // 10 × 2 s + 20 × 2 s
		t.Errorf("without earlier spans: %v, want 1m", got)
	}
	earlier := map[string]time.Duration{cases[1].Name: time.Hour, "another": time.Second}
	if got := Estimate(cases, earlier); got != 90*time.Minute {
		t.Errorf("with an earlier span: %v, want 1h30m", got)
	}
}

// What a case at a rate took says nothing of how fast the server is.
func TestEstimateAtARate(t *testing.T) {
	cases := parse(t, "", "input_output=[[8000, 50]]", "concurrency_prompts=[[1, 10]]", "request_rate=[0.1, inf]", "warmup=0").Cases()
	if got := Estimate(cases, map[string]time.Duration{cases[0].Name: time.Hour}); got != time.Hour+20*time.Second {
		t.Errorf("%v, want 1h0m20s", got)
	}
	if text := EstimateText(cases, map[string]time.Duration{cases[0].Name: time.Hour}); text != "about 1 h: 1 case as in the last run, 1 if a decode step takes 20 ms and prefill runs at 8,000 tokens/s" {
		t.Error(text)
	}
}

// What a request's own lengths come to in a plan: by hand, means where the config
// says them. (100 + 500 · 3) ÷ 4 = 400; 200 · e^(1/2) = 329.7; a normal of mean
// 100 that is cut at 60 is 60.
func TestTypicalLengths(t *testing.T) {
	for _, tt := range []struct {
		dataset string
		want    IOLen
	}{
		{"{type: custom, path: f}", IOLen{512, 256}},
		{"{type: sharegpt, path: f, output_len: 64}", IOLen{512, 64}},
		{"{type: random, lengths: {input: {uniform: [100, 301]}, output: 7}}", IOLen{201, 7}},
		{"{type: random, lengths: {input: {values: [100, 500], weights: [1, 3]}, output: {values: [1, 3]}}}", IOLen{400, 2}},
		{"{type: random, lengths: {input: {lognormal: {median: 200, sigma: 1}}, output: {normal: {mean: 100, std: 9, max: 60}}}}", IOLen{330, 60}},
		{"{type: mix, scenarios: [{name: a, weight: 3, dataset: random, input_output: [100, 10]}, {name: b, dataset: {type: custom, path: f, output_len: 50}}]}", IOLen{203, 20}},
	} {
		c, err := Parse("c.yaml", []byte(ownBase+"dataset: "+tt.dataset+"\n"), testEnv(nil))
		if err != nil {
			t.Errorf("%s: %v", tt.dataset, err)
			continue
		}
		p := c.Cases()[0]
		if p.Typical != tt.want || p.lengths() != tt.want {
			t.Errorf("%s: %v, want %v", tt.dataset, p.Typical, tt.want)
		}
	}
	if p := parse(t, "").Cases()[0]; p.Typical != (IOLen{}) || p.lengths() != (IOLen{1, 1}) {
		t.Errorf("lengths asked for: %v beside %v", p.Typical, p.lengths())
	}
}

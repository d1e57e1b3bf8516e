package plan

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/loadgen"
)

func TestReadLoad(t *testing.T) {
	for _, tt := range []struct {
		yaml, text string // of the ramp
		want       Ramp
		pacer      loadgen.Pacer // of 10 requests in 60 s, burstiness 2, seed 3
	}{
		{"{kind: linear, from: 1, to: 20}", "linear 1 to 20", Ramp{Kind: "linear", From: 1, To: 20},
			loadgen.Ramp{From: 1, To: 20, N: 10, Over: time.Minute, Burstiness: 2, Seed: 3}},
		{"{to: 0.5, from: 20, kind: exponential}", "exponential 20 to 0.5", Ramp{Kind: "exponential", From: 20, To: 0.5},
			loadgen.Ramp{From: 20, To: 0.5, Exponential: true, N: 10, Over: time.Minute, Burstiness: 2, Seed: 3}},
		{"{kind: steps, rates: [1, 2.5, 1], every: 1m30s}", "steps 1, 2.5, 1 every 1m30s",
			Ramp{Kind: "steps", Rates: []float64{1, 2.5, 1}, Every: 90 * time.Second},
			loadgen.Steps{Rates: []float64{1, 2.5, 1}, Every: 90 * time.Second, N: 10, Burstiness: 2, Seed: 3}},
	} {
		c := parse(t, "ramp: "+tt.yaml+"\n")
		if c.Ramp == nil || !cmp.Equal(*c.Ramp, tt.want) || c.Ramp.String() != tt.text {
			t.Errorf("%s: %+v %q, want %+v %q", tt.yaml, c.Ramp, c.Ramp, tt.want, tt.text)
			continue
		}
		if got := c.Ramp.Pacer(10, time.Minute, 2, 3); !cmp.Equal(got, tt.pacer) {
			t.Errorf("%s: pacer %+v, want %+v", tt.yaml, got, tt.pacer)
		}
		p := c.Cases()[0]
		if !p.OpenLoop() || !math.IsInf(p.Rate, 1) || p.Axes.More["ramp"] != tt.text {
			t.Errorf("%s: open %v at rate %v, axes %v", tt.yaml, p.OpenLoop(), p.Rate, p.Axes.More)
		}
		if data, err := json.Marshal(c.Redacted()); err != nil {
			t.Error(err)
		} else if again, err := Parse("run.json", data, testEnv(nil)); err != nil || !cmp.Equal(again.Ramp, c.Ramp) {
			t.Errorf("%s: read back from a run's file: %v\n%s", tt.yaml, err, data)
		}
		if again := parse(t, "", "ramp="+tt.yaml); !cmp.Equal(again.Ramp, c.Ramp) {
			t.Errorf("--set ramp=%s: %+v", tt.yaml, again.Ramp)
		}
	}
	for yaml, want := range map[string]float64{"inf": math.Inf(1), ".inf": math.Inf(1), "+Inf": math.Inf(1), "0.5": 0.5} {
		if c := parse(t, "burstiness: "+yaml+"\n"); c.Burstiness != want {
			t.Errorf("burstiness: %s: %v, want %v", yaml, c.Burstiness, want)
		}
	}
	for yaml, want := range map[string]Warmup{"30s": {For: 30 * time.Second}, "auto": {Auto: true}, "30": {Requests: 30}, "0": {}} {
		if c := parse(t, "warmup: "+yaml+"\n"); c.Warmup != want {
			t.Errorf("warmup: %s: %+v, want %+v", yaml, c.Warmup, want)
		}
	}
}

// What ends a case is a part of it, and a plain case has no more axes.
func TestLoadAxes(t *testing.T) {
	if more := parse(t, "").Cases()[0].Axes.More; more != nil {
		t.Errorf("axes %v, want none", more)
	}
	p := parse(t, "duration: 1h\nwarmup: 2m\n").Cases()[0]
	if p.Duration != time.Hour || p.WarmupFor != 2*time.Minute || p.Warmup != 0 || p.Axes.More["duration"] != "1h" {
		t.Errorf("%+v", p)
	}
}

// A rule that can never strike is said to be one.
func TestOverSaturationNeedsAnOpenLoop(t *testing.T) {
	const note = "abort.over_saturation: without a request_rate, a ramp or a trace's times the load waits for the server, and is never too much"
	for set, want := range map[string]bool{
		"request_rate=inf": true, "request_rate=[inf, 4]": false, "ramp={kind: linear, from: 1, to: 2}": false,
	} {
		if got := slices.Contains(parse(t, "abort: {over_saturation: true}\n", set).Notes(), note); got != want {
			t.Errorf("%s: noted %v, want %v", set, got, want)
		}
	}
}

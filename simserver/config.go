// Package simserver is a simulated LLM inference server: the embedded default
// of the product and the ground truth of its tests. It speaks OpenAI completions
// and chat in vLLM's wire shape, counts tokens exactly by a real tokenizer, paces
// its answers by a continuous-batching engine, fails on demand, and keeps what
// really happened to each request.
//
// In: a Config with a tokenizer and a seed. Out: an http.Handler.
package simserver

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"llmsweep/tokenizer"
)

// Config says what to simulate. Zero fields take the preset's value.
type Config struct {
	Preset    string              // "default" (also ""), "fast", "slow", "flood", "paced"
	Model     string              // the served model's name; "" = "sim"
	Tokenizer tokenizer.Tokenizer // counts prompts and yields the words of the answers; required
	Seed      uint64              // draws texts, lengths and faults
	APIKey    string              // secret: required as a bearer token below /v1/; "" = none

	MaxModelLen int // prompt + output tokens of one request
	MaxNumSeqs  int // sequences running at once; the others wait
	BatchTokens int // tokens one engine step takes: one a decoding sequence, the rest prefill
	KVTokens    int // tokens the KV cache holds; a request is admitted when its prompt and output fit
	MeanOutput  int // median output length in tokens where the model may stop by itself

	Timing     Timing        // cost of an engine step
	TTFT       time.Duration // with ITL: paced; first token this long after the request came, whatever the load
	ITL        time.Duration // paced: between tokens
	Unpaced    bool          // no waiting at all: each token is written as soon as the one before it
	Faults     []Fault       // injected from the start, until POST /sim/faults replaces them
	OnExit     func()        // what fault "exit" calls; nil = that fault answers 500
	TruthLimit int           // write instants kept for /sim/truth, over all requests; oldest requests go first
}

// Timing is the cost of an engine step, a sum of what the step works on. Each
// running sequence gets one token a step.
type Timing struct {
	StepBase        time.Duration // reading the weights, launching
	PerPrefillToken time.Duration // of the prompt tokens computed in the step
	PerSeq          time.Duration // of the sequences in the step
	PerKVToken      time.Duration // of the context tokens held by these sequences
}

// presets are whole machines by name. "default" is a mid-size model on a mid GPU:
// 5 ms a step at batch 1, 50,000 prompt tokens a second.
func presets() map[string]Config {
	base := Config{
		Model: "sim", MaxModelLen: 32768, MaxNumSeqs: 256, BatchTokens: 8192, KVTokens: 512 << 10,
		MeanOutput: 128, TruthLimit: 4 << 20,
		Timing: Timing{StepBase: 5 * time.Millisecond, PerPrefillToken: 20 * time.Microsecond,
			PerSeq: 30 * time.Microsecond, PerKVToken: 10 * time.Nanosecond},
	}
	fast, slow, flood, paced := base, base, base, base
	fast.Timing = Timing{StepBase: 200 * time.Microsecond, PerPrefillToken: 500 * time.Nanosecond, PerSeq: time.Microsecond}
	slow.Timing = Timing{StepBase: 30 * time.Millisecond, PerPrefillToken: 200 * time.Microsecond,
		PerSeq: 300 * time.Microsecond, PerKVToken: 50 * time.Nanosecond}
	slow.MaxNumSeqs = 16
	flood.Unpaced = true
	paced.TTFT, paced.ITL = 100*time.Millisecond, 10*time.Millisecond
	return map[string]Config{"default": base, "fast": fast, "slow": slow, "flood": flood, "paced": paced}
}

// Presets are the names that Config.Preset knows, sorted.
func Presets() []string {
	var names []string
	for name := range presets() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// resolve fills c from its preset and checks the whole.
func (c Config) resolve() (Config, error) {
	if c.Preset == "" {
		c.Preset = "default"
	}
	p, ok := presets()[c.Preset]
	if !ok {
		return c, fmt.Errorf("simulator preset %q: want one of %s", c.Preset, strings.Join(Presets(), ", "))
	}
	if c.Tokenizer == nil {
		return c, errors.New("simulator: no tokenizer; load one, such as builtin:qwen3")
	}
	if c.Model == "" {
		c.Model = p.Model
	}
	for _, f := range []struct{ own, preset *int }{
		{&c.MaxModelLen, &p.MaxModelLen}, {&c.MaxNumSeqs, &p.MaxNumSeqs}, {&c.BatchTokens, &p.BatchTokens},
		{&c.KVTokens, &p.KVTokens}, {&c.MeanOutput, &p.MeanOutput}, {&c.TruthLimit, &p.TruthLimit},
	} {
		if *f.own == 0 {
			*f.own = *f.preset
		}
	}
	if c.Timing == (Timing{}) {
		c.Timing = p.Timing
	}
	c.Unpaced = c.Unpaced || p.Unpaced && c.TTFT == 0 && c.ITL == 0
	c.TTFT, c.ITL = cmp.Or(c.TTFT, p.TTFT), cmp.Or(c.ITL, p.ITL)
	c.KVTokens = max(c.KVTokens, c.MaxModelLen)      // else a long request would wait for ever
	c.BatchTokens = max(c.BatchTokens, c.MaxNumSeqs) // each decoding sequence needs its token
	return c, c.check()
}

func (c Config) check() error {
	var faults []error
	for _, f := range []struct {
		name  string
		value int
	}{
		{"max model len", c.MaxModelLen}, {"max num seqs", c.MaxNumSeqs}, {"batch tokens", c.BatchTokens},
		{"mean output", c.MeanOutput}, {"truth limit", c.TruthLimit},
	} {
		if f.value < 1 {
			faults = append(faults, fmt.Errorf("simulator %s: %d, want at least 1", f.name, f.value))
		}
	}
	t := c.Timing
	if min(t.StepBase, t.PerPrefillToken, t.PerSeq, t.PerKVToken, c.TTFT, c.ITL) < 0 {
		faults = append(faults, errors.New("simulator timing: want no negative durations"))
	}
	for _, f := range c.Faults {
		faults = append(faults, f.check())
	}
	return errors.Join(faults...)
}

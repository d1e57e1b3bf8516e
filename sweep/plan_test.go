package sweep

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

func names(cases []PlannedCase) []string {
	var ns []string
	for _, p := range cases {
		ns = append(ns, p.Name)
	}
	return ns
}

// The names that the Python script's users parse already; input_output is the
// outer axis.
func TestPlanGrid(t *testing.T) {
	want := []string{
		"bench_io256x256_mc1_np10", "bench_io256x256_mc4_np40", "bench_io256x256_mc16_np160", "bench_io256x256_mc64_np640",
		"bench_io1024x256_mc1_np10", "bench_io1024x256_mc4_np40", "bench_io1024x256_mc16_np160", "bench_io1024x256_mc64_np640",
		"bench_io4096x512_mc1_np10", "bench_io4096x512_mc4_np40", "bench_io4096x512_mc16_np160", "bench_io4096x512_mc64_np640",
	}
	cases := read(t, "testdata/config/grid.yaml", testEnv(nil)).Plan()
	if got := names(cases); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p := cases[7]
	if p.Input != 1024 || p.Output != 256 || p.MaxConcurrency != 64 || p.NumPrompts != 640 || !math.IsInf(p.Rate, 1) || p.Warmup != 64 {
		t.Errorf("case 8: %+v", p)
	}
	if a := p.Axes; a.InputLen != 1024 || a.OutputLen != 256 || a.MaxConcurrency != 64 || a.NumPrompts != 640 || a.Dataset != "random" || a.Repeat != 1 || !math.IsInf(float64(a.RequestRate), 1) {
		t.Errorf("axes of case 8: %+v", a)
	}
	if p.Attempt != 1 || p.Hash != "" || p.Seed != dataset.CaseSeed(0, p.Name, 1) {
		t.Errorf("case 8: attempt %d, hash %q, seed %d", p.Attempt, p.Hash, p.Seed)
	}
}

// Repeats are outermost, rates innermost; an axis of one value is in no name.
func TestPlanOrder(t *testing.T) {
	for _, tt := range []struct {
		name string
		more string
		want []string
	}{
		{"one rate, one repeat", "request_rate: 4", []string{"bench_io1x1_mc1_np1"}},
		{"rates", "request_rate: [4, 0.5, inf]", []string{
			"bench_io1x1_mc1_np1_rate4", "bench_io1x1_mc1_np1_rate0.5", "bench_io1x1_mc1_np1_rateinf",
		}},
		{"large and small rates have no exponent", "request_rate: [1e6, 0.001]", []string{
			"bench_io1x1_mc1_np1_rate1000000", "bench_io1x1_mc1_np1_rate0.001",
		}},
		{"repeats", "repeats: 2", []string{"bench_io1x1_mc1_np1_run1", "bench_io1x1_mc1_np1_run2"}},
		{"both", "repeats: 2\nrequest_rate: [1, 2]", []string{
			"bench_io1x1_mc1_np1_rate1_run1", "bench_io1x1_mc1_np1_rate2_run1",
			"bench_io1x1_mc1_np1_rate1_run2", "bench_io1x1_mc1_np1_rate2_run2",
		}},
	} {
		if got := names(parse(t, tt.more).Plan()); !slices.Equal(got, tt.want) {
			t.Errorf("%s\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// No two cases draw the same prompts.
func TestPlanSeeds(t *testing.T) {
	seen := map[uint64]string{}
	for _, p := range read(t, "testdata/config/everything.yaml", testEnv(everythingEnv)).Plan() {
		if other, twice := seen[p.Seed]; twice {
			t.Errorf("%s and %s share the seed %d", other, p.Name, p.Seed)
		}
		seen[p.Seed] = p.Name
	}
	if len(seen) != 6 { // 3 rates × 2 repeats
		t.Errorf("%d cases, want 6", len(seen))
	}
}

// auto = min(max concurrency, number of prompts, 256).
func TestWarmupCount(t *testing.T) {
	for _, tt := range []struct {
		w    Warmup
		load Load
		want int
	}{
		{Warmup{Auto: true}, Load{8, 100}, 8},
		{Warmup{Auto: true}, Load{100, 8}, 8},
		{Warmup{Auto: true}, Load{1000, 2000}, 256},
		{Warmup{Requests: 3}, Load{8, 100}, 3},
		{Warmup{}, Load{8, 100}, 0},
		{Warmup{For: time.Minute}, Load{8, 100}, 0}, // by time
	} {
		if got := tt.w.count(tt.load); got != tt.want {
			t.Errorf("%+v at %+v: %d, want %d", tt.w, tt.load, got, tt.want)
		}
	}
}

// The hash changes with what would change the figures, and with nothing else.
func TestCaseHash(t *testing.T) {
	hash := func(tokenizer string, sets ...string) string {
		t.Helper()
		c := parse(t, "sampling: {temperature: 0, top_p: 1}\nextra_body: {a: 1}\n", sets...)
		h, err := c.CaseHash(c.Plan()[0], tokenizer)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := hash("t1")
	if len(first) != 64 {
		t.Errorf("hash %q is no SHA-256 in hex", first)
	}
	for _, same := range []string{
		"seed=0", "results_dir=elsewhere", "goodput.ttft=1", "percentiles=[50]", "labels.a=b", "records=none",
		"history.keep=1", "resume_within=1", "headers.X-A=b", "api_key_env=OTHER", "ready_timeout=5m",
		"sampling={top_p: 1.0, temperature: 0.0}", "extra_body.a=1.0", "warmup=1", // what auto is here
		"concurrency_prompts=[[1, 1], [2, 2]]", "request_rate=.inf", "repeats=3",
		"ramp=none", "duration=0", "abort={error_share: 0}", "timeouts.case=0",
		"dataset={type: random, prefix_len: 0, range_ratio: 0}", "prompt_token_ids=false", "prompt_overhead=server", "prompt_buffer=1MiB",
		"protocol=http1", "lora={}", "tls.insecure=true", "ready=probe", "model_check=false",
	} {
		if hash("t1", same) != first {
			t.Errorf("%s changes the hash", same)
		}
	}
	seen := map[string]string{first: "the config itself"}
	for _, other := range []string{
		"model=n", "backend=openai-chat", "endpoint=/x", "base_url=http://h:2", "input_output=[[2, 1]]", "input_output=[[1, 2]]",
		"concurrency_prompts=[[2, 1]]", "concurrency_prompts=[[1, 2]]", "request_rate=4", "burstiness=2", "warmup=0", "warmup_drain=true",
		"sampling.temperature=1", "extra_body.a=\"1\"", "extra_body.b=null", "ignore_eos=true", "timeouts.idle=1s", "timeouts.connect=1s", "seed=1",
		"duration=60s", "timeouts.case=60s", "warmup=60s", "warmup=30s", "burstiness=inf", "abort.error_share=0.5", "abort.over_saturation=true",
		"ramp={kind: linear, from: 1, to: 2}", "ramp={kind: linear, from: 1, to: 3}", "ramp={kind: exponential, from: 1, to: 2}",
		"prompt_token_ids=true", "dataset=sonnet", "dataset={type: random, range_ratio: 0.1}", "dataset={type: random, range_ratio: 0.2}",
		"dataset={type: random, range_ratio: {output: 0.2}}", "dataset={type: sharegpt, path: f}", "dataset={type: sharegpt, path: f, allow_repeat: true}",
		"ramp={kind: steps, rates: [1, 2], every: 30s}", "ramp={kind: steps, rates: [1, 2], every: 31s}", "ramp={kind: steps, rates: [2, 1], every: 30s}",
		"base_url=[http://h:1, http://h:2]", "base_url=unix:///s", "protocol=http2", "lora=[a]", "lora=[a, b]", "lora={a: 1, b: 2}",
	} {
		h := hash("t1", other)
		if before, twice := seen[h]; twice {
			t.Errorf("%s has the hash of %s", other, before)
		}
		seen[h] = other
	}
	if hash("t2") == first {
		t.Error("another tokenizer has the same hash")
	}
}

// A hash that was written into a file yesterday is still that today: this is
// the text that is hashed, to the letter.
func TestCaseHashIsStable(t *testing.T) {
	c := parse(t, "sampling: {top_p: 0.9, temperature: 0}\n")
	const canonical = `{"schema":1,"model":"m","backend":"openai","endpoint":"","base_url":"http://h:1","tokenizer_sha256":"t",` +
		`"dataset":"random","input_len":1,"output_len":1,"max_concurrency":1,"num_prompts":1,"request_rate":"inf","burstiness":1,` +
		`"warmup":1,"warmup_drain":false,"sampling":{"temperature":0,"top_p":0.9},"extra_body":{},"ignore_eos":"auto",` +
		`"timeouts_ns":[10000000000,600000000000,120000000000,3600000000000],"seed":0}`
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(canonical)))
	if got := hashOf(t, c); got != want {
		t.Errorf("hash %s, want %s: raise hashSchema if the meaning of a case has changed", got, want)
	}
}

// hashOf is the hash of a config's first case by tokenizer t.
func hashOf(t *testing.T, c *Config) string {
	t.Helper()
	hash, err := c.CaseHash(c.Plan()[0], "t")
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Of a dataset's file its content counts, not where it lies; so in a mix.
func TestCaseHashOfFiles(t *testing.T) {
	for _, yaml := range []string{
		"dataset: {type: custom, path: FILE}\n",
		"dataset: {type: mix, scenarios: [{name: a, dataset: {type: custom, path: FILE}}]}\n",
	} {
		hash := func(path, content string) string {
			c, err := Parse("c.yaml", []byte(ownBase+strings.Replace(yaml, "FILE", path, 1)), testEnv(nil))
			if err != nil {
				t.Fatal(err)
			}
			c.DatasetContent = content
			return hashOf(t, c)
		}
		if hash("a.jsonl", "c1") != hash("b/a.jsonl", "c1") {
			t.Errorf("%s: another path changes the hash", yaml)
		}
		if hash("a.jsonl", "c1") == hash("a.jsonl", "c2") {
			t.Errorf("%s: another content has the same hash", yaml)
		}
	}
}

// Prompts that were made by another count of what goes around them have other
// lengths.
func TestCaseHashOfOverhead(t *testing.T) {
	c, err := Parse("c.yaml", []byte(ownBase+"dataset: {type: custom, path: f}\n"), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	before := hashOf(t, c)
	c.PromptOff = 3
	if hashOf(t, c) == before {
		t.Error("the server adds 3 tokens to each prompt, and the hash is the same")
	}
}

// By hand: rounds × (input ÷ 8000 + output × 0.02 s); with a schedule, not before
// its last send and one request. A linear ramp from 1 to e/s by count has mean gap
// 1/(e−1), an exponential one from 1 to 4 (1 − 1/4)/ln 4; of the steps 10 s hold
// 10 requests, the next 10 s 20, and 5/s send the other 70.
func TestEstimateCase(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		p    PlannedCase
		want time.Duration
	}{
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 1, NumPrompts: 10, Rate: inf}, 20 * time.Second},           // 10 × (1 + 1)
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Rate: inf}, 6 * time.Second},            // 3 × 2
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Warmup: 4, Rate: inf}, 8 * time.Second}, // 4 × 2
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2}, 52 * time.Second},          // 100 ÷ 2 + 2
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 4, NumPrompts: 10, Rate: inf, WarmupFor: 9 * time.Second}, 15 * time.Second},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 1, NumPrompts: 10, Warmup: 1, Rate: inf, Duration: 7 * time.Second}, 9 * time.Second},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2, Duration: 30 * time.Second}, 30 * time.Second},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampLinear, From: 1, To: math.E}},
			roundSeconds(100/(math.E-1) + 2)},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampExponential, From: 1, To: 4}},
			roundSeconds(100*0.75/math.Log(4) + 2)},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf, Ramp: &Ramp{Kind: rampLinear, From: 5, To: 5}}, 22 * time.Second},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: inf,
			Ramp: &Ramp{Kind: rampSteps, Rates: []float64{1, 2, 5}, Every: 10 * time.Second}}, 36 * time.Second},
		{PlannedCase{Input: 8000, Output: 50, MaxConcurrency: 100, NumPrompts: 100, Rate: 2, Config: &Config{Dataset: dataset.Spec{Type: dataset.TypeConversation, Turns: [2]int{3, 5}}}},
			20500 * time.Millisecond}, // 25 sessions of 4 turns: 25 ÷ 2 + 4 × 2
		{PlannedCase{Input: 10_000_000, Output: 10_000_000, MaxConcurrency: 1, NumPrompts: 10_000_000, Rate: 1}, conf.MaxSpan}, // no overflow
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
	cases := c.Plan()
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
	cases := parse(t, "", "input_output=[[8000, 50]]", "concurrency_prompts=[[1, 10]]", "request_rate=[0.1, inf]", "warmup=0").Plan()
	if got := Estimate(cases, map[string]time.Duration{cases[0].Name: time.Hour}); got != time.Hour+20*time.Second {
		t.Errorf("%v, want 1h0m20s", got)
	}
	if text := estimateText(cases, map[string]time.Duration{cases[0].Name: time.Hour}); text != "about 1 h: 1 case as in the last run, 1 if a decode step takes 20 ms and prefill runs at 8,000 tokens/s" {
		t.Error(text)
	}
}

func TestRoughly(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 s"},
		{1200 * time.Millisecond, "2 s"},
		{89 * time.Second, "89 s"},
		{91 * time.Second, "2 min"},
		{59*time.Minute + 40*time.Second, "1 h"},
		{200 * time.Minute, "3 h 20 min"},
		{conf.MaxSpan, "87600 h"},
	} {
		if got := Roughly(tt.d); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.d, got, tt.want)
		}
	}
}

func TestPrintPlan(t *testing.T) {
	for _, tt := range []struct{ config, want string }{
		{"testdata/config/grid.yaml", "testdata/plan/grid.txt"},
		{"testdata/config/everything.yaml", "testdata/plan/everything.txt"},
	} {
		c := read(t, tt.config, testEnv(everythingEnv))
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Plan(), nil); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.want, b.String())
	}
}

// What is offered over time is said in the plan.
func TestPrintPlanByTime(t *testing.T) {
	c := parse(t, "", "ramp={kind: linear, from: 1, to: 9}", "warmup=2m", "duration=1h")
	var b strings.Builder
	if err := PrintPlan(&b, c, c.Plan(), nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"linear 1 to 9", "  2m  ", "1 prompts and 2m of warm-up a case;", "each case ends after 1h, whatever prompts are left"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
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
		p := c.Plan()[0]
		if p.Typical != tt.want || p.lengths() != tt.want {
			t.Errorf("%s: %v, want %v", tt.dataset, p.Typical, tt.want)
		}
	}
	if p := parse(t, "").Plan()[0]; p.Typical != (IOLen{}) || p.lengths() != (IOLen{1, 1}) {
		t.Errorf("lengths asked for: %v beside %v", p.Typical, p.lengths())
	}
}

// A plan says what it does not know.
func TestPrintPlanOfOwnLengths(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"dataset: {type: custom, path: f}", "testdata/plan/custom.txt"},
		{"dataset: {type: trace, path: f, speed: 2}", "testdata/plan/trace.txt"},
		{"backend: openai-chat\ndataset: {type: conversation, path: f, think: 3s}", "testdata/plan/conversation.txt"},
	} {
		c, err := Parse("c.yaml", []byte(ownBase+tt.yaml+"\n"), testEnv(nil), "concurrency_prompts=[[4, 10], [100, 2000]]")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Plan(), nil); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.want, b.String())
	}
}

// A trace's times are a schedule, as a rate is; its lengths alone are none.
func TestPlanOfReplay(t *testing.T) {
	for _, tt := range []struct {
		dataset string
		open    bool
		axis    string
	}{
		{"{type: trace, path: f, speed: 2.5}", true, "times x2.5"},
		{"{type: trace, path: f, replay: lengths}", false, ""},
	} {
		c, err := Parse("c.yaml", []byte(ownBase+"dataset: "+tt.dataset+"\n"), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		if p := c.Plan()[0]; p.open() != tt.open || c.open() != tt.open || p.Axes.More["replay"] != tt.axis {
			t.Errorf("%s: open %v and %v, axes %v", tt.dataset, p.open(), c.open(), p.Axes.More)
		}
	}
}

// Fewer prompts than the cap are allowed, and said.
func TestNotes(t *testing.T) {
	c := parse(t, "", "concurrency_prompts=[[8, 8], [16, 4]]")
	want := []string{"concurrency_prompts [16, 4]: with 4 prompts no more than 4 are ever in flight"}
	if got := c.Notes(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

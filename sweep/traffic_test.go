package sweep

import (
	"math"
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/sweep/plan"
	"llmsweep/telemetry"
)

// What the server counted against what can be ours: reasons by hand.
func TestForeign(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name                         string
		finished, prompt, generation float64
		ours                         share
		want                         string
	}{
		{"just ours", 100, 6400, 3200, share{100, 6400, 3200}, ""},
		{"some of ours failed", 60, 4000, 2000, share{100, 6400, 3200}, ""},
		{"more requests", 130, 8000, 4000, share{100, 6400, 3200}, "foreign traffic: the server finished 130 requests during the case, at most 100 were ours"},
		{"tokens of one still going on", 100, 6400, 4000, share{100, 6400, 3200}, "foreign traffic: the server generated 4000 tokens during the case, at most 3200 were ours"},
		{"a prefill of another", nan, 9000, 3200, share{100, 6400, 3200}, "foreign traffic: the server read 9000 tokens during the case, at most 6400 were ours"},
		{"2 % of tokens", 100, 6528, 3264, share{100, 6400, 3200}, ""},
		{"tells nothing", nan, nan, nan, share{100, 6400, 3200}, ""},
		{"outputs without a limit", 100, 6400, 99999, share{100, 6400, nan}, ""},
	} {
		c := telemetry.Counters{Finished: tt.finished, PromptTokens: tt.prompt, GenerationTokens: tt.generation}
		if got := foreign(c, tt.ours); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A case's own share is an upper bound: what failed or was cut off counts with all
// that it asked for, what was never sent does not count.
func TestOurShare(t *testing.T) {
	records := []metrics.Record{
		{Sent: 1, Warmup: true, InputServer: 10, OutputTokens: 5, OutputAsked: 5},
		{Sent: 2, InputServer: 10, InputClient: 9, OutputTokens: 3, OutputAsked: 5}, // stopped early; aborts are seen late
		{Sent: 3, Censored: true, InputClient: 12, OutputAsked: 8, OutputTokens: 2},
		{Sent: 4, ErrorClass: "reset", InputAsked: 7, OutputAsked: 4},
		{InputAsked: 100, OutputAsked: 100, ErrorClass: "connect"},
	}
	if got, want := ourShare(records, 1), (share{4, 39, 22}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := ourShare(records, 3), (share{12, 39, 66}); got != want {
		t.Errorf("three answers each: %+v, want %+v", got, want)
	}
	endless := append(records, metrics.Record{Sent: 5, Censored: true, InputAsked: 1})
	if got := ourShare(endless, 1); !math.IsNaN(got.generation) || got.requests != 5 {
		t.Errorf("%+v, want no bound on the tokens of a request without one", got)
	}
}

// What the server had not counted at a case's end may come in the next.
func TestUnsettled(t *testing.T) {
	nan := math.NaN()
	ours := share{10, 640, 320}
	for _, tt := range []struct {
		counted telemetry.Counters
		want    share
	}{
		{telemetry.Counters{Finished: 10, Aborted: nan, PromptTokens: 640, GenerationTokens: 320}, share{}},
		{telemetry.Counters{Finished: 6, Aborted: 1, PromptTokens: 500, GenerationTokens: 200}, share{3, 140, 120}},
		{telemetry.Counters{Finished: 14, Aborted: 0, PromptTokens: 700, GenerationTokens: 400}, share{}},
		{telemetry.Counters{Finished: nan, Aborted: nan, PromptTokens: 600, GenerationTokens: nan}, share{0, 40, 0}},
	} {
		if got := ours.rest(tt.counted); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.counted, got, tt.want)
		}
	}
}

// What somebody else's load, or the lack of counters, makes the user hear before the
// first case.
func TestNoteBusy(t *testing.T) {
	for _, tt := range []struct {
		pages    map[string]string
		note     string
		warnings int
	}{
		{map[string]string{"/metrics": "vllm:num_requests_running 3\nvllm:num_requests_waiting 2\n"}, "the server works on 3 requests, with 2 more waiting, before the first case", 1},
		{map[string]string{"/metrics": "vllm:num_requests_running 0\n"}, "", 0},
		{nil, "it tells no counters: /metrics: status 404", 0},
		{map[string]string{"/metrics": "go_goroutines 3\n"}, "it tells no counters: none of its 1 metrics is one of", 0},
	} {
		said := &noted{}
		r := Runner{Progress: said}
		r.noteBusy(t.Context(), []pageReader{pagesOf(t, tt.pages)})
		if got := strings.Join(append(said.notes, r.warnings...), "\n"); !strings.Contains(got, tt.note) || (got == "") != (tt.note == "") || len(r.warnings) != tt.warnings {
			t.Errorf("%v: said %q, %d warnings", tt.pages, got, len(r.warnings))
		}
	}
}

func TestAnswersEach(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"", 1},
		{"extra_body: {n: 3}", 3},
		{"sampling: {n: 2, temperature: 1}", 2},
		{"extra_body: {n: null}", 1},
	} {
		c, err := plan.Parse("c", []byte(base+tt.text), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := answersEach(c); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.text, got, tt.want)
		}
	}
}

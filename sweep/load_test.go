package sweep

import (
	"context"
	"errors"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// promptsOf makes the prompts of a config's first case, by the built-in tokenizer.
func promptsOf(t *testing.T, c *plan.Config) (plan.Case, *dataset.Prompts) {
	t.Helper()
	planned := c.Cases()
	set := newInputSet(planned, os.Getenv, Silent{})
	if err := set.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	in := set.of(c)
	d := &Driver{Config: c, Source: in.source, Progress: Silent{}}
	prompts, err := d.prompts(t.Context(), planned[0])
	if err != nil {
		t.Fatal(err)
	}
	return planned[0], prompts
}

// A schedule starts sessions: 100 requests in sessions of 3 turns are 34; those of
// a warm-up have one turn.
func TestScheduleCountsSessions(t *testing.T) {
	const talk = "backend: openai-chat\ntokenizer: builtin:qwen3\nprompt_overhead: tokenizer\nwarmup: 8\ndataset: {type: conversation, turns: 3}\n"
	for _, tt := range []struct {
		load     string
		measured func(seed uint64) loadgen.Pacer
		rate     float64 // of the warm-up, sessions/s
		note     string
	}{
		{"request_rate: 5\n", func(seed uint64) loadgen.Pacer {
			return loadgen.Gamma{Rate: 5, Burstiness: 1, N: 34, Seed: seed}
		}, 5, "request_rate counts sessions: 34 sessions of 100 requests"},
		{"ramp: {kind: linear, from: 1, to: 9}\n", func(seed uint64) loadgen.Pacer {
			return loadgen.Ramp{From: 1, To: 9, Burstiness: 1, N: 34, Seed: seed}
		}, 1, "ramp counts sessions: 34 sessions of 100 requests"},
		{"", nil, 0, ""},
	} {
		c, err := plan.Parse("c.yaml", []byte("base_url: http://h:1\nmodel: m\ninput_output: [[40, 3]]\nconcurrency_prompts: [[8, 100]]\n"+talk+tt.load), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		pc, prompts := promptsOf(t, c)
		d := &Driver{Config: c}
		plan := d.load(pc, prompts)
		var measured, warmup loadgen.Pacer
		if tt.measured != nil {
			measured = tt.measured(pc.Seed)
			warmup = loadgen.Gamma{Rate: tt.rate, Burstiness: 1, N: 8, Seed: ^pc.Seed}
		}
		if plan.Measured.Pacer != measured || plan.Warmup.Pacer != warmup {
			t.Errorf("%q: pacers %+v and %+v, want %+v and %+v", tt.load, plan.Measured.Pacer, plan.Warmup.Pacer, measured, warmup)
		}
		if got := strings.Join(d.loadNotes(&pc, prompts), "; "); got != tt.note {
			t.Errorf("%q: notes %q, want %q", tt.load, got, tt.note)
		}
	}
}

// In a mix without shares a scenario without a request is worth a note.
func TestUnsentScenarioIsNoted(t *testing.T) {
	d := &Driver{Config: &plan.Config{Dataset: dataset.Spec{Scenarios: []dataset.Scenario{{Name: "a", Weight: 99}, {Name: "b", Weight: 1}}}}}
	want := []string{"scenario b gets 0 of 30 requests at weights 99, 1: more prompts or another weight"}
	if got := d.loadNotes(&plan.Case{NumPrompts: 30, Rate: math.Inf(1)}, nil); !slices.Equal(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
}

// failingSource yields n sessions, then an error.
type failingSource struct{ n int }

var errNoPrompts = errors.New("no prompt is left")

func (f failingSource) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		for range f.n {
			if !yield(dataset.Single(dataset.Request{}), nil) {
				return
			}
		}
		yield(dataset.Session{}, errNoPrompts)
	}
}

// atOnce answers at once.
type atOnce struct{}

func (atOnce) Do(_ context.Context, r dataset.Request) client.Trace { return client.Trace{Request: r} }

// A warm-up by time whose prompts run out ends there, with a note.
func TestTimedWarmupRunsOut(t *testing.T) {
	plan := loadgen.Plan{
		Warmup:         loadgen.Phase{Source: &timedWarmup{source: failingSource{3}, length: time.Hour}, For: time.Hour},
		Measured:       loadgen.Phase{Source: failingSource{2}, Requests: 2},
		MaxConcurrency: 1,
	}
	warm, measured := 0, 0
	err := loadgen.Run(t.Context(), atOnce{}, plan, func(tr client.Trace) error {
		if tr.Request.Warmup {
			warm++
		} else {
			measured++
		}
		return nil
	})
	if err != nil || warm != 3 || measured != 2 {
		t.Errorf("%d warm-up and %d measured requests, error %v; want 3, 2, none", warm, measured, err)
	}
	want := []string{"the warm-up ended before its 1h, after 3 sessions: no prompt is left"}
	if got := cutWarmups([]loadgen.Plan{{}, plan}); !slices.Equal(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
}

// A source that fails while requests are sent fails its case alone.
func TestSourceErrorFailsTheCase(t *testing.T) {
	res, d := &Result{}, &Driver{Config: &plan.Config{}}
	plan := loadgen.Plan{Measured: loadgen.Phase{Source: failingSource{2}, Requests: 3}, MaxConcurrency: 1}
	_, err := d.ended(t.Context(), res, loadgen.Run(t.Context(), atOnce{}, plan, func(client.Trace) error { return nil }))
	const want = "load: reading requests: no prompt is left"
	if err != nil || res.Status != runlog.StatusFailed || res.Failure != want || !slices.Equal(res.Notes, []string{want}) {
		t.Errorf("%s, failure %q, notes %q, error %v; want a failed case, %q", res.Status, res.Failure, res.Notes, err, want)
	}
	if res.judge(1); len(res.Summary.Validity.Reasons) != 1 || res.Summary.Validity.Reasons[0] != want {
		t.Errorf("reasons %q, want %q", res.Summary.Validity.Reasons, want)
	}
	cut := client.Trace{Err: &client.Error{Class: client.Cancelled, Err: &loadgen.SourceError{Phase: "load", Err: errNoPrompts}}}
	if !cutOff(cut) {
		t.Error("a request in flight has failed, though it was cut off")
	}
}

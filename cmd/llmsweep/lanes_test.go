package main

import (
	"slices"
	"strings"
	"testing"

	"llmsweep/metrics"
)

// TestLanesWarmUpTogether: scenarios with slots of their own have one warm-up, and
// are measured from one instant on. That one of them ended long before the other
// is told.
func TestLanesWarmUpTogether(t *testing.T) {
	for _, drain := range []bool{true, false} {
		dir := t.TempDir()
		writeConfig(t, dir, `base_url: sim:fast
tokenizer: ${SMALL_TOKENIZER}
concurrency_prompts: [[4, 40]]
warmup: 20
warmup_drain: %t
dataset:
  type: mix
  scenarios:
    - {name: short, weight: 1, input_output: [16, 2], concurrency_share: 0.5, dataset: random}
    - {name: long, weight: 9, input_output: [400, 40], concurrency_share: 0.5, dataset: random}
`, drain)
		sweepIn(t, dir, exitOK)
		const name = "bench_mix_mc4_np40"
		var warmQueued, warmEnd int64 // two requests of one instant reach the wire in any order
		all := recordsOf(t, dir, name)
		for _, r := range all {
			if r.Warmup {
				warmQueued, warmEnd = max(warmQueued, r.Queued), max(warmEnd, r.End)
			}
		}
		measured := map[string]int{}
		for _, r := range all {
			if r.Warmup {
				continue
			}
			measured[r.Scenario]++
			if r.Queued < warmQueued || drain && r.Sent < warmEnd {
				t.Errorf("drain %v: %s of %s had its turn at %d ns and was sent at %d, the last warm-up had its turn at %d; it ended at %d", drain, r.ID, r.Scenario, r.Queued, r.Sent, warmQueued, warmEnd)
			}
		}
		if measured["short"] != 4 || measured["long"] != 36 {
			t.Errorf("drain %v: %v measured, want 4 of short and 36 of long", drain, measured)
		}
		v := readCase(t, dir, name).Validity
		if v.Verdict != metrics.Suspect || !matches(`scenario short ended after [0-9.]+ s of [0-9.]+ s: the scenarios did not load the server together`, strings.Join(v.Reasons, "\n")) {
			t.Errorf("drain %v: %s, %q; want suspect: short ended early", drain, v.Verdict, v.Reasons)
		}
	}
}

// TestOutOfPrompts: 70 token ids make 70 prompts of one token. The case that asks
// for 100 fails on its way, and says why; the next one is run.
func TestOutOfPrompts(t *testing.T) {
	dir := t.TempDir()
	s := countingServer{silent: true}
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: ids:1-70\nprompt_token_ids: true\nprompt_overhead: tokenizer\nprompt_buffer: 1\n"+
		"input_output: [[1, 2]]\nconcurrency_prompts: [[2, 100], [2, 5]]\nwarmup: 3\n", s.serve(t, smallPath(t)))
	stdout, stderr := sweepIn(t, dir, exitFailed)
	f := readCase(t, dir, "bench_io1x2_mc2_np100")
	const why = "load: reading requests: "
	if f.Status != "failed" || !slices.ContainsFunc(f.Notes, func(n string) bool { return strings.HasPrefix(n, why) }) {
		t.Errorf("%s, notes %q; want failed, %q…", f.Status, f.Notes, why)
	}
	if f.Failed > 0 || f.Completed == 0 {
		t.Errorf("%d completed, %d failed; want some, none", f.Completed, f.Failed)
	}
	if next := readCase(t, dir, "bench_io1x2_mc2_np5"); next.Completed != 5 {
		t.Errorf("the next case: %s, %d completed; want 5", next.Status, next.Completed)
	}
	for _, out := range []string{stdout, stderr} {
		if !strings.Contains(out, why) {
			t.Errorf("no word of %q:\n%s", why, out)
		}
	}
}

// TestWarmupOutOfRows: a warm-up by time that has sent all rows that no case was
// dealt ends there; its case is measured, and notes it.
func TestWarmupOutOfRows(t *testing.T) {
	dir := t.TempDir()
	writeRows(t, dir, 11)
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\nconcurrency_prompts: [[2, 5], [2, 4]]\nwarmup: 1h\ndataset: {type: custom, path: rows.jsonl}\n")
	sweepIn(t, dir, exitOK)
	for _, name := range caseNames(t, dir) {
		f := readCase(t, dir, name)
		if !matches(`the warm-up ended before its 1h, after 2 sessions: .*rows\.jsonl`, strings.Join(f.Notes, "\n")) {
			t.Errorf("%s: notes %q, want why the warm-up ended", name, f.Notes)
		}
	}
}

package main

import "testing"

// A server that is asked for its running usage tells the tokens of each chunk, and the
// case then has the gaps per token: with one token a chunk, as the simulator sends
// them, those of itl. Unasked it tells none, and the case says nothing.
func TestGapsPerToken(t *testing.T) {
	url, _ := smallSimulator(t, "--preset", "fast", "--model", "m")
	for _, tt := range []struct {
		keys string
		gaps int // told: of 4 requests with 8 tokens each
	}{
		{"extra_body: {stream_options: {include_usage: true, continuous_usage_stats: true}}", 28},
		{"", 0},
	} {
		dir := t.TempDir()
		writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[32, 8]]\nconcurrency_prompts: [[2, 4]]\nwarmup: 0\n%s\n", url, tt.keys)
		sweepIn(t, dir, exitOK)
		f := readCase(t, dir, "bench_io32x8_mc2_np4")
		got := f.Distributions["itl_per_token"]
		if got.N != tt.gaps || tt.gaps > 0 && got.Mean != f.ITL.Mean {
			t.Errorf("%q: %+v, want %d gaps with the mean of itl, %v", tt.keys, got, tt.gaps, f.ITL.Mean)
		}
	}
}

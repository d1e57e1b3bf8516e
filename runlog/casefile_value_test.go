package runlog

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// theirs is a result file of vLLM's keys with some put in place of others.
func theirs(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"num_prompts":4,"request_rate":"inf","max_concurrency":2,"duration":2.0,"completed":4,"failed":0,` +
		`"total_input_tokens":40,"total_output_tokens":4,"request_throughput":2.0,"output_throughput":2.0,"mean_ttft_ms":5.0,"median_ttft_ms":5.0,` +
		`"std_ttft_ms":0.0,"p99_ttft_ms":5.0,"mean_tpot_ms":0.0,"median_tpot_ms":0.0,"std_tpot_ms":0.0,"p99_tpot_ms":0.0}`)
}

// vLLM sums up an empty sample, here TPOT's of answers of one token, as if it held a 0.
func TestZeroLatencyOfVLLMIsUndefined(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one_token.json")
	write(t, path, "\ufeff"+theirs()) // the mark that some editors put before it is no part of it
	whole, err := ReadCase(path)
	check(t, err)
	streamed, err := ReadCaseFigures(path)
	check(t, err)
	for _, f := range []*CaseFile{whole, streamed[0]} {
		if d := f.TPOT; d.Mean.Defined() || d.Median.Defined() || d.Std.Defined() || d.P["99"].Defined() {
			t.Errorf("TPOT of answers of one token: %v, want none", d)
		}
		if d := f.TTFT; d.Mean != 5 || d.Std != 0 || d.P["99"] != 5 {
			t.Errorf("TTFT %v, want 5 without spread", d)
		}
		if _, ok := f.Figures()["p99_tpot_ms"]; ok {
			t.Error("p99_tpot_ms is a figure")
		}
	}
}

// What no server can have done is told by its key, as what is no number is.
func TestForeignFigureIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	for _, tt := range []struct{ old, put, why string }{
		{`"completed":4`, `"completed":-4`, "key completed: below 0"},
		{`"total_input_tokens":40`, `"total_input_tokens":-40`, "key total_input_tokens: below 0"},
		{`"duration":2.0`, `"duration":-2.0`, "key duration: below 0"},
		{`"request_rate":"inf"`, `"request_rate":-1`, "key request_rate: below 0"},
		{`"p99_ttft_ms":5.0`, `"p99_ttft_ms":-5.0`, "key p99_ttft_ms: below 0"},
		{`"p99_ttft_ms":5.0`, `"p99_ttft_ms":1e999`, "key p99_ttft_ms: 1e999, want a number"},
		{`"mean_ttft_ms":5.0`, `"mean_ttft_ms":NaN`, "key mean_ttft_ms: NaN is not JSON, want a number"},
		{`"request_throughput":2.0`, `"request_throughput":"2"`, `key request_throughput: "2", want a number`},
		{`"completed":4`, `"completed":null`, "key completed: null, want a whole number"},
		{`"completed":4`, `"completed":1e30`, "key completed: 1e30, want a whole number"},
	} {
		write(t, path, theirs(tt.old, tt.put))
		_, err := ReadCaseFigures(path)
		if err == nil || errors.Is(err, ErrNotCase) || !strings.HasSuffix(err.Error(), "x.json: "+tt.why) {
			t.Errorf("%s: %v, want %s", tt.put, err, tt.why)
		}
	}
}

package runlog

import (
	"encoding/json"
	"regexp"
	"testing"
)

// The keys of latencies are those of one pattern.
func TestDistKey(t *testing.T) {
	pattern := regexp.MustCompile(`^(mean|median|std|p\d+(?:\.\d+)?)_(ttft|tpot|itl|e2el)_ms$`)
	for _, key := range []string{
		"mean_ttft_ms", "median_tpot_ms", "std_itl_ms", "p99_e2el_ms", "p99.9_ttft_ms", "p5_itl_ms",
		"", "_ms", "mean_ms", "ttft_ms", "_ttft_ms", "p_ttft_ms", "p._ttft_ms", "p9._ttft_ms", "p.9_ttft_ms", "p9.9.9_ttft_ms", "p-9_ttft_ms",
		"mean_ttft", "mean_ttft_ms_", "mean_ttfts_ms", "max_ttft_ms", "mean_queue_ms", "p99_x_ttft_ms", "MEAN_ttft_ms",
	} {
		m := pattern.FindStringSubmatch(key)
		stat, metric, ok := distKey(key)
		if ok != (m != nil) || ok && (stat != m[1] || metric != m[2]) {
			t.Errorf("%q: %q, %q, %v; want %q", key, stat, metric, ok, m)
		}
	}
}

// A figure is read as encoding/json reads a number, and null is none.
func TestFloatRead(t *testing.T) {
	for _, text := range []string{"0", "-0.5", "1e3", "12.5 ", " 3", "1E-400", "", "-", "01", "+1", "0x1p4", "1.", ".5", "1_0", "1e999", "NaN", "Inf", "inf", `"1"`, "[1]", "1 2"} {
		var want float64
		err := json.Unmarshal([]byte(text), &want)
		var got Float
		switch errGot := got.read([]byte(text)); {
		case (errGot == nil) != (err == nil):
			t.Errorf("%q: %v, want %v", text, errGot, err)
		case err == nil && float64(got) != want:
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	got := Float(1)
	if err := got.read([]byte("null")); err != nil || got.Defined() {
		t.Errorf("null: %v, %v", got, err)
	}
}

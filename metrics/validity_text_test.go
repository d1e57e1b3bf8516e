package metrics

import "testing"

// What is just above its limit is not written as the limit.
func TestAboveText(t *testing.T) {
	for _, tt := range []struct {
		ms, limit float64
		want      string
	}{
		{1.0004, 1, "1.0004 ms"}, {1.004, 1, "1.004 ms"}, {1.04, 1, "1.04 ms"}, {39.12, 1, "39.1 ms"},
		{250.2, 250, "250.2 ms"}, {1, 1, "1 ms"},
	} {
		if got := aboveText(tt.ms, tt.limit); got != tt.want {
			t.Errorf("%g above %g: %s, want %s", tt.ms, tt.limit, got, tt.want)
		}
	}
	for _, tt := range []struct {
		share, limit float64
		want         string
	}{
		{0.05003, 0.05, "5.003 %"}, {-0.05003, 0.05, "-5.003 %"}, {0.136, 0.05, "13.6 %"}, {0.0100001, 0.01, "1.00001 %"}, {0.375, 0, "37.5 %"},
	} {
		if got := percentAbove(tt.share, tt.limit); got != tt.want {
			t.Errorf("%g above %g: %s, want %s", tt.share, tt.limit, got, tt.want)
		}
	}
}

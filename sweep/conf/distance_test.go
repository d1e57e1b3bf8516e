package conf

import "testing"

// What was meant is near by distance first; then what goes on with a unit.
func TestNearest(t *testing.T) {
	names := []string{"p90_ttft_ms", "p99_ttft_ms", "output_throughput", "p"}
	for _, tt := range []struct{ written, want string }{
		{"p99_ttft", "p99_ttft_ms"},
		{"P99_TTFT_MS", "p99_ttft_ms"},
		{"p90_ttf_ms", "p90_ttft_ms"},
		{"output", "output_throughput"},
		{"ou", ""},
		{"nothing", ""},
	} {
		if got := Nearest(tt.written, names); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.written, got, tt.want)
		}
	}
}

// Distances counted by hand.
func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "seed", 4},
		{"seed", "seed", 0},
		{"modle", "model", 1}, // two neighbours swapped
		{"kitten", "sitting", 3},
		{"conect", "connect", 1},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := Distance(tt.b, tt.a); got != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

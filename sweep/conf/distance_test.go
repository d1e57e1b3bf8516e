package conf

import "testing"

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

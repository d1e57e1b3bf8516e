package search

import (
	"slices"
	"testing"
)

func TestBetween(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lo, hi float64
		n      int
		want   []float64
	}{
		{"steps of 1, to 0.2", 1, 10, 8, []float64{2, 3, 4, 5, 6, 7, 8, 9}},
		// step 4.2: to 0.5: 7.4 11.6 15.8 20 24.2 28.4 32.6 36.8
		{"steps of 4.2, to 0.5", 3.2, 41, 8, []float64{7.5, 11.5, 16, 20, 24, 28.5, 32.5, 37}},
		// step 0.3: to 0.05: 0.4 0.7
		{"below 1, to 0.05", 0.1, 1, 2, []float64{0.4, 0.7}},
		// step 1.0967: to 0.2: 4.3867 5.4833
		{"no round number", 3.29, 6.58, 2, []float64{4.4, 5.4}},
		// step 2000: to 200; step 5000: to 1000
		{"steps of 2000", 0, 10_000, 4, []float64{2000, 4000, 6000, 8000}},
		{"steps of 5000", 500, 15_500, 2, []float64{6000, 11000}}, // 5500 and 10500: half up
		{"one", 2, 4, 1, []float64{3}},
		// step 0.0001: to 0.00002
		{"hardly apart", 1, 1.0004, 3, []float64{1.0001, 1.0002, 1.0003}},
		{"equal ends", 4, 4, 8, nil},
		{"falling", 4, 3, 8, nil},
	} {
		if got := Between(tt.lo, tt.hi, tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Whatever the ends, the rates are between them, rising, and within a tenth of a step
// of where they would be.
func FuzzBetween(f *testing.F) {
	f.Add(1.0, 10.0, uint8(8))
	f.Add(0.0371, 12345.678, uint8(99))
	f.Add(999.999, 1000.0, uint8(3))
	f.Fuzz(func(t *testing.T, lo, wide float64, more uint8) {
		n := 1 + int(more)%100
		if !(lo >= 1e-3 && lo <= 1e6 && wide >= 1e-3*lo && wide <= 1e6) {
			t.Skip()
		}
		hi := lo + wide
		step := (hi - lo) / float64(n+1)
		rates := Between(lo, hi, n)
		if len(rates) != n || !slices.IsSorted(rates) {
			t.Fatalf("Between(%v, %v, %d) = %v", lo, hi, n, rates)
		}
		for i, rate := range rates {
			exact := lo + step*float64(i+1)
			if off := rate - exact; off > 0.1001*step || off < -0.1001*step {
				t.Errorf("Between(%v, %v, %d)[%d] = %v, %v from %v, steps of %v", lo, hi, n, i, rate, off, exact, step)
			}
		}
	})
}

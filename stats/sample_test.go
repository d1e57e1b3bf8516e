package stats

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/montanaflynn/stats"
	"pgregory.net/rapid"
)

// numpyFigures are samples and what NumPy 2.4.6 says of them, by
// a.mean(), np.median(a), a.std(), np.percentile(a, p).
type numpyFigures struct {
	NumPy       string
	Percentiles []float64
	Samples     []struct {
		Name              string
		Values            []float64
		Mean, Median, Std float64
		P                 []float64
	}
}

func TestAgainstNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	var f numpyFigures
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if f.NumPy != "2.4.6" || len(f.Samples) != 10 {
		t.Fatalf("NumPy %s, %d samples; want 2.4.6 and 10", f.NumPy, len(f.Samples))
	}
	for _, s := range f.Samples {
		before := slices.Clone(s.Values)
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"mean", Mean(s.Values), s.Mean},
			{"median", Median(s.Values), s.Median},
			{"std", StdDev(s.Values), s.Std},
		} {
			if !near(c.got, c.want, 1e-14) {
				t.Errorf("%s: %s = %.17g, want %.17g", s.Name, c.name, c.got, c.want)
			}
		}
		sorted := Sort(s.Values)
		for i, p := range f.Percentiles {
			if got := sorted.Percentile(p); got != s.P[i] {
				t.Errorf("%s: Sorted.Percentile(%g) = %.17g, want %.17g, bit for bit", s.Name, p, got, s.P[i])
			}
		}
		if !slices.Equal(s.Values, before) {
			t.Errorf("%s: the caller's slice was reordered", s.Name)
		}
	}
}

func TestUndefined(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name string
		got  float64
		want float64
	}{
		{"mean of none", Mean(nil), nan},
		{"median of none", Median(nil), nan},
		{"deviation of none", StdDev(nil), nan},
		{"percentile of none", Sorted(nil).Percentile(50), nan},
		{"maximum of none", Sorted(nil).Max(), nan},
		{"percentile above 100", Sorted{1, 2}.Percentile(101), nan},
		{"percentile below 0", Sorted{1, 2}.Percentile(-1), nan},
		{"percentile NaN", Sorted{1, 2}.Percentile(nan), nan},
		{"sample with a NaN", Sort([]float64{2, nan, 1}).Percentile(50), nan},
		{"deviation of one", StdDev([]float64{5}), 0},
		{"0th percentile is the smallest", Sorted{1, 2}.Percentile(0), 1},
		{"between infinities", Sorted{math.Inf(1), math.Inf(1)}.Percentile(50), math.Inf(1)},
		{"maximum", Sorted{1, 2, 9}.Max(), 9},
	} {
		if tt.got != tt.want && !(math.IsNaN(tt.got) && math.IsNaN(tt.want)) {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestPercentileProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 200).Draw(t, "xs")
		p := rapid.Float64Range(0.001, 100).Draw(t, "p")
		q := rapid.Float64Range(0.001, 100).Draw(t, "q")
		s := Sort(xs)
		want, err := stats.Percentile(xs, p)
		if got := s.Percentile(p); err != nil || math.Abs(got-want) > 1e-8 {
			t.Errorf("Sorted.Percentile(%v) = %v, montanaflynn's = %v, %v", p, got, want, err)
		}
		lo, hi := s.Percentile(min(p, q)), s.Percentile(max(p, q))
		if lo > hi+1e-8 || lo < s[0]-1e-8 || hi > s.Max()+1e-8 {
			t.Errorf("percentiles %v, %v of %v: %v, %v are not in order or not within the sample", min(p, q), max(p, q), s, lo, hi)
		}
	})
}

// near compares to a relative tolerance.
func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*max(math.Abs(a), math.Abs(b))
}

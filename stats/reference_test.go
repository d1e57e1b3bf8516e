package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

type referenceT struct{ T, DoF, P, Low, High, Greater float64 }

// reference is testdata/tests.json: figures of SciPy and NumPy, made by tests.py.
type reference struct {
	Samples []struct {
		A, B        []float64
		Welch       referenceT
		Paired      *referenceT
		One         referenceT
		MannWhitney float64
		Ties        bool
	}
	Holm  []struct{ P, Adjusted []float64 }
	Power []struct {
		Effect, SD, Alpha, Power float64
		N                        int
	}
	Resample struct {
		Xs        []float64
		Times     []int
		Mean, P50 float64
		P99       float64
		P999      float64 `json:"p99.9"`
	}
	Bootstrap struct {
		MeanSE   float64 `json:"mean_se"`
		MedianSE float64 `json:"median_se"`
	}
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	b, err := os.ReadFile("testdata/tests.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// close9 holds got to nine digits of want.
func close9(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1e-3, math.Abs(want)) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

func (want referenceT) check(t *testing.T, what string, got TTest) {
	t.Helper()
	close9(t, what+" t", got.Estimate/got.SE, want.T)
	close9(t, what+" dof", got.DoF, want.DoF)
	close9(t, what+" p", got.TwoSided(0), want.P)
	low, high := got.Interval(0.95)
	close9(t, what+" low", low, want.Low)
	close9(t, what+" high", high, want.High)
}

func TestTestsAgainstSciPy(t *testing.T) {
	for _, s := range readReference(t).Samples {
		w := Welch(s.A, s.B)
		s.Welch.check(t, "Welch", w)
		close9(t, "Welch, one-sided", w.Above(0), s.Welch.Greater)
		if s.Paired != nil {
			s.Paired.check(t, "paired", Paired(s.A, s.B))
			both, _ := PairedOrWelch(s.A, s.B)
			close9(t, "the smaller of both, × 1.5", both.TwoSided(0), min(1, 1.5*min(s.Welch.P, s.Paired.P)))
		}
		one := OneSample(s.A)
		close9(t, "one sample, above 1", one.Above(1), s.One.P)
		low, high := one.Interval(0.95)
		close9(t, "one sample low", low, s.One.Low)
		close9(t, "one sample high", high, s.One.High)
		if !s.Ties {
			close9(t, "Mann–Whitney", MannWhitney(s.A, s.B), s.MannWhitney)
		}
	}
}

func TestHolmAgainstReference(t *testing.T) {
	for _, h := range readReference(t).Holm {
		got := Holm(h.P)
		for i := range got {
			close9(t, "Holm", got[i], h.Adjusted[i])
		}
	}
	got := Holm([]float64{0.01, math.NaN(), 0.02})
	if got[0] != 0.02 || !math.IsNaN(got[1]) || got[2] != 0.02 {
		t.Errorf("with a NaN: %v, want 0.02, NaN, 0.02: two tests", got)
	}
}

// The shifted t is within a value, or a tenth of them, of the noncentral t.
func TestRepeatsNeededAgainstNoncentralT(t *testing.T) {
	for _, p := range readReference(t).Power {
		n, ok := RepeatsNeeded(p.Effect, p.SD, p.SD, p.Alpha, p.Power)
		if !ok || math.Abs(float64(n-p.N)) > math.Max(1, float64(p.N)/10) {
			t.Errorf("%+v: %d, %v", p, n, ok)
		}
	}
	for _, tt := range []struct{ effect, sd float64 }{{0, 1}, {-1, 1}, {1e-6, 1}, {1, math.NaN()}} {
		if n, ok := RepeatsNeeded(tt.effect, tt.sd, tt.sd, 0.05, 0.8); ok {
			t.Errorf("%v: %d repeats, want none to be enough", tt, n)
		}
	}
	if n, ok := RepeatsNeeded(0.1, 0, 0, 0.05, 0.8); !ok || n != 2 {
		t.Errorf("without spread: %d, %v; want 2", n, ok)
	}
}

func TestResamplesAgainstNumPy(t *testing.T) {
	r := readReference(t)
	groups := make([][]float64, len(r.Resample.Xs))
	for i, x := range r.Resample.Xs {
		groups[i] = []float64{x}
	}
	c := NewClustered(groups)
	times := r.Resample.Times
	close9(t, "mean", ClusteredMean(c, times), r.Resample.Mean)
	close9(t, "p50", ClusteredPercentile(50)(c, times), r.Resample.P50)
	close9(t, "p99", ClusteredPercentile(99)(c, times), r.Resample.P99)
	close9(t, "p99.9", ClusteredPercentile(99.9)(c, times), r.Resample.P999)
	for _, tt := range []struct {
		name string
		of   Statistic
		want float64
	}{{"mean", ClusteredMean, r.Bootstrap.MeanSE}, {"median", ClusteredPercentile(50), r.Bootstrap.MedianSE}} {
		xs := c.Bootstrap(4000, 7, tt.of)
		if se := StdDev(xs); len(xs) != 4000 || math.Abs(se/tt.want-1) > 0.08 {
			t.Errorf("standard error of the %s: %v over %d resamples, SciPy's bootstrap has %v", tt.name, se, len(xs), tt.want)
		}
	}
}

// A group's values are drawn together: ten copies of a value a group spread like
// the groups do, not like ten times as many values.
func TestBootstrapKeepsGroupsTogether(t *testing.T) {
	var alone, tens [][]float64
	for i := range 50 {
		x := float64(i % 7)
		alone, tens = append(alone, []float64{x}), append(tens, []float64{x, x, x, x, x, x, x, x, x, x})
	}
	a := StdDev(NewClustered(alone).Bootstrap(500, 1, ClusteredMean))
	b := StdDev(NewClustered(tens).Bootstrap(500, 1, ClusteredMean))
	close9(t, "standard error", b, a)
	if xs := NewClustered(nil).Bootstrap(10, 1, ClusteredMean); len(xs) != 0 {
		t.Errorf("no groups: %v", xs)
	}
	if xs := NewClustered(make([][]float64, 3)).Bootstrap(10, 1, ClusteredPercentile(50)); len(xs) != 0 {
		t.Errorf("empty groups: %v", xs)
	}
}

func TestTooLittleForATest(t *testing.T) {
	for name, got := range map[string]TTest{
		"Welch":  Welch([]float64{1}, []float64{2, 3}),
		"paired": Paired([]float64{1, 2}, []float64{2}),
		"one":    OneSample([]float64{1}),
		"zero":   {},
		"lone":   OneAgainst([]float64{1}, 2),
	} {
		low, _ := got.Interval(0.95)
		if got.Defined() || !math.IsNaN(got.TwoSided(0)) || !math.IsNaN(low) {
			t.Errorf("%s: %+v, p %v; want undefined", name, got, got.TwoSided(0))
		}
	}
}

// Without any spread there is no doubt.
func TestNoSpread(t *testing.T) {
	same, other := []float64{2, 2, 2}, []float64{3, 3, 3}
	if w := Welch(same, same); w.TwoSided(0) != 1 || w.DoF != 4 {
		t.Errorf("equal: %+v, p %v; want 1", w, w.TwoSided(0))
	}
	w := Welch(same, other)
	low, high := w.Interval(0.95)
	if w.TwoSided(0) != 0 || w.Above(0) != 0 || w.Above(2) != 1 || low != 1 || high != 1 {
		t.Errorf("%+v: p %v, [%v, %v]; want 0 and exactly 1", w, w.TwoSided(0), low, high)
	}
	if p := MannWhitney(same, same); p != 1 {
		t.Errorf("Mann–Whitney of equal values: %v, want 1", p)
	}
}

// By hand: mean 2, s 1, so s·√(1 + 1/3) = 1.1547; 5 is 3 above, t = 2.598, 2 degrees.
func TestOneAgainst(t *testing.T) {
	got := OneAgainst([]float64{1, 2, 3}, 5)
	close9(t, "estimate", got.Estimate, 3)
	close9(t, "standard error", got.SE, math.Sqrt(4.0/3))
	close9(t, "dof", got.DoF, 2)
}

// By hand: {1, 2, 2, 3} can be split into two pairs in 6 ways, of which U is ½, ½, 2,
// 2, 3½, 3½ (a tie is half): 4 of them are as far from 2 as {1, 2} and {2, 3} are.
func TestMannWhitneyWithTies(t *testing.T) {
	close9(t, "p", MannWhitney([]float64{1, 2}, []float64{2, 3}), 4.0/6)
}

package aggregate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"llmsweep/metrics"
)

func TestTrend(t *testing.T) {
	var slow []*Side
	for _, v := range []float64{100, 102, 99, 101, 112, 113, 111} {
		slow = append(slow, sideOf("n", nil, v))
	}
	var repeated []*Side
	for _, v := range []float64{100, 101, 100, 88} {
		repeated = append(repeated, sideOf("n", nil, v-1, v, v+1))
	}
	noisy := []*Side{sideOf("n", nil, 100), sideOf("n", nil, 120), sideOf("n", nil, 85), sideOf("n", nil, 115)}
	invalid := append(append([]*Side{}, slow[:4]...), sideOf("n", func(r *Row) { r.Validity = metrics.Invalid }, 200))
	for name, tt := range map[string]struct {
		runs    []*Side
		first   int
		verdict string
	}{
		"a step up of 12 %":                {slow, 4, VerdictWorse},
		"better, with repeats":             {repeated, 3, VerdictBetter},
		"as noisy as before":               {noisy, -1, ""},
		"too few before it":                {slow[2:5], -1, ""},
		"an invalid night is no value":     {invalid, -1, ""},
		"less than 5 %, though very quiet": {[]*Side{sideOf("n", nil, 100), sideOf("n", nil, 100), sideOf("n", nil, 100), sideOf("n", nil, 104)}, -1, ""},
	} {
		l := Trend(tt.runs, []string{"p99_ttft_ms"})[0]
		first, verdict := -1, ""
		if len(l.Differ) > 0 {
			first, verdict = l.Differ[0].Run, l.Verdict(l.Differ[0])
		}
		if first != tt.first || verdict != tt.verdict || len(l.Values) != len(tt.runs) {
			t.Errorf("%s: first %d, %s, %+v; want %d, %s", name, first, verdict, l, tt.first, tt.verdict)
		}
	}
	l := Trend(slow, []string{"p99_ttft_ms"})[0]
	near(t, "share", l.Differ[0].Share, 112/100.5-1)
	if since, newest, ok := l.Lasting(); !ok || since.Run != 4 || newest.Run != 6 {
		t.Errorf("since %+v, newest %+v, %v; want 4 and 6", since, newest, ok)
	}
}

// By hand: the logarithms 0, 1, 2 have mean 1 and deviation 1; 11 is 10 from it, t =
// 10 ÷ √(4/3) = 8.6603 with 2 degrees of freedom, where p = 1 − t ÷ √(2 + t²) = 0.013072.
// It is the only night that has three before it; with one more p is twice that.
func TestTrendByHand(t *testing.T) {
	e := math.Exp
	all := differing([]float64{1, e(1), e(2), e(11)})
	if len(all) != 1 || all[0].Run != 3 {
		t.Fatalf("%+v", all)
	}
	near(t, "p", all[0].P, 1-10/math.Sqrt(4./3)/math.Sqrt(2+100*3./4))
	near(t, "share", all[0].Share, e(10)-1)
	if two := differing([]float64{1, e(1), e(2), e(11), e(1)}); len(two) != 1 || two[0].P != 2*all[0].P {
		t.Errorf("of two nights: %+v", two)
	}
	if all := differing([]float64{0, 0.01, 0.02, -1, 5}); len(all) != 2 || all[1].Run != 4 {
		t.Errorf("where there is a 0: %+v", all)
	}
}

// A change that stays is in each night from then on; one that goes the other way is
// another; nights that were not measured do not end it, those as before do.
func TestLasting(t *testing.T) {
	nan := math.NaN()
	for name, tt := range map[string]struct {
		values []float64
		since  int // -1 = the newest does not differ
	}{
		"a step":                   {[]float64{100, 101, 100, 99, 130, 131, 129}, 4},
		"a night without a value":  {[]float64{100, 101, 100, 99, 130, nan, 129}, 4},
		"one bad night":            {[]float64{100, 101, 100, 99, 130, 100, 101}, -1},
		"bad, good, bad":           {[]float64{100, 101, 100, 99, 130, 100, 129}, 6},
		"first better, then worse": {[]float64{100, 101, 100, 99, 70, 130, 129}, 5},
		"nothing":                  {[]float64{100, 101, 100, 99}, -1},
	} {
		l := TrendLine{Values: tt.values, Differ: differing(tt.values)}
		since, _, ok := l.Lasting()
		if ok != (tt.since >= 0) || ok && since.Run != tt.since {
			t.Errorf("%s: since %+v, %v; want %d", name, since, ok, tt.since)
		}
	}
}

// TestTrendIsAsGoodAsItsDocs holds trend to its table in docs/compare.md: 30 nights, of
// which the last 10 may be slower.
func TestTrendIsAsGoodAsItsDocs(t *testing.T) {
	var table strings.Builder
	table.WriteString("| noise | repeats a night | slower since night 21 by | a night is named | it is night 21 | the newest still differs |\n")
	table.WriteString("| --- | --- | --- | --- | --- | --- |\n")
	rng := rand.New(rand.NewPCG(3, 20261123))
	for _, tt := range []struct {
		noise   float64
		repeats int
		step    float64
	}{{0.03, 1, 0}, {0.03, 5, 0}, {0.06, 1, 0}, {0.03, 1, 0.1}, {0.03, 5, 0.1}, {0.03, 1, 0.2}, {0.06, 1, 0.2}} {
		named, right, newest := 0, 0, 0
		for range simulatedRuns {
			var values []float64
			for night := range 30 {
				sum := 0.0
				for range tt.repeats {
					sum += math.Exp(tt.noise * rng.NormFloat64())
				}
				if night >= 20 {
					sum *= 1 + tt.step
				}
				values = append(values, sum/float64(tt.repeats))
			}
			l := TrendLine{Values: values, Differ: differing(values)}
			if len(l.Differ) > 0 {
				named++
				if l.Differ[0].Run == 20 {
					right++
				}
			}
			if _, _, ok := l.Lasting(); ok {
				newest++
			}
		}
		share := func(n int) float64 { return 100 * float64(n) / simulatedRuns }
		if tt.step == 0 && share(named) > 100*trendAlpha+1 {
			t.Errorf("%+v: nothing changed, and a night is named in %.1f %%", tt, share(named))
		}
		step := "–"
		if tt.step > 0 {
			step = fmt.Sprintf("%.0f %%", 100*tt.step)
		}
		fmt.Fprintf(&table, "| %.0f %% | %d | %s | %.1f %% | %.1f %% | %.1f %% |\n", 100*tt.noise, tt.repeats, step, share(named), share(right), share(newest))
	}
	holdsTable(t, "../docs/compare.md", "measured", table.String())
}

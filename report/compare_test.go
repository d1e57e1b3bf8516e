package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// sample compares two files of four and three cases, five repeats each: at
// concurrency 8 TTFTs are 12 % longer, at 64 NEW is invalid, 128 is in BASE alone.
func sample(t *testing.T, gates ...string) *aggregate.Comparisons {
	t.Helper()
	var sides []*aggregate.Side
	for _, name := range []string{"base", "new"} {
		s, broken, err := aggregate.ReadSide(name, filepath.Join("testdata", name+".csv"), false)
		check(t, err)
		if len(broken) > 0 {
			t.Fatal(broken)
		}
		sides = append(sides, s)
	}
	var o aggregate.CompareOptions
	for _, text := range gates {
		g, err := runlog.ParseGate(text)
		check(t, err)
		o.Gates = append(o.Gates, g)
	}
	all, err := aggregate.Compare(sides, o)
	check(t, err)
	return all
}

func TestCompareGolden(t *testing.T) {
	all := sample(t, "p99_ttft_ms > +5%", "output_throughput < -0.01%", "mean_e2el_ms > 2000")
	for name, write := range map[string]func(io.Writer) error{
		"compare.golden.txt":     func(w io.Writer) error { return CompareTerminal(w, all, false, 0) },
		"compare_all.golden.txt": func(w io.Writer) error { return CompareTerminal(w, all, true, 0) },
		"compare.golden.md":      func(w io.Writer) error { return CompareMarkdown(w, all, false) },
		"compare.golden.json":    func(w io.Writer) error { return CompareJSON(w, all) },
		"compare.golden.xml":     func(w io.Writer) error { return CompareJUnit(w, all, false) },
	} {
		var b bytes.Buffer
		check(t, write(&b))
		golden(t, name, b.String())
	}
}

// On a terminal words are wrapped, and figures left out until the table fits.
func TestCompareFitsATerminal(t *testing.T) {
	for _, width := range []int{100, 120} {
		var b bytes.Buffer
		check(t, CompareTerminal(&b, sample(t, "p99_ttft_ms > +5%"), true, width))
		if n := text.LongestLineLen(b.String()); n > width {
			t.Errorf("%d columns of %d:\n%s", n, width, b.String())
		}
		for _, want := range []string{"BASE", "change", "p99_ttft_ms", "requests, 662"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%d columns: no %q in\n%s", width, want, b.String())
			}
		}
	}
}

func TestCompareWithoutGates(t *testing.T) {
	var b bytes.Buffer
	check(t, CompareTerminal(&b, sample(t), false, 0))
	golden(t, "compare_plain.golden.txt", b.String())
}

// What could not be tested is said with the answer, and that a run is itself.
func TestCompareSaysWhatItCannotTell(t *testing.T) {
	var b bytes.Buffer
	alone := &aggregate.Comparison{Base: &aggregate.Side{Path: "a"}, New: &aggregate.Side{Path: "b"}, Cases: []aggregate.CaseChange{{Name: "mc1", Changes: []aggregate.Change{
		{Metric: "mean_ttft_ms", P: 0.5, By: aggregate.ByWelch},
		{Metric: "output_throughput", P: math.NaN(), Why: "undefined in NEW"},
		{Metric: "request_throughput", P: math.NaN(), Why: "undefined in NEW"},
	}}}}
	all := &aggregate.Comparisons{Pairs: []*aggregate.Comparison{alone}}
	check(t, CompareTerminal(&b, all, false, 0))
	if want := "no notable change: of 1 figure tested, none with p < 0.01\nnot tested: 2 of 3 figures: undefined in NEW\n\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("%s\nwant first\n%s", b.String(), want)
	}
	b.Reset()
	alone.Same = true
	check(t, CompareMarkdown(&b, all, false))
	if !strings.Contains(b.String(), "- cannot tell: BASE and NEW are the same measurements\n") {
		t.Error(b.String())
	}
}

// A CI system counts what the suite says; with strict, what cannot be told fails.
func TestJUnitCounts(t *testing.T) {
	all := sample(t, "p99_ttft_ms > +5%")
	for _, tt := range []struct {
		strict            bool
		failures, skipped int
	}{{false, 2, 1}, {true, 3, 0}} { // mc8 slower, mc64 invalid; mc128 missing
		var b bytes.Buffer
		check(t, CompareJUnit(&b, all, tt.strict))
		var suite struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		}
		check(t, xml.Unmarshal(b.Bytes(), &suite))
		failures, skipped := 0, 0
		for _, c := range suite.Cases {
			if c.Failure != nil && c.Failure.Message != "" {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		if suite.Tests != 4 || suite.Failures != tt.failures || suite.Skipped != tt.skipped || failures != tt.failures || skipped != tt.skipped {
			t.Errorf("strict %v: %+v", tt.strict, suite)
		}
	}
}

// What is undefined is null, and the file is JSON for everybody.
func TestJSONHasNoNaN(t *testing.T) {
	var b bytes.Buffer
	check(t, CompareJSON(&b, sample(t, "p99.9_ttft_ms > +5%")))
	var back map[string]any
	check(t, json.Unmarshal(b.Bytes(), &back))
	g := back["gates"].([]any)[0].(map[string]any)
	if g["found"] != nil || g["outcome"] != aggregate.GateUnknown || back["schema"] != 1.0 {
		t.Errorf("%v", g)
	}
}

func TestTexts(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{change(0.1234), "+12.3 %"}, {change(-0.1234), "−12.3 %"}, {change(0), "±0 %"}, {change(-0.0001), "±0 %"},
		{change(3.9), "+390 %"}, {change(math.NaN()), "–"}, {change(math.Inf(1)), "–"},
		{pText(0.00003), "<0.0001"}, {pText(0.0012), "0.0012"}, {pText(0.456), "0.46"}, {pText(math.NaN()), "–"},
		{metricTitle("p99_ttft_ms"), "p99 TTFT"}, {metricTitle("output_throughput"), "output throughput"},
		{amount(1234.5), "1234"}, {amount(12.34), "12.3"}, {amount(1.234), "1.23"}, {amount(0.1234), "0.123"}, {amount(0), "0"},
		{trendline([]float64{1, 2, math.NaN(), 8}), "▁▂·█"}, {trendline([]float64{3, 3}), "▁▁"}, {trendline([]float64{0, 0}), "▁▁"}, {trendline([]float64{100, 101}), "▁▂"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestTrendGolden(t *testing.T) {
	nan := math.NaN()
	lines := []aggregate.TrendLine{
		{Case: "io32x8_mc2", Metric: "p99_ttft_ms", Better: -1, Values: []float64{10, 10, 12, nan, 13}, Differ: []aggregate.Difference{{Run: 2, Share: 0.2, P: 0.01}, {Run: 4, Share: 0.3, P: 0.002}}},
		{Case: "io32x8_mc2", Metric: "duration", Values: []float64{10, 11, 10, nan, 13}, Differ: []aggregate.Difference{{Run: 4, Share: 0.3, P: 0.002}}},
		{Case: "io32x8_mc2", Metric: "output_throughput", Better: 1, Values: []float64{100, 100, 101, nan, 100}},
		{Case: "io32x8_mc4", Metric: "output_throughput", Better: 1, Values: []float64{100, 50, 101, nan, 100}, Differ: []aggregate.Difference{{Run: 1, Share: -0.5, P: 0.001}}},
	}
	var b bytes.Buffer
	check(t, TrendTerminal(&b, []string{"n1", "n2", "n3", "n4", "n5"}, lines, 0))
	golden(t, "trend.golden.txt", b.String())

	b.Reset()
	check(t, TrendTerminal(&b, []string{"n1", "n2", "n3", "n4"}, []aggregate.TrendLine{
		{Case: "mc1", Metric: "duration", Values: []float64{1, 1, 1, nan}}, {Case: "mc2", Metric: "duration", Values: []float64{1, 1, 1, 1}},
	}, 0))
	if want := "no run differs from those before it\n1 of 2 lines have too few values to tell: a run is held against three or more before it\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("%s\nwant first\n%s", b.String(), want)
	}
}

package aggregate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// measuredRow is a row of a sweep over concurrency: 256 → 128 tokens, 700 prompts.
func measuredRow(server string, inFlight int, throughput, e2el, p99TTFT, tpot float64) Row {
	in, out, repeat := 256, 128, 1
	return Row{
		Case: fmt.Sprintf("bench_io256x128_mc%d_np700_srv%s", inFlight, server), Model: "org/qwen3", Server: server,
		InputLen: &in, OutputLen: &out, MaxConcurrency: &inFlight, NumPrompts: 700, RequestRate: "inf", Dataset: "random",
		Repeat: &repeat, Status: runlog.StatusMeasured, Validity: metrics.Valid, Completed: 700,
		OutputThroughput: &throughput, MeanE2EL: &e2el, P99TTFT: &p99TTFT, MedianTPOT: &tpot,
	}
}

// rising is a curve whose figures are round: its score, tok/s ÷ E2EL, is 0.1, 0.3,
// 0.6, 0.3 at 1, 4, 16, 64 in flight.
func rising() []Row {
	return []Row{
		measuredRow("tp1", 64, 1200, 4000, 2000, 40), measuredRow("tp1", 1, 100, 1000, 50, 10),
		measuredRow("tp1", 16, 960, 1600, 300, 16), measuredRow("tp1", 4, 360, 1200, 80, 12.5),
	}
}

func TestCurve(t *testing.T) {
	with := func(rows []Row, change func([]Row)) []Row { change(rows); return rows }
	for _, tt := range []struct {
		name                  string
		rows                  []Row
		slo                   map[string]float64
		knee, peak, best      float64 // loads; 0 = there is none
		efficiency            string
		sloText, firstsDoubts string
	}{
		{"by hand", rising(), nil, 16, 64, 0, "1 0.9 0.6 0.1875", "", ""},
		{"a limit is met by what equals it", rising(), map[string]float64{"p99_ttft_ms": 300}, 16, 64, 16, "1 0.9 0.6 0.1875", "p99 TTFT ≤ 300 ms", ""},
		{"more is better", rising(), map[string]float64{"output_throughput": 961}, 16, 64, 64, "1 0.9 0.6 0.1875", "output throughput ≥ 961", ""},
		{"nothing meets it", rising(), map[string]float64{"p99_ttft_ms": 49, "output_throughput": 1}, 16, 64, 0, "1 0.9 0.6 0.1875", "output throughput ≥ 1 and p99 TTFT ≤ 49 ms", ""},
		{"undefined does not meet it", rising(), map[string]float64{"p99_itl_ms": 1e9}, 16, 64, 0, "1 0.9 0.6 0.1875", "p99 ITL ≤ 1000000000 ms", ""},
		{"goodput where nothing else is asked", with(rising(), func(r []Row) {
			for i, share := range []float64{0.5, 1, 0.98, 0.99} { // 64, 1, 16, 4
				r[i].GoodputShare = &share
			}
		}), nil, 16, 64, 4, "1 0.9 0.6 0.1875", "goodput ≥ 99 %", ""},
		{"equal scores: the lower load", []Row{measuredRow("a", 2, 200, 2000, 1, 1), measuredRow("a", 1, 100, 1000, 1, 1)}, nil, 1, 2, 0, "1 1", "", ""},
		{"one point has no knee", rising()[:1], nil, 0, 64, 0, "-", "", ""},
		{"what is invalid wins nothing, and nothing is scaled by it", with(rising(), func(r []Row) {
			r[0].Validity, r[1].Validity, r[1].ValidityReasons = metrics.Invalid, metrics.Invalid, "too short; slow"
		}), nil, 16, 16, 0, "- - - -", "", "invalid: too short"},
		{"all invalid", with(rising()[1:2], func(r []Row) { r[0].Validity = metrics.Invalid }), map[string]float64{"p99_ttft_ms": 300}, 0, 0, 0, "-", "p99 TTFT ≤ 300 ms", "invalid"},
		{"suspect, and of few requests", with(rising(), func(r []Row) {
			r[1].Validity, r[1].ValidityReasons, r[1].Completed = metrics.Suspect, "reader lag", 20
		}), nil, 16, 64, 0, "1 0.9 0.6 0.1875", "", "suspect: reader lag; p99 from 20 requests, 662 needed"},
	} {
		r := Read(tt.rows, ReadOptions{SLO: tt.slo})
		if len(r.Curves) != 1 || len(r.Left) > 0 {
			t.Errorf("%s: %d curves, left %v", tt.name, len(r.Curves), r.Left)
			continue
		}
		c := &r.Curves[0]
		loadAt := func(i int) float64 {
			if p := c.At(i); p != nil {
				return p.Load
			}
			return 0
		}
		var efficiency []string
		for i := range c.Points {
			text := "-"
			if e := c.Points[i].Efficiency; e != nil {
				text = fmt.Sprintf("%g", *e)
			}
			efficiency = append(efficiency, text)
		}
		got := []any{loadAt(c.Knee), loadAt(c.Peak), loadAt(c.BestSLO), strings.Join(efficiency, " "), c.SLO, c.Points[0].Doubt}
		if diff := cmp.Diff([]any{tt.knee, tt.peak, tt.best, tt.efficiency, tt.sloText, tt.firstsDoubts}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Repeats are their mean, without those that are invalid; two loads with other
// numbers of prompts are two points.
func TestRepeatsFold(t *testing.T) {
	two, three, four := 2, 3, 4
	rows := []Row{measuredRow("a", 1, 100, 1000, 10, 1), measuredRow("a", 1, 300, 2000, 30, 1), measuredRow("a", 1, 9999, 1, 1, 1), measuredRow("a", 1, 50, 1, 1, 1)}
	rows[1].Repeat, rows[1].Completed = &two, 600
	rows[2].Repeat, rows[2].Validity = &three, metrics.Invalid
	rows[3].NumPrompts = 5
	failed := measuredRow("a", 1, 1, 1, 1, 1)
	failed.Repeat, failed.Status, failed.Case = &four, runlog.StatusFailed, "bench_x"
	failed.ValidityReasons = "4 of 4 requests failed"
	r := Read(append(rows, failed), ReadOptions{})
	if diff := cmp.Diff([]string{"bench_x: failed: 4 of 4 requests failed"}, r.Left); diff != "" {
		t.Error(diff)
	}
	points := r.Curves[0].Points
	if len(points) != 2 || *points[0].OutputThroughput != 50 {
		t.Fatalf("%d points, want that of 5 prompts before that of 700", len(points))
	}
	p := points[1]
	if *p.OutputThroughput != 200 || *p.MeanE2EL != 1500 || *p.P99TTFT != 20 || p.Completed != 600 {
		t.Errorf("%v tok/s, %v ms, p99 %v of %d; want 200, 1500, 20 of 600", *p.OutputThroughput, *p.MeanE2EL, *p.P99TTFT, p.Completed)
	}
	if want := "1 of 3 repeats invalid and left out; p99 from 600 requests, 662 needed"; p.Doubt != want {
		t.Errorf("doubt %q, want %q", p.Doubt, want)
	}
	rows[0].Validity = metrics.Invalid // the point is named by the first repeat that is in its figures
	if p := Read(rows, ReadOptions{}).Curves[0].Points[1]; !slices.Equal(p.Rows, []int{1, 0, 2}) || *p.OutputThroughput != 300 {
		t.Errorf("%v tok/s of the repeats %v, want 300 of 1, beside 0 and 2", *p.OutputThroughput, p.Rows)
	}
}

// On the front are tp1 at 1 (100 a user, 100 a GPU), at 4 (80, 360) and at 16 (62.5,
// 960), and tp2 at 16 (50, 1000), of 2 GPUs; off it tp1 at 64 (25, 600 once one of
// the same load does more), and tp2 at 4 (62.5, 500).
func TestPareto(t *testing.T) {
	rows := append(rising(), measuredRow("tp2", 16, 2000, 1000, 1, 20), measuredRow("tp2", 4, 1000, 1000, 1, 16))
	one, two := 1, 2
	for i := range rows {
		rows[i].GPUs = &one
		if rows[i].Server == "tp2" {
			rows[i].GPUs = &two
		}
	}
	less := 600.0
	rows[0].OutputThroughput = &less
	front := func() (names []string, r Reading) {
		r = Read(rows, ReadOptions{})
		for _, c := range r.Curves {
			for _, p := range c.Points {
				if p.Pareto {
					names = append(names, fmt.Sprintf("%s at %g: %g, %g", c.Chosen, p.Load, *p.TokensPerUser, *p.TokensPerGPU))
				}
			}
		}
		return names, r
	}
	got, r := front()
	want := []string{"tp1 at 1: 100, 100", "tp1 at 4: 80, 360", "tp1 at 16: 62.5, 960", "tp2 at 16: 50, 1000"}
	if diff := cmp.Diff(want, got); diff != "" || !r.PerGPU {
		t.Errorf("by GPU %v (-want +got):\n%s", r.PerGPU, diff)
	}
	rows[5].GPUs = nil // one is not known: all by server
	got, r = front()
	want = []string{"tp1 at 1: 100, 100", "tp1 at 4: 80, 360", "tp2 at 4: 62.5, 1000", "tp2 at 16: 50, 2000"}
	if diff := cmp.Diff(want, got); diff != "" || r.PerGPU {
		t.Errorf("by server %v (-want +got):\n%s", !r.PerGPU, diff)
	}
}

// A sweep over rates has a curve a cap; one over caps a curve a rate.
func TestCurvesAndTitles(t *testing.T) {
	rate := func(inFlight int, rate string) Row {
		r := measuredRow("", inFlight, 1, 1, 1, 1)
		r.RequestRate = rate
		return r
	}
	axes := func(a string, r Row) Row { r.Axes = a; return r }
	other := measuredRow("tp1", 1, 1, 1, 1, 1)
	other.Model = "org/llama"
	for _, tt := range []struct {
		name string
		rows []Row
		want []string // title, what it goes over, loads
	}{
		{"one", rising(), []string{"qwen3, 256 → 128; max_concurrency: 1 4 16 64"}},
		{"rates", []Row{rate(8, "inf"), rate(8, "4"), rate(16, "4"), rate(16, "0.5")}, []string{
			"at most 8 in flight, 256 → 128; request_rate: 4 +Inf", "at most 16 in flight, 256 → 128; request_rate: 0.5 4"}},
		{"models on servers", []Row{measuredRow("tp1", 1, 1, 1, 1, 1), other, measuredRow("tp2", 1, 1, 1, 1, 1)}, []string{
			"qwen3 on tp1, 256 → 128; max_concurrency: 1", "llama on tp1, 256 → 128; max_concurrency: 1", "qwen3 on tp2, 256 → 128; max_concurrency: 1"}},
		{"axes", []Row{axes("base_url=sim:a;sampling.temperature=0", rate(1, "inf")), axes("base_url=sim:b;sampling.temperature=0", rate(1, "inf"))}, []string{
			"sim:a, 256 → 128; max_concurrency: 1", "sim:b, 256 → 128; max_concurrency: 1"}},
		{"no rows", nil, nil},
	} {
		var got []string
		for _, c := range Read(tt.rows, ReadOptions{}).Curves {
			text := c.Title + "; " + c.Over + ":"
			for _, p := range c.Points {
				text += fmt.Sprintf(" %g", p.Load)
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// 4 GPUs at 2.5 are 10 an hour. 1000 tok/s are 3.6 million an hour: 10 ÷ 3.6 =
// 2.7778 a million; 5000 tok/s in all: 0.5556; 8 requests/s, 28800: 0.00034722.
func TestCost(t *testing.T) {
	rate, total, requests := 1000.0, 5000.0, 8.0
	row := func() []Row {
		return []Row{{Case: "a", OutputThroughput: &rate, TotalTokenThroughput: &total, RequestThroughput: &requests}}
	}
	four := 4
	for _, tt := range []struct {
		name string
		gpus *int
		cost runlog.Cost
		want string
	}{
		{"by GPU", nil, runlog.Cost{GPUHour: 2.5, GPUs: 4, Currency: "EUR"}, "4 EUR 10 2.7778 0.5556 0.00034722"},
		{"as many GPUs as the row has", &four, runlog.Cost{GPUHour: 2.5, Currency: "EUR"}, "4 EUR 10 2.7778 0.5556 0.00034722"},
		{"by machine", nil, runlog.Cost{MachineHour: 20, Currency: "USD"}, "- USD 20 5.5556 1.1111 0.00069444"},
		{"GPUs alone have no price", nil, runlog.Cost{GPUs: 4}, "4  - - - -"},
		{"nor has a GPU whose number is unknown", nil, runlog.Cost{GPUHour: 2.5, Currency: "USD"}, "-  - - - -"},
	} {
		rows := row()
		rows[0].GPUs = tt.gpus
		Reprice(rows, tt.cost)
		r := &rows[0]
		text := func(x *float64, decimals int) string {
			if x == nil {
				return "-"
			}
			return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.*f", decimals, *x), "0"), ".")
		}
		hour := "-"
		if r.CostPerHour != nil {
			hour = fmt.Sprintf("%g", *r.CostPerHour)
		}
		got := strings.Join([]string{whole(r.GPUs), r.CostCurrency, hour, text(r.CostPerMillionOutput, 4), text(r.CostPerMillionTotal, 4), text(r.CostPerRequest, 8)}, " ")
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	rows := row()
	rows[0].OutputThroughput = nil
	Reprice(rows, runlog.Cost{MachineHour: 1})
	if rows[0].CostPerMillionOutput != nil || rows[0].CostPerRequest == nil || math.IsInf(*rows[0].CostPerRequest, 0) {
		t.Errorf("without tokens/s: %v a million, %v a request", rows[0].CostPerMillionOutput, rows[0].CostPerRequest)
	}
}

func TestSLOOf(t *testing.T) {
	for _, tt := range []struct {
		config any
		want   map[string]float64
	}{
		{map[string]any{"slo": map[string]any{"p99_ttft_ms": 500.0}}, map[string]float64{"p99_ttft_ms": 500}},
		{map[string]any{"slo": map[string]any{}}, nil},
		{map[string]any{}, nil}, {"text", nil}, {nil, nil},
	} {
		if diff := cmp.Diff(tt.want, SLOOf(&runlog.Run{Config: tt.config})); diff != "" {
			t.Errorf("%v: %s", tt.config, diff)
		}
	}
	if SLOOf(nil) != nil {
		t.Error("no run has an SLO")
	}
}

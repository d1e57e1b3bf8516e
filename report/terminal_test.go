package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// row is a valid case of 700 prompts of in → 128 tokens.
func row(server string, in, inFlight int, throughput, e2el, p99TTFT, tpot float64) aggregate.Row {
	out, repeat := 128, 1
	requests, total := throughput/128, throughput*float64(in+128)/128
	name := fmt.Sprintf("bench_io%dx128_mc%d_np700", in, inFlight)
	if server != "" {
		name += "_srv" + server
	}
	return aggregate.Row{
		Case: name, Model: "org/qwen3", Server: server,
		InputLen: &in, OutputLen: &out, MaxConcurrency: &inFlight, NumPrompts: 700, RequestRate: "inf", Dataset: "random",
		Repeat: &repeat, Status: runlog.StatusMeasured, Validity: metrics.Valid, Completed: 700,
		RequestThroughput: &requests, OutputThroughput: &throughput, TotalTokenThroughput: &total,
		MeanE2EL: &e2el, P99TTFT: &p99TTFT, MedianTPOT: &tpot, MeanTPOT: &tpot,
	}
}

// rising scores, tok/s ÷ mean E2EL, 0.1, 0.3, 0.6 and 0.3: its knee is at 16, its
// peak at 64.
func rising(server string, in int) []aggregate.Row {
	return []aggregate.Row{
		row(server, in, 1, 100, 1000, 50, 10), row(server, in, 4, 360, 1200, 80, 12.5),
		row(server, in, 16, 960, 1600, 300, 16), row(server, in, 64, 1200, 4000, 2000, 40),
	}
}

// Two servers of 1 and 2 GPUs at 3.6 an hour each. At 16 in flight tp1 gives 960
// tok/s: 3.456 million an hour, 3.6 ÷ 3.456 = 1.04 a million; with the 256 tokens of
// input a third of that, 0.347; 7.5 requests/s, 27000 an hour: 0.000133. tp2 at 16,
// 1600 tok/s for 7.2 an hour: 1.25.
func twoServers() []aggregate.Row {
	two := []aggregate.Row{row("tp2", 256, 4, 640, 640, 60, 8), row("tp2", 256, 16, 1600, 1000, 200, 10), row("tp2", 256, 64, 1600, 5120, 900, 40)}
	two[1].Validity, two[1].ValidityReasons = metrics.Suspect, "reader lag p99 2 ms, limit 1 ms; input lengths are off"
	two[2].Completed = 20
	one := rising("tp1", 256)
	aggregate.Reprice(one, runlog.Cost{GPUs: 1, GPUHour: 3.6, Currency: "USD"})
	aggregate.Reprice(two, runlog.Cost{GPUs: 2, GPUHour: 3.6, Currency: "USD"})
	return append(one, two...)
}

// withoutTokens makes embeddings of rows, at 3.6 an hour: no tokens come out, faster
// times the requests/s do. At 16 in flight and 1 these are 7.5, and 256 times as many
// tokens go in: 1920/s, 6.912 million an hour, 0.521 a million.
func withoutTokens(rows []aggregate.Row, faster float64) []aggregate.Row {
	for i := range rows {
		r := &rows[i]
		none, requests := 0.0, faster**r.RequestThroughput
		input := 256 * requests
		r.OutputLen, r.OutputThroughput, r.RequestThroughput, r.TotalTokenThroughput = nil, &none, &requests, &input
		r.MeanTTFT, r.P99TTFT, r.MeanTPOT, r.MedianTPOT, r.P99ITL = nil, nil, nil, nil, nil
	}
	aggregate.Reprice(rows, runlog.Cost{GPUs: 1, GPUHour: 3.6, Currency: "USD"})
	return rows
}

func screen(rows []aggregate.Row, slo map[string]float64, width int, missing ...string) string {
	var b strings.Builder
	Terminal(&b, Screen{Rows: rows, Reading: aggregate.Read(rows, aggregate.ReadOptions{SLO: slo}), Missing: missing, Width: width})
	return b.String()
}

func TestTerminalGolden(t *testing.T) {
	var many []aggregate.Row
	for in := range 9 {
		many = append(many, rising("", 100*(in+1))...)
	}
	kinds := rising("chat", 256)
	for i, backend := range []string{"embeddings", "rerank"} {
		for _, r := range withoutTokens(rising(backend[:5], 256), float64(i+1)) {
			r.Backend = backend
			kinds = append(kinds, r)
		}
	}
	broken := rising("", 256)
	for i := range broken {
		broken[i].Validity, broken[i].ValidityReasons = metrics.Invalid, "output shorter than asked"
	}
	repeated := rising("", 256)
	for i := range repeated {
		again := repeated[i]
		two := 2
		again.Repeat, again.Case = &two, again.Case+"_run2"
		repeated[i].Case += "_run1"
		repeated = append(repeated, again)
	}
	two := append(withoutTokens(rising("tei", 256), 1), withoutTokens(rising("infinity", 256), 2)...)
	slo := map[string]float64{"p99_ttft_ms": 300}
	for _, tt := range []struct {
		name string
		text string
		has  []string
	}{
		{"plain", screen(rising("", 256), nil, 0), []string{
			"qwen3, 256 → 128\n  knee at 16 in flight: 960 tok/s, p99 TTFT 300 ms, mean E2EL 1600 ms\n 62.5 tok/s a user, 60 % of linear scaling; bench_io256x128_mc16_np700",
			"peak at 64 in flight: 1200 tok/s", "19 % of linear scaling; bench_io256x128_mc64_np700"}},
		{"servers", screen(twoServers(), slo, 0, "bench_a", "bench_b (skipped: p99_ttft_ms > 900)"), []string{
			"(SLO: p99 TTFT ≤ 300 ms)", "1.04 USD per 1M output tokens", "0.347 USD per 1M tokens in all", "0.133 USD per 1000 requests",
			"tp2 does most, 1600 tok/s at 16 in flight (suspect); cheapest is tp1, 1.04 USD", "that is 1.67 × tp1, 960 tok/s at 16 in flight",
			"suspect: reader lag p99 2 ms, limit 1 ms", "not measured: bench_a, bench_b (skipped: p99_ttft_ms > 900)"}},
		{"narrow", screen(twoServers(), slo, 80), []string{"columns more where it is wider"}},
		{"many", screen(many, nil, 0), []string{"and 3 more in the table"}},
		{"unmet", screen(rising("", 256), map[string]float64{"p99_ttft_ms": 1}, 0), []string{"(SLO: p99 TTFT ≤ 1 ms) no load meets the SLO"}},
		{"half_invalid", screen(append(rising("", 256)[:2], broken[2:]...), nil, 0), []string{"1 … 64 ▃█ 360 ▆█ 80.0 4 4 90 %", "4 cases: 2 valid, 2 invalid"}},
		{"invalid", screen(broken, nil, 0), []string{"none of its cases is valid"}},
		{"without_tokens", screen(withoutTokens(rising("", 256), 1), nil, 0), []string{
			"knee at 16 in flight: 7.50 requests/s, mean E2EL 1600 ms", "peak and cheapest at 64 in flight: 9.38 requests/s", "requests/s:",
			"0.521 USD per 1M input tokens", "1920 input tok/s, 60 % of linear scaling, 0.133 USD per 1000 requests", "▲ most requests/s"}},
		{"two_without_tokens", screen(two, nil, 0), []string{
			"infinity does most, 15.0 requests/s at 16 in flight; cheapest is infinity, 0.260 USD per 1M input tokens", "that is 2.00 × tei, 7.50 requests/s"}},
		{"kinds", screen(kinds, nil, 80), []string{"embed, embeddings, ▁▃▇█ 9.38", "embeddings: case done requests", "\nrerank: case"}},
		{"repeats", screen(repeated, nil, 0), []string{"bench_io256x128_mc16_np700_run1 and its repeat"}},
	} {
		joined := strings.Join(strings.Fields(tt.text), " ")
		for _, part := range tt.has {
			if !strings.Contains(joined, strings.Join(strings.Fields(part), " ")) {
				t.Errorf("%s: no %q in\n%s", tt.name, part, tt.text)
			}
		}
		golden(t, tt.name+".golden.txt", tt.text)
	}
}

// Of a single case there is its row, and nothing else.
func TestTerminalOfOneCase(t *testing.T) {
	var table strings.Builder
	printKind(&table, rising("", 256)[:1], false, false, 0)
	if got := screen(rising("", 256)[:1], nil, 0); got != table.String() {
		t.Errorf("more than the table:\n%s", got)
	}
}

// The decision stands in the first five lines: of two servers, which; of one curve,
// where.
func TestTerminalAnswersFirst(t *testing.T) {
	slo := map[string]float64{"p99_ttft_ms": 300}
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"two servers": {screen(twoServers(), slo, 100), []string{"tp2 does most, 1600 tok/s at 16 in flight", "cheapest is tp1, 1.04 USD per 1M output tokens", "1.67 × tp1"}},
		"one curve":   {screen(rising("", 256), slo, 100), []string{"best under SLO and knee at 16 in flight: 960 tok/s, p99 TTFT 300 ms", "peak at 64 in flight: 1200 tok/s"}},
		"no SLO":      {screen(rising("", 256), nil, 80), []string{"knee at 16 in flight: 960 tok/s", "peak at 64 in flight: 1200 tok/s"}},
	} {
		lines := strings.SplitN(tt.text, "\n", 6)
		first := strings.Join(strings.Fields(strings.Join(lines[:5], " ")), " ")
		for _, want := range tt.want {
			if !strings.Contains(first, want) {
				t.Errorf("%s: the first five lines lack %q:\n%s", name, want, first)
			}
		}
	}
}

// The reasons of many cases do not push the answer out of sight: what is invalid is
// told first, and what cases share once.
func TestTerminalReasons(t *testing.T) {
	var rows []aggregate.Row
	for in := range 5 {
		rows = append(rows, rising("", 100*(in+1))...)
	}
	for i := range rows {
		rows[i].Validity, rows[i].ValidityReasons = metrics.Suspect, "reader lag"
	}
	rows[19].Validity, rows[19].ValidityReasons = metrics.Invalid, "too short"
	for _, width := range []int{0, 140} {
		want := "bench_io500x128_mc64_np700 invalid: too short\n" +
			"19 suspect cases: reader lag (bench_io100x128_mc1_np700, bench_io100x128_mc4_np700, bench_io100x128_mc16_np700 and 16 more)\n"
		if text := screen(rows, nil, width); !strings.HasSuffix(text, want) {
			t.Errorf("at width %d:\n%s", width, text)
		}
	}
}

// What does as much as another, within a hundredth, is not called the best.
func TestTies(t *testing.T) {
	for _, tt := range []struct {
		b, c float64 // in place of a's 1000 tok/s
		want Sentence
	}{
		{995, 500, Sentence{Text: "256 → 128, each at its peak: a and b do as much as each other, within 1 %: 1000 tok/s at 1 in flight (case), 995 tok/s at 1 in flight (case)", More: "that is 2.00 × c, 500 tok/s at 1 in flight (case)"}},
		{991, 1000, Sentence{Text: "256 → 128, each at its peak: a, c and b do as much as each other, within 1 %: 1000 tok/s at 1 in flight (case), 1000 tok/s at 1 in flight (case), 991 tok/s at 1 in flight (case)"}},
		{989, 500, Sentence{Text: "256 → 128, each at its peak: a does most, 1000 tok/s at 1 in flight (case)", More: "that is 1.01 × b, 989 tok/s at 1 in flight (case), 2.00 × c, 500 tok/s at 1 in flight (case)"}},
	} {
		rows := []aggregate.Row{{Case: "case"}}
		var r aggregate.Reading
		for i, rate := range []float64{1000, tt.b, tt.c} {
			r.Curves = append(r.Curves, aggregate.Curve{Chosen: string(rune('a' + i)), Work: "256 → 128", Knee: -1, BestSLO: -1, Cheapest: -1,
				Points: []aggregate.Point{{Load: 1, Rows: []int{0}, OutputThroughput: &rate}}})
		}
		if got := Comparisons(&r, rows); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%v, %v:\n%q\nwant %q", tt.b, tt.c, got, tt.want)
		}
	}
}

// On a terminal no line is wider than it.
func TestTerminalFits(t *testing.T) {
	for _, width := range []int{80, 100, 120} {
		for line := range strings.Lines(screen(twoServers(), map[string]float64{"p99_ttft_ms": 300}, width)) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, " \n")); n > width {
				t.Errorf("%d columns of %d: %s", n, width, line)
			}
		}
	}
}

func TestSparkline(t *testing.T) {
	for _, tt := range []struct {
		values []float64 // NaN = undefined
		want   string
	}{
		{nil, ""},
		{[]float64{0, 0}, "▁▁"},
		{[]float64{1, 2, 4, 8}, "▂▃▅█"}, // eighths: 1, 2, 4, 8
		{[]float64{5}, "█"},
		{[]float64{8, -1, 4}, "█▁▅"},
	} {
		var xs []*float64
		for _, v := range tt.values {
			xs = append(xs, &v)
		}
		if got := Sparkline(xs); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.values, got, tt.want)
		}
	}
	one, nine := 1.0, 9.0
	if got := Sparkline([]*float64{&nine, nil, &one}); got != "█ ▁" {
		t.Errorf("undefined is %q", got)
	}
	long := make([]*float64, 100)
	for i := range long {
		long[i] = &one
	}
	long[50] = &nine
	if got := Sparkline(long); utf8.RuneCountInString(got) != 16 || strings.Count(got, "█") != 1 {
		t.Errorf("100 values: %s; want 16 bars, and the largest among them", got)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string
	}{
		{"  a bb ccc", "  a bb\n    ccc"},
		{"aaaaaaaaaaaa b", "aaaaaaaaaaaa\n    b"},
		{"\nà bb cc d", "\nà bb cc\n    d"},
		{"", ""},
	} {
		if got := wrap(tt.text, 8, 4); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

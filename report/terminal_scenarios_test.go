package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// Two requests in half a second: chat's within its limit, code's without one.
func TestPrintScenarios(t *testing.T) {
	answer := func(scenario string, ms ...int64) metrics.Record {
		r := metrics.Record{Scenario: scenario, Sent: 1e9, OutputTokens: len(ms), InputClient: 9, OutputSource: "text"}
		for _, at := range ms {
			r.Arrivals = append(r.Arrivals, 1e9+at*1e6)
		}
		r.LastToken = r.Arrivals[len(ms)-1]
		r.End = r.LastToken
		return r
	}
	records := []metrics.Record{answer("chat", 100, 110, 120), answer("code", 250, 500)}
	o := metrics.Options{Percentiles: []float64{99}, Scenarios: []metrics.Scenario{
		{Name: "code", NumPrompts: 3}, {Name: "chat", NumPrompts: 1, SLO: metrics.SLO{TTFT: 150}},
	}}
	render := func() string {
		c := runlog.Case{Name: "bench_mix_mc4_np4", Axes: runlog.Axes{NumPrompts: 4}}
		var b strings.Builder
		Scenarios(&b, runlog.NewCaseFile(c, metrics.Summarize(records, o), runlog.Info{}))
		return b.String()
	}
	want := strings.TrimPrefix(`
bench_mix_mc4_np4, by scenario:
 scenario  done  requests  output  TTFT ms  TTFT ms  TPOT ms  ITL ms  E2EL ms  E2EL ms  goodput 
             of        /s   tok/s     mean      p99     mean     p99     mean      p99       /s 
────────────────────────────────────────────────────────────────────────────────────────────────
 code       1/3      2.00    4.00      250      250      250     250      500      500        – 
 chat       1/1      2.00    6.00      100      100     10.0    10.0      120      120     2.00 
────────────────────────────────────────────────────────────────────────────────────────────────
 together   2/4      4.00    10.0      175      248      130     245      310      496     2.00 
`, "\n")
	if diff := cmp.Diff(want, render()); diff != "" {
		t.Errorf("(-want +got)\n%s\n%s", diff, render())
	}
	o.Scenarios[1].SLO = metrics.SLO{}
	if got := render(); strings.Contains(got, "good") || !strings.Contains(got, together) {
		t.Errorf("a case without an SLO:\n%s", got)
	}
	o.Scenarios = nil
	if got := render(); got != "" {
		t.Errorf("a case without scenarios prints %q", got)
	}
}

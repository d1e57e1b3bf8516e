package report

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"llmsweep/runlog"
)

// together names the row of all scenarios.
const together = "together"

// Scenarios writes, for a case of a mixed dataset, a row a scenario in the
// config's order and one for all of them: work done, rates over the case's
// duration, latencies. It writes nothing for any other case.
func Scenarios(w io.Writer, f *runlog.CaseFile) {
	if len(f.Scenarios) == 0 {
		return
	}
	fmt.Fprintf(w, "%s, by scenario:\n", f.Case.Name)
	limited := f.SLO != nil
	t := newTable(2, 11)
	t.SetOutputMirror(w)
	t.AppendHeader(scenarioRow(limited, table.Row{"scenario", "done\nof", "requests\n/s", "output\ntok/s", "TTFT ms\nmean", "TTFT ms\np99", "TPOT ms\nmean", "ITL ms\np99", "E2EL ms\nmean", "E2EL ms\np99"}, "goodput\n/s"))
	for i := range f.Scenarios {
		appendScenario(t, limited, &f.Scenarios[i])
	}
	t.AppendSeparator()
	appendScenario(t, limited, &runlog.Scenario{Name: together, NumPrompts: f.NumPrompts, Results: f.Results})
	t.Render()
}

func appendScenario(t table.Writer, limited bool, s *runlog.Scenario) {
	of := func(v runlog.Float) string { return Figure((*float64)(&v)) }
	p99 := func(d runlog.Dist) string {
		v, ok := d.P["99"]
		if !ok {
			v = runlog.NaN() // the config asks for other percentiles
		}
		return of(v)
	}
	t.AppendRow(scenarioRow(limited, table.Row{
		s.Name, fmt.Sprintf("%d/%d", s.Completed, s.NumPrompts), of(s.RequestThroughput), of(s.OutputThroughput),
		of(s.TTFT.Mean), p99(s.TTFT), of(s.TPOT.Mean), p99(s.ITL), of(s.E2EL.Mean), p99(s.E2EL),
	}, of(s.RequestGoodput)))
}

// scenarioRow puts the goodput last, where some scenario has an SLO.
func scenarioRow(limited bool, row table.Row, goodput string) table.Row {
	if !limited {
		return row
	}
	return append(row, goodput)
}

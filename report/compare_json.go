package report

import (
	"encoding/json"
	"io"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// CompareSchema is the version of the JSON; keys are only added.
const CompareSchema = 1

// The JSON of a comparison. Undefined is null; shares are of 1: 0.05 = 5 %.
type (
	compareJSON struct {
		Schema      int        `json:"schema"`
		Definitions string     `json:"definitions"`
		Paired      bool       `json:"paired"`
		Outcome     string     `json:"outcome,omitempty"` // of the gates together
		Gates       []gateJSON `json:"gates"`
		Pairs       []pairJSON `json:"pairs"`
	}
	pairJSON struct {
		Base     string     `json:"base"`
		New      string     `json:"new"`
		Same     bool       `json:"same,omitempty"` // the very same measurements
		Changed  []string   `json:"changed"`
		OnlyBase []string   `json:"only_base"`
		OnlyNew  []string   `json:"only_new"`
		Cases    []caseJSON `json:"cases"`
	}
	caseJSON struct {
		Case     string       `json:"case"`
		BaseRuns int          `json:"base_runs"`
		NewRuns  int          `json:"new_runs"`
		Doubt    string       `json:"doubt,omitempty"`
		Figures  []changeJSON `json:"figures"`
	}
	changeJSON struct {
		Metric  string       `json:"metric"`
		Old     runlog.Float `json:"old_mean"`
		New     runlog.Float `json:"new_mean"`
		Change  runlog.Float `json:"change"`
		Low     runlog.Float `json:"change_low"`
		High    runlog.Float `json:"change_high"`
		P       runlog.Float `json:"p"`
		RankP   runlog.Float `json:"p_mann_whitney"`
		By      string       `json:"test,omitempty"`
		Verdict string       `json:"verdict,omitempty"`
		Why     string       `json:"why,omitempty"`
		Doubt   string       `json:"doubt,omitempty"`
	}
	gateJSON struct {
		Gate    string       `json:"gate"`
		Case    string       `json:"case"`
		New     string       `json:"new"`
		Outcome string       `json:"outcome"`
		Found   runlog.Float `json:"found"`
		Limit   float64      `json:"limit"`
		P       runlog.Float `json:"p_holm"`
		By      string       `json:"test,omitempty"`
		Repeats int          `json:"repeats_needed,omitempty"`
		Why     string       `json:"why,omitempty"`
		Doubt   string       `json:"doubt,omitempty"`
	}
)

// CompareJSON writes all changes and gates.
func CompareJSON(w io.Writer, all *aggregate.Comparisons) error {
	out := compareJSON{Schema: CompareSchema, Definitions: all.Definitions, Paired: all.Paired, Gates: []gateJSON{}}
	if len(all.Gates) > 0 {
		out.Outcome = aggregate.Worst(all.Gates)
	}
	for _, g := range all.Gates {
		out.Gates = append(out.Gates, gateJSON{
			g.Gate.Text, g.Case, g.New, g.Outcome, runlog.Float(g.Found), g.Gate.Limit, runlog.Float(g.P), g.By, g.Repeats, g.Why, g.Doubt,
		})
	}
	for _, c := range all.Pairs {
		out.Pairs = append(out.Pairs, pairOf(c))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}

func pairOf(c *aggregate.Comparison) pairJSON {
	p := pairJSON{Base: c.Base.Path, New: c.New.Path, Same: c.Same, Changed: orNone(c.Changed), OnlyBase: orNone(c.OnlyBase), OnlyNew: orNone(c.OnlyNew)}
	for i := range c.Cases {
		from := &c.Cases[i]
		to := caseJSON{Case: from.Name, BaseRuns: from.BaseRuns, NewRuns: from.NewRuns, Doubt: from.Doubt}
		for j := range from.Changes {
			ch := &from.Changes[j]
			to.Figures = append(to.Figures, changeJSON{
				ch.Metric, runlog.Float(ch.Old), runlog.Float(ch.New), runlog.Float(ch.Share), runlog.Float(ch.Low), runlog.Float(ch.High),
				runlog.Float(ch.P), runlog.Float(ch.RankP), ch.By, ch.Verdict(), ch.Why, ch.Doubt,
			})
		}
		p.Cases = append(p.Cases, to)
	}
	return p
}

// orNone is an empty list, not null.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

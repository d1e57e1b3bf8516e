package runlog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
)

// A Gate is a limit that a figure may not pass: by how much it may get worse
// against an earlier run, or how bad it may be at all.
type Gate struct {
	Text     string  // as it was written: p99_ttft_ms > +5%
	Metric   string  // a name of Figures
	Relative bool    // Limit is a change against the earlier run
	Limit    float64 // a share (0.05 = 5 %), below 0 where less is worse; else in the metric's unit
}

// GateForm is what a gate looks like, for messages.
const GateForm = "a gate such as p99_ttft_ms > +5%, output_throughput < -3% or mean_ttft_ms > 500"

var (
	gateText       = regexp.MustCompile(`^\s*([A-Za-z0-9_.]+)\s*([<>])\s*([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(%?)\s*$`)
	percentileName = regexp.MustCompile(`^p([0-9]+(?:\.[0-9]+)?)_(?:ttft|tpot|itl|e2el)_ms$`)
)

// ParseGate reads METRIC > LIMIT or METRIC < LIMIT, where a limit with % is a
// change. The error says what is wanted.
func ParseGate(text string) (Gate, error) {
	m := gateText.FindStringSubmatch(text)
	if m == nil {
		return Gate{}, fmt.Errorf("%q, want %s", text, GateForm)
	}
	limit, err := strconv.ParseFloat(m[3], 64)
	if err != nil {
		return Gate{}, fmt.Errorf("%q: %s is no number; want %s", text, m[3], GateForm)
	}
	g := Gate{Text: strings.TrimSpace(text), Metric: m[1], Relative: m[4] == "%", Limit: limit}
	if g.Relative {
		g.Limit /= 100
	}
	if !IsFigure(g.Metric) {
		return Gate{}, fmt.Errorf("%q: there is no figure %s; want a column of aggregate_results.csv, such as %s", text, g.Metric, NearFigures(g.Metric))
	}
	return g, g.check(m[2])
}

// check holds the sign to the way in which the figure gets worse: a gate that
// breaks on an improvement is a slip.
func (g Gate) check(sign string) error {
	worse, change := ">", "> +5%"
	switch metrics.Better(g.Metric) {
	case metrics.Neither:
		return fmt.Errorf("%q: neither way is %s worse; want a latency, a throughput or a count of failures", g.Text, g.Metric)
	case metrics.HigherBetter:
		worse, change = "<", "< -5%"
	}
	switch {
	case sign != worse:
		return fmt.Errorf("%q breaks when %s gets better; write %s %s LIMIT", g.Text, g.Metric, g.Metric, worse)
	case g.Relative && (g.Limit < 0) == (worse == ">") && g.Limit != 0:
		return fmt.Errorf("%q would break without a change; write %s %s", g.Text, g.Metric, change)
	case g.Relative && g.Limit <= -1:
		return fmt.Errorf("%q: nothing falls by that much; want above -100%%", g.Text)
	}
	return nil
}

// IsFigure reports whether Figures may have the name.
func IsFigure(name string) bool {
	if m := percentileName.FindStringSubmatch(name); m != nil {
		p, err := strconv.ParseFloat(m[1], 64)
		return err == nil && p > 0 && p < 100
	}
	return slices.Contains(FigureNames(), name)
}

// NearFigures are names that share most with a mistyped one: those of the same
// ending, else the usual ones.
func NearFigures(name string) string {
	_, tail, _ := strings.Cut(name, "_")
	var near []string
	for _, n := range FigureNames("50", "90", "95", "99") {
		if tail != "" && strings.HasSuffix(n, "_"+tail) {
			near = append(near, n)
		}
	}
	if len(near) == 0 || len(near) > 8 {
		near = []string{"p99_ttft_ms", "mean_tpot_ms", "output_throughput"}
	}
	return strings.Join(near, ", ")
}

// Gates are the gates that a run's config asked for: none where there is no gate
// key in its manifest.
func (r *Run) Gates() ([]Gate, error) {
	config, _ := r.Config.(map[string]any)
	list, _ := config["gate"].([]any)
	var gates []Gate
	for _, item := range list {
		text, _ := item.(string)
		g, err := ParseGate(text)
		if err != nil {
			return nil, fmt.Errorf("the run's gate: %w", err)
		}
		gates = append(gates, g)
	}
	return gates, nil
}

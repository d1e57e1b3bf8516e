package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/aggregate"
)

// mostAnswers bounds the changes that are put in words before the table.
const mostAnswers = 5

// A located change is one with its case.
type located struct {
	pair   *aggregate.Comparison
	where  *aggregate.CaseChange
	change *aggregate.Change
}

// every is all changes of a comparison, in the order of its cases.
func every(c *aggregate.Comparison) (all []located) {
	for i := range c.Cases {
		for j := range c.Cases[i].Changes {
			all = append(all, located{c, &c.Cases[i], &c.Cases[i].Changes[j]})
		}
	}
	return all
}

// answers are the notable changes in words, the largest first: what got worse, then
// what got better.
func answers(c *aggregate.Comparison) []string {
	var lines []string
	for _, verdict := range []string{aggregate.VerdictWorse, aggregate.VerdictBetter} {
		var found []located
		for _, l := range every(c) {
			if l.change.Verdict() == verdict {
				found = append(found, l)
			}
		}
		slices.SortStableFunc(found, func(a, b located) int {
			return cmp.Compare(math.Abs(math.Log1p(b.change.Share)), math.Abs(math.Log1p(a.change.Share)))
		})
		for i, l := range found {
			if i == mostAnswers {
				lines = append(lines, fmt.Sprintf("%s: %d more, in the table", verdict, len(found)-i))
				break
			}
			lines = append(lines, l.sentence(verdict))
		}
	}
	if c.Same {
		return []string{"cannot tell: BASE and NEW are the same measurements"}
	}
	if len(lines) == 0 {
		lines = append(lines, noChange(c))
	}
	return append(lines, untested(c)...)
}

// untested says how many figures no test could be made of, a line a reason.
func untested(c *aggregate.Comparison) (lines []string) {
	all := every(c)
	n := map[string]int{}
	var reasons []string
	for _, l := range all {
		if l.change.By != "" {
			continue
		}
		if n[l.change.Why]++; n[l.change.Why] == 1 {
			reasons = append(reasons, l.change.Why)
		}
	}
	for _, why := range reasons {
		lines = append(lines, fmt.Sprintf("not tested: %d of %s: %s", n[why], counted(len(all), "figure"), why))
	}
	return lines
}

// noChange says that nothing is notable, and whether it could have been.
func noChange(c *aggregate.Comparison) string {
	tested, all := 0, every(c)
	for _, l := range all {
		if l.change.By != "" {
			tested++
		}
	}
	if tested == 0 {
		return fmt.Sprintf("cannot tell: none of the %d figures could be tested; set repeats: 5", len(all))
	}
	return fmt.Sprintf("no notable change: of %s tested, none with p < %s", counted(tested, "figure"), pText(aggregate.Notable))
}

func (l located) sentence(verdict string) string {
	c := l.change
	word := verdict
	if _, ok := strings.CutSuffix(c.Metric, "_ms"); ok || strings.HasSuffix(c.Metric, "throughput") {
		word = map[string]string{aggregate.VerdictWorse: "slower", aggregate.VerdictBetter: "faster"}[verdict]
	}
	s := fmt.Sprintf("%s: %s %s (%s) at %s", word, metricTitle(c.Metric), change(c.Share), interval(c)+", p "+pText(c.P), l.where.Name)
	if note := methodNote(c); note != "" {
		s += " (" + note + ")"
	}
	if c.Doubt != "" {
		s += " – in doubt: " + c.Doubt
	}
	return s
}

// methodNote says where the test is a weaker one; "" = it is not.
func methodNote(c *aggregate.Change) string {
	switch c.By {
	case aggregate.ByBootstrap:
		return "1 run: bootstrap over requests, weaker"
	case aggregate.ByOne:
		return "1 run against several"
	}
	return ""
}

// head says what is compared: the sides, what differs as a whole, and what has no
// partner.
func head(c *aggregate.Comparison) []string {
	lines := []string{fmt.Sprintf("BASE %s → NEW %s: %s", sideText(c.Base), sideText(c.New), counted(len(c.Cases), "case"))}
	return append(lines, c.Changed...)
}

// left is what was not compared, and what is in doubt.
func left(c *aggregate.Comparison) (lines []string) {
	if len(c.OnlyBase) > 0 {
		lines = append(lines, "only in BASE: "+strings.Join(c.OnlyBase, ", "))
	}
	if len(c.OnlyNew) > 0 {
		lines = append(lines, "only in NEW: "+strings.Join(c.OnlyNew, ", "))
	}
	for i := range c.Cases {
		if d := c.Cases[i].Doubt; d != "" {
			lines = append(lines, c.Cases[i].Name+": "+d)
		}
	}
	return lines
}

func sideText(s *aggregate.Side) string {
	if s.Name != s.Path {
		return s.Name + " (" + s.Path + ")"
	}
	return s.Path
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// columns of the table of changes.
var columns = []string{"case", "metric", "runs", "BASE", "NEW", "change", "95 % CI", "p", "U p", ""}

// changeRows are the lines of the table: notable ones and those gated, or all.
func changeRows(all *aggregate.Comparisons, c *aggregate.Comparison, whole bool) (rows [][]string) {
	gated := map[string]bool{}
	for _, g := range all.Gates {
		gated[g.Gate.Metric] = true
	}
	for _, l := range every(c) {
		ch := l.change
		if !whole && ch.Verdict() == "" && !gated[ch.Metric] {
			continue
		}
		rows = append(rows, []string{
			l.where.Name, ch.Metric, fmt.Sprintf("%d, %d", l.where.BaseRuns, l.where.NewRuns), amount(ch.Old), amount(ch.New),
			change(ch.Share), between(ch.Low, ch.High), pText(ch.P), pText(ch.RankP), remark(l),
		})
	}
	return rows
}

// remark is what a line says beside its figures: the verdict, the weaker test, the
// doubt.
func remark(l located) string {
	var all []string
	for _, text := range []string{l.change.Verdict(), methodNote(l.change), l.change.Why, l.change.Doubt} {
		if text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

// method says how the figures were tested, once under the table.
func method(all *aggregate.Comparisons) []string {
	test := "Welch's t on the logarithms of repeats"
	if all.Paired {
		test = "paired t on the logarithms, repeat by repeat, or Welch's where that finds more, each × 1.5 for the choice"
	}
	lines := []string{"change: ratio of geometric means; p: " + test + ", U p: Mann–Whitney; neither is corrected for how many there are"}
	tested := 0
	for _, pair := range all.Pairs {
		for _, l := range every(pair) {
			if l.change.By != "" {
				tested++
			}
		}
	}
	if tested > 20 {
		lines = append(lines, fmt.Sprintf("were nothing changed, about %.1f of these %d figures would have p < %s by chance", float64(tested)*aggregate.Notable, tested, pText(aggregate.Notable)))
	}
	return lines
}

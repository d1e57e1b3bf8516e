package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"llmsweep/aggregate"
)

// WriteMarkdown writes cases as GitHub shows them: first the answer in words, then
// a table with a row a case, each with its verdict, then the spread over repeats
// and every doubt. A row's File is the path that its link leads to.
func WriteMarkdown(w io.Writer, rows []aggregate.Row) error {
	out := bufio.NewWriter(w)
	m := markdown{out, rows}
	m.answer()
	m.cases()
	m.repeats()
	m.doubts()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

type markdown struct {
	*bufio.Writer // keeps its first error for Flush
	rows          []aggregate.Row
}

func (m markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// answer says, a line a series, where the most tokens and the least latency are.
func (m markdown) answer() {
	for _, s := range chartSeriesOf(m.rows) {
		most, least := s.best("output_throughput", 1), s.best("mean_e2el_ms", -1)
		if most == nil || least == nil {
			m.line("- **%s**: no case that may be believed", mdText(s.title))
			continue
		}
		m.line("- **%s**: most output tokens/s at %s: **%s** (mean E2EL %s ms)%s; lowest mean E2EL at %s: **%s ms** (%s tok/s)%s", mdText(s.title),
			s.at(most), mdFigure(most.value("output_throughput")), mdFigure(most.value("mean_e2el_ms")), mdDoubt(most),
			s.at(least), mdFigure(least.value("mean_e2el_ms")), mdFigure(least.value("output_throughput")), mdDoubt(least))
	}
	valid, suspect, invalid, failed := verdictCounts(m.rows)
	m.line("- %d cases: %d valid, %d suspect, %d invalid, %d failed or interrupted, %d from elsewhere, without a verdict\n",
		len(m.rows), valid, suspect, invalid, failed, len(m.rows)-valid-suspect-invalid-failed)
}

// mdDoubt is what to know of a point beside its figures.
func mdDoubt(p *chartPoint) string {
	g := &p.group
	var all []string
	if g.Repeats > 1 {
		all = append(all, fmt.Sprintf("mean of %d repeats", g.Repeats-g.Invalid))
	}
	if g.Suspect > 0 {
		all = append(all, fmt.Sprintf("%d of %d suspect", g.Suspect, g.Repeats))
	}
	if g.Invalid > 0 {
		all = append(all, fmt.Sprintf("%d of %d invalid, left out", g.Invalid, g.Repeats))
	}
	if all == nil {
		return ""
	}
	return ", " + strings.Join(all, ", ")
}

// mdColumns are the table's figures: the column and how it is headed.
func mdColumns() [][2]string {
	return [][2]string{
		{"request_throughput", "requests/s"}, {"output_throughput", "output tok/s"},
		{"mean_ttft_ms", "TTFT ms, mean"}, {"p99_ttft_ms", "TTFT ms, p99"}, {"mean_tpot_ms", "TPOT ms, mean"},
		{"mean_itl_ms", "ITL ms, mean"}, {"mean_e2el_ms", "E2EL ms, mean"}, {"p99_e2el_ms", "E2EL ms, p99"},
	}
}

func (m markdown) cases() {
	header, rule := "| case | done |", "| --- | ---: |"
	for _, c := range mdColumns() {
		header += " " + c[1] + " |"
		rule += " ---: |"
	}
	m.line("%s verdict |\n%s --- |", header, rule)
	columns := map[string]aggregate.Column{}
	for _, c := range aggregate.Columns() {
		columns[c.Name] = c
	}
	few := false
	for i := range m.rows {
		r := &m.rows[i]
		fmt.Fprintf(m, "| %s | %d/%d |", mdLink(r), r.Completed, r.NumPrompts)
		for _, c := range mdColumns() {
			var figure *float64
			if v, ok := columns[c[0]].Of(r).(float64); ok {
				figure = &v
			}
			mark := ""
			if figure != nil && isTooFew(c[0], r) {
				mark, few = "*", true
			}
			fmt.Fprintf(m, " %s%s |", mdFigure(figure), mark)
		}
		m.line(" %s |", caseVerdict(r))
	}
	if few {
		m.line("\n\\* of fewer than %d requests: too few for a p99 that can be relied on", aggregate.SamplesNeeded("p99_ttft_ms"))
	}
}

// repeats is a table of what was measured more than once.
func (m markdown) repeats() {
	first := true
	for _, s := range chartSeriesOf(m.rows) {
		for i := range s.points {
			p := &s.points[i]
			if p.group.Repeats < 2 {
				continue
			}
			if first {
				m.line("\nOver the repeats: mean, 95 %% confidence interval of the mean (Student's t) and coefficient of variation.\n")
				m.line("| series | load | repeats | output tok/s | TTFT ms, mean | E2EL ms, mean |\n| --- | --- | ---: | ---: | ---: | ---: |")
				first = false
			}
			m.line("| %s | %s | %d | %s | %s | %s |", mdText(s.title), s.at(p), p.group.Repeats,
				mdSpread(p, "output_throughput"), mdSpread(p, "mean_ttft_ms"), mdSpread(p, "mean_e2el_ms"))
		}
	}
}

func mdSpread(p *chartPoint, name string) string {
	for _, f := range p.group.Figures {
		if f.Name != name || f.Mean == nil {
			continue
		}
		if f.Low == nil || f.CV == nil {
			return mdFigure(f.Mean)
		}
		return fmt.Sprintf("%s [%s, %s], %.1f %%", mdFigure(f.Mean), mdFigure(f.Low), mdFigure(f.High), 100**f.CV)
	}
	return "–"
}

func (m markdown) doubts() {
	first := true
	for i := range m.rows {
		r := &m.rows[i]
		why := caseReasons(r)
		if why == "" {
			continue
		}
		if first {
			m.line("")
			first = false
		}
		m.line("- %s %s: %s", mdLink(r), caseVerdict(r), mdText(why))
	}
}

// mdLink is the case's name, leading to its file.
func mdLink(r *aggregate.Row) string {
	if r.File == "" {
		return mdText(r.Case)
	}
	u := url.URL{Path: filepath.ToSlash(r.File)}
	return fmt.Sprintf("[%s](%s)", mdText(r.Case), strings.NewReplacer("(", "%28", ")", "%29").Replace(u.String()))
}

// mdText keeps text from being read as Markdown, or as the end of a cell.
func mdText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "\n", " ", "<", "&lt;", "[", "\\[", "*", "\\*", "`", "\\`").Replace(s)
}

// mdFigure is a number to three significant digits or to the whole; "–" where
// undefined.
func mdFigure(v *float64) string {
	if v == nil {
		return "–"
	}
	switch x := math.Abs(*v); {
	case x >= 100 || x == 0:
		return strconv.FormatFloat(*v, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(*v, 'f', 1, 64)
	case x >= 1:
		return strconv.FormatFloat(*v, 'f', 2, 64)
	}
	return strconv.FormatFloat(*v, 'g', 3, 64)
}

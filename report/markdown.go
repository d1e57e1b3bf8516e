package report

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"llmsweep/aggregate"
)

// WriteMarkdown writes cases as GitHub shows them: first the answer in words, then
// a table with a row a case, each with its verdict, then the spread over repeats
// and every doubt. A row's File is the path that its link leads to; the reading is of
// the rows.
func WriteMarkdown(w io.Writer, rows []aggregate.Row, r aggregate.Reading) error {
	out := bufio.NewWriter(w)
	m := markdown{out, rows, r}
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
	reading       aggregate.Reading
}

func (m markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// answer is what the terminal says first, a list item a finding, with links.
func (m markdown) answer() {
	hrefs := map[string]string{}
	for i := range m.rows {
		hrefs[m.rows[i].Case] = markdownHref(&m.rows[i])
	}
	for _, text := range m.reading.Found {
		m.sentence("", Sentence{Text: text}, hrefs)
	}
	for _, s := range Comparisons(&m.reading, m.rows) {
		m.sentence("", s, hrefs)
	}
	for _, b := range Words(&m.reading, m.rows) {
		m.line("- **%s**", markdownText(b.Title))
		for _, s := range b.Lines {
			m.sentence("  ", s, hrefs)
		}
	}
	for _, s := range fronts(&m.reading) {
		m.sentence("", s, hrefs)
	}
	m.line("- %s\n", verdictText(m.rows))
}

// sentence is a list item; what stands behind the answer is on lines of its own.
func (m markdown) sentence(indent string, s Sentence, hrefs map[string]string) {
	var lines []string
	for _, text := range []string{s.Text, s.More, s.Source} {
		if text == "" {
			continue
		}
		line := ""
		for _, piece := range traced(text, hrefs) {
			line += markdownLink(piece)
		}
		lines = append(lines, line)
	}
	m.line("%s- %s", indent, strings.Join(lines, "<br>\n"+indent+"  "))
}

// markdownColumns are the table's figures: the column and how it is headed.
func markdownColumns(pooled bool) [][2]string {
	if pooled {
		return [][2]string{
			{"request_throughput", "requests/s"}, {"total_token_throughput", "input tok/s"},
			{"mean_e2el_ms", "E2EL ms, mean"}, {"p99_e2el_ms", "E2EL ms, p99"},
		}
	}
	return [][2]string{
		{"request_throughput", "requests/s"}, {"output_throughput", "output tok/s"},
		{"mean_ttft_ms", "TTFT ms, mean"}, {"p99_ttft_ms", "TTFT ms, p99"}, {"mean_tpot_ms", "TPOT ms, mean"},
		{"mean_itl_ms", "ITL ms, mean"}, {"mean_e2el_ms", "E2EL ms, mean"}, {"p99_e2el_ms", "E2EL ms, p99"},
	}
}

// cases is a table for each kind of work.
func (m markdown) cases() {
	few := false
	for i, k := range m.reading.Kinds(m.rows) {
		if i > 0 {
			m.line("")
		}
		if k.Name != "" && len(k.Rows) < len(m.rows) {
			m.line("%s:\n", markdownText(k.Name))
		}
		few = m.caseTable(markdownColumns(k.Name != ""), rowsAt(m.rows, k.Rows)) || few
	}
	if few {
		m.line("\n\\* of fewer than %d requests: too few for a p99 that can be relied on", aggregate.SamplesNeeded("p99_ttft_ms"))
	}
}

// caseTable reports whether it marks a figure as one of too few requests.
func (m markdown) caseTable(shown [][2]string, rows []aggregate.Row) (few bool) {
	header, rule := "| case | done |", "| --- | ---: |"
	for _, c := range shown {
		header += " " + c[1] + " |"
		rule += " ---: |"
	}
	m.line("%s verdict |\n%s --- |", header, rule)
	columns := map[string]aggregate.Column{}
	for _, c := range aggregate.Columns() {
		columns[c.Name] = c
	}
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(m, "| %s | %d/%d |", caseLink(r), r.Completed, r.NumPrompts)
		for _, c := range shown {
			var figure *float64
			if v, ok := columns[c[0]].Of(r).(float64); ok {
				figure = &v
			}
			mark := ""
			if figure != nil && isTooFew(c[0], r) {
				mark, few = "*", true
			}
			fmt.Fprintf(m, " %s%s |", Figure(figure), mark)
		}
		m.line(" %s |", caseVerdict(r))
	}
	return few
}

// repeats is a table of what was measured more than once, for each kind of work.
func (m markdown) repeats() {
	for _, k := range m.reading.Kinds(m.rows) {
		m.repeatsOf(k.Name)
	}
}

func (m markdown) repeatsOf(kind string) {
	columns := [][2]string{{"output_throughput", "output tok/s"}, {"mean_ttft_ms", "TTFT ms, mean"}, {"mean_e2el_ms", "E2EL ms, mean"}}
	if kind != "" {
		columns = [][2]string{{"request_throughput", "requests/s"}, {"mean_e2el_ms", "E2EL ms, mean"}}
	}
	first := true
	for i := range m.reading.Curves {
		c := &m.reading.Curves[i]
		if c.Kind() != kind {
			continue
		}
		for j := range c.Points {
			p := &c.Points[j]
			if len(p.Rows) < 2 {
				continue
			}
			if first {
				m.line("\nOver the repeats: mean, 95 %% confidence interval of the mean (Student's t) and coefficient of variation.\n")
				header, rule := "| curve | load | repeats |", "| --- | --- | ---: |"
				for _, c := range columns {
					header, rule = header+" "+c[1]+" |", rule+" ---: |"
				}
				m.line("%s\n%s", header, rule)
				first = false
			}
			g := p.Group(m.rows)
			used := fmt.Sprint(g.Repeats)
			if g.Invalid > 0 && g.Invalid < g.Repeats {
				used = fmt.Sprintf("%d of %d", g.Repeats-g.Invalid, g.Repeats)
			}
			fmt.Fprintf(m, "| %s | %s | %s |", markdownText(c.Title), c.LoadText(p), used)
			for _, c := range columns {
				fmt.Fprintf(m, " %s |", markdownSpread(g.Figure(c[0])))
			}
			m.line("")
		}
	}
}

func markdownSpread(f *aggregate.Figure) string {
	if f.Low == nil || f.CV == nil {
		return Figure(f.Mean)
	}
	return fmt.Sprintf("%s [%s, %s], %.1f %%", Figure(f.Mean), Figure(f.Low), Figure(f.High), 100**f.CV)
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
		m.line("- %s %s: %s", caseLink(r), caseVerdict(r), markdownText(why))
	}
}

// caseLink is the case's name, leading to its file.
func caseLink(r *aggregate.Row) string { return markdownLink(link{r.Case, markdownHref(r)}) }

func markdownLink(l link) string {
	if l.Href == "" {
		return markdownText(l.Text)
	}
	return "[" + markdownText(l.Text) + "](" + l.Href + ")"
}

// markdownHref is the path of a case's file as a link has it; "" = it has none.
func markdownHref(r *aggregate.Row) string {
	if r.File == "" {
		return ""
	}
	u := url.URL{Path: filepath.ToSlash(r.File)}
	return strings.NewReplacer("(", "%28", ")", "%29").Replace(u.String())
}

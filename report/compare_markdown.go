package report

import (
	"io"
	"regexp"
	"strings"

	"llmsweep/aggregate"
)

// CompareMarkdown writes a comparison for a pull request or a CI summary: the
// gates first, then what changed.
func CompareMarkdown(w io.Writer, all *aggregate.Comparisons, every bool) error {
	out := lineWriter{w: w}
	if s := gateSummary(all.Gates); s != "" {
		out.line("## "+capital(s), "")
		out.line(bullets(gateLines(all.Gates))...)
	}
	for _, c := range all.Pairs {
		out.line("### "+markdownText(capital(head(c)[0])), "")
		out.line(bullets(head(c)[1:])...)
		out.line(bullets(answers(c))...)
		if rows := changeRows(all, c, every); len(rows) > 0 {
			out.line(markdownTable(columns, rows, 4, 9)...)
			out.line("")
		}
		out.line(bullets(left(c))...)
	}
	for _, s := range method(all) {
		out.line(markdownText(capital(s)) + ".")
	}
	return out.err
}

func bullets(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	var out []string
	for _, s := range lines {
		out = append(out, "- "+markdownText(s))
	}
	return append(out, "")
}

// markdownTable is a table whose columns from first to last, counted from 1, are
// to the right.
func markdownTable(header []string, rows [][]string, first, last int) []string {
	rule := make([]string, len(header))
	for i := range rule {
		rule[i] = "---"
		if i+1 >= first && i+1 <= last {
			rule[i] = "---:"
		}
	}
	lines := []string{pipes(header), pipes(rule)}
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, c := range r {
			cells[i] = markdownText(c)
		}
		lines = append(lines, pipes(cells))
	}
	return lines
}

func pipes(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

// markdownText keeps what names and servers' words hold from being taken for
// Markdown or HTML. An _ within a word means nothing there, and stays as it is: names
// of cases can be copied and searched for.
func markdownText(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "`", "\\`", "<", "&lt;", ">", "&gt;", "[", `\[`, "~", `\~`, "\n", " ").Replace(s)
	return markdownWord.ReplaceAllStringFunc(s, func(word string) string {
		inner := strings.Trim(word, "_")
		before, after, _ := strings.Cut(word, inner)
		if inner == "" {
			before, after = word, ""
		}
		return strings.ReplaceAll(before, "_", `\_`) + inner + strings.ReplaceAll(after, "_", `\_`)
	})
}

// markdownWord is a run of letters, digits and _.
var markdownWord = regexp.MustCompile(`[\pL\pN_]+`)

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

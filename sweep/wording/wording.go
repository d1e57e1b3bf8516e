// Package wording puts counts, figures and their units into the words and columns
// that plans, notes and reports to people are made of.
package wording

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Columns aligns rows, two spaces between columns: numbers to the right,
// the text column to the left.
func Columns(b *strings.Builder, rows [][]string, textColumn int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if i == textColumn {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		b.WriteByte('\n')
	}
}

// Thousands is a whole number with its digits in groups of three.
func Thousands(x float64) string {
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural is a number of things: 1 prompt, 1,000 prompts.
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return Thousands(float64(n)) + " " + word + "s"
}

// OneLine is s with each stretch of white space as one space.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Short is s on one line of at most 48 characters.
func Short(s string) string {
	const most = 48
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// Figure is a figure's name as it is spoken: p99 TTFT, output throughput.
func Figure(name string) string {
	words := strings.Split(strings.TrimSuffix(name, "_ms"), "_")
	if len(words) == 2 && strings.HasSuffix(name, "_ms") {
		words[1] = strings.ToUpper(words[1])
	}
	return strings.Join(words, " ")
}

// Value is a figure's value with its unit.
func Value(name string, v float64) string {
	switch {
	case strings.HasSuffix(name, "_share"):
		return digits(100*v) + " %"
	case strings.HasSuffix(name, "_ms"):
		return digits(v) + " ms"
	case strings.Contains(name, "request_throughput"), name == "request_goodput":
		return digits(v) + " requests/s"
	case strings.HasSuffix(name, "throughput"), name == "max_output_tokens_per_s":
		return digits(v) + " tok/s"
	}
	return digits(v)
}

// digits is a number to three digits, with all those before the point.
func digits(v float64) string {
	if math.Abs(v) >= 100 || v == math.Trunc(v) {
		return Thousands(v)
	}
	return strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(math.Abs(v))))), 64)
}

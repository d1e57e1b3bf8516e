package report

import (
	"math"
	"strconv"
	"strings"
)

// How numbers are written, in every format: three significant digits or to the
// whole, never an exponent, "–" where undefined.

// Figure is a figure that may be undefined.
func Figure(x *float64) string {
	if x == nil {
		return "–"
	}
	return amount(*x)
}

// amount is a figure to three significant digits or to the whole.
func amount(x float64) string {
	switch {
	case math.IsNaN(x), math.IsInf(x, 0):
		return "–"
	case x == 0:
		return "0"
	}
	return strconv.FormatFloat(x, 'f', max(0, 2-exponent(x)), 64)
}

// exponent is that of the power of ten that x begins with, rounded to three digits:
// 99.96 is 100, so 2.
func exponent(x float64) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', 2, 64), "e")
	n, err := strconv.Atoi(e)
	if err != nil {
		return 0 // cannot be: FormatFloat wrote it
	}
	return n
}

// money is a price to three significant digits, and to the cent.
func money(x float64) string {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return "–"
	}
	return strconv.FormatFloat(x, 'f', max(2, 2-exponent(x)), 64)
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 0, 64) + " %" }

// change is a share with its sign: +12.3 %.
func change(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return "–"
	}
	p := 100 * share
	digits := 1
	if math.Abs(p) >= 100 {
		digits = 0
	}
	text := strconv.FormatFloat(math.Abs(p), 'f', digits, 64)
	if strings.Trim(text, "0.") == "" {
		return "±0 %"
	}
	if p < 0 {
		return "−" + text + " %"
	}
	return "+" + text + " %"
}

// between is an interval of changes: +8.0 … +16.2 %.
func between(low, high float64) string {
	if math.IsNaN(low) {
		return "–"
	}
	return strings.TrimSuffix(change(low), " %") + " … " + change(high)
}

// pText is a p-value to two digits.
func pText(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p < 0.0001:
		return "<0.0001"
	case p < 0.1:
		return strconv.FormatFloat(p, 'g', 2, 64)
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// thousands sets the digits of a whole number of five or more apart in threes by a
// thin space that no line breaks at.
func thousands(text string) string {
	digits, sign := strings.CutPrefix(text, "-")
	if len(digits) < 5 || strings.Trim(digits, "0123456789") != "" {
		return text
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	if sign {
		return "-" + digits
	}
	return digits
}

package conf

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Text is a scalar that YAML takes for text, or that came out of a variable.
func Text(v *Value) (string, bool) {
	return v.Text, v.Kind == KindScalar && (v.Tag == "!!str" || v.Tag == "!!timestamp" || v.Tag == "!!merge" || v.FromVariables())
}

// Whole is a scalar's whole number. The hint says how to write what was
// probably meant.
func Whole(v *Value) (n int64, hint string, ok bool) {
	if v.Kind != KindScalar {
		return 0, "", false
	}
	if v.Tag == "!!int" && plainWhole.MatchString(v.Text) {
		n, err := strconv.ParseInt(strings.ReplaceAll(v.Text, "_", ""), 10, 64)
		return n, "", err == nil // out of range, n is the nearest
	}
	if hint := zeroHint(v); hint != "" {
		return 0, hint, false
	}
	if v.Tag == "!!float" {
		x, err := strconv.ParseFloat(strings.ReplaceAll(v.Text, "_", ""), 64)
		if err == nil && x == math.Trunc(x) && math.Abs(x) < 1e15 {
			return 0, fmt.Sprintf("; write %.0f", x), false
		}
	}
	return 0, UnquoteHint(v, "!!int"), false
}

// Number is a scalar's number; NaN is none.
func Number(v *Value) (x float64, hint string, ok bool) {
	if v.Kind != KindScalar {
		return 0, "", false
	}
	if hint := zeroHint(v); hint != "" {
		return 0, hint, false
	}
	if v.Tag != "!!int" && v.Tag != "!!float" {
		if hint = UnquoteHint(v, "!!int"); hint == "" {
			hint = UnquoteHint(v, "!!float")
		}
		return 0, hint, false
	}
	if strings.HasSuffix(strings.ToLower(v.Text), ".inf") {
		x = math.Inf(1)
		if v.Text[0] == '-' {
			x = math.Inf(-1)
		}
		return x, "", true
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(v.Text, "_", ""), 64)
	return x, "", err == nil && !math.IsNaN(x)
}

// zeroHint is for numbers that YAML 1.1 reads in another base than people do:
// 010 is 8 there.
func zeroHint(v *Value) string {
	if v.Quoted || v.Kind != KindScalar {
		return ""
	}
	digits := strings.ReplaceAll(v.Text, "_", "")
	switch {
	case leadingZero.MatchString(v.Text):
		decimal, err := strconv.ParseUint(strings.TrimLeft(digits, "+-"), 10, 64)
		octal, notOctal := strconv.ParseUint(strings.TrimLeft(digits, "+-"), 8, 64)
		if err != nil {
			return ""
		}
		if notOctal != nil || octal == decimal {
			return fmt.Sprintf("; write %d", decimal)
		}
		return fmt.Sprintf("; write %d, or %d if it was meant in octal", decimal, octal)
	case v.Tag == "!!int" && otherBase.MatchString(v.Text):
		if n, err := strconv.ParseInt(digits, 0, 64); err == nil {
			return fmt.Sprintf("; write %d", n)
		}
	}
	return ""
}

// UnquoteHint is for "256" where a number is wanted.
func UnquoteHint(v *Value, tag string) string {
	if v.Kind != KindScalar || !v.Quoted {
		return ""
	}
	plain, faults := Document{Text: []byte(v.Text)}.Parse()
	if faults == nil && plain != nil && plain.Kind == KindScalar && plain.Tag == tag {
		return "; remove the quotes"
	}
	return ""
}

var (
	plainWhole  = regexp.MustCompile(`^[+-]?(0|[1-9][0-9_]*)$`)
	leadingZero = regexp.MustCompile(`^[+-]?0[0-9_]+$`)
	otherBase   = regexp.MustCompile(`^[+-]?0[xob]`)
)

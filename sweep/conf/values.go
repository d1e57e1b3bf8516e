package conf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// ReadText reads a text that is valid.
func ReadText(dst *string, valid Check, want string) Read {
	return func(r *Reader, key string, v *Value) {
		s, isText := Text(v)
		if !isText {
			hint := ""
			if v.Kind == KindScalar {
				hint = "; write it in quotes"
			}
			r.Complain(key, v, want+hint)
			return
		}
		if hint, ok := valid(s); !ok {
			if v.FromVariables() {
				hint = "" // it may quote what a variable holds
			}
			r.Complain(key, v, want+hint)
			return
		}
		*dst = s
	}
}

// A Check says what is wrong with a text beyond its type: ok, or a hint to add
// to what is wanted ("" = none).
type Check func(text string) (hint string, ok bool)

// ReadOneOf reads one of some words.
func ReadOneOf(dst *string, words ...string) Read {
	want := words[0]
	if n := len(words); n > 1 {
		want = strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return func(r *Reader, key string, v *Value) {
		if v.Kind != KindScalar || !slices.Contains(words, v.Text) {
			hint := ""
			if v.Kind == KindScalar && !v.FromVariables() {
				hint = DidYouMean(v.Text, words)
			}
			r.Complain(key, v, want+hint)
			return
		}
		*dst = v.Text
	}
}

// ReadFlag reads true or false.
func ReadFlag(dst *bool) Read {
	return func(r *Reader, key string, v *Value) {
		if v.Kind != KindScalar || v.Tag != "!!bool" {
			r.Complain(key, v, "true or false"+UnquoteHint(v, "!!bool"))
			return
		}
		*dst = strings.EqualFold(v.Text, "true")
	}
}

// ReadWhole reads a whole number within limits.
func ReadWhole(dst *int, least, most int) Read {
	return func(r *Reader, key string, v *Value) {
		n, hint, ok := Whole(v)
		if !ok || n < int64(least) || n > int64(most) {
			r.Complain(key, v, WholeWanted(n, least, most)+hint)
			return
		}
		*dst = int(n)
	}
}

// WholeWanted names the upper limit only to who passed it.
func WholeWanted(n int64, least, most int) string {
	want := "a whole number, 0 or more"
	if least > 0 {
		want = fmt.Sprintf("a whole number above %d", least-1)
	}
	if n > int64(most) {
		want += fmt.Sprintf(", at most %d", most)
	}
	return want
}

// ReadNumber reads a number that is ok.
func ReadNumber(dst *float64, ok func(float64) bool, want string) Read {
	return func(r *Reader, key string, v *Value) {
		x, hint, isNumber := Number(v)
		if !isNumber || !ok(x) {
			r.Complain(key, v, want+hint)
			return
		}
		*dst = x
	}
}

// ReadNumbers reads a list of numbers, each once; alone allows a number without
// a list.
func ReadNumbers(dst *[]float64, want string, alone bool, parse func(*Value) (x float64, hint string, ok bool)) Read {
	return func(r *Reader, key string, v *Value) {
		items, itemKey := v.Items, func(i int) string { return fmt.Sprintf("%s[%d]", key, i) }
		switch {
		case v.Kind == KindScalar && alone:
			items, itemKey = []*Value{v}, func(int) string { return key }
		case v.Kind != KindList || len(items) == 0:
			wanted := "a list, at least one: " + want
			if alone {
				wanted = want + ", or a list of them, at least one"
			}
			r.Complain(key, v, wanted)
			return
		}
		numbers, seen := []float64{}, map[float64]Position{}
		for i, item := range items {
			x, hint, ok := parse(item)
			if !ok {
				r.Complain(itemKey(i), item, want+hint)
				continue
			}
			if at, twice := seen[x]; twice {
				r.Complain(itemKey(i), item, "each value once"+at.AlreadyThere())
				continue
			}
			seen[x] = item.At
			numbers = append(numbers, x)
		}
		*dst = numbers
	}
}

// MaxSpan is far above what anybody waits: past it a number is a slip, and sums
// over a plan would overflow.
const MaxSpan = 10 * 365 * 24 * time.Hour

// ReadDuration reads Go's durations; a bare number is seconds.
func ReadDuration(dst *time.Duration) Read {
	const want = "a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"
	return func(r *Reader, key string, v *Value) {
		var d time.Duration
		hint, ok := "", false
		if s, isText := Text(v); isText && v.Tag == "!!str" {
			parsed, err := time.ParseDuration(s)
			d, ok = parsed, err == nil
		} else if seconds, h, isNumber := Number(v); isNumber && seconds >= 0 && seconds <= MaxSpan.Seconds() {
			d, ok = time.Duration(math.Round(seconds*1e9)), true
		} else {
			hint = h
		}
		if !ok || d < 0 || d > MaxSpan {
			r.Complain(key, v, want+hint)
			return
		}
		*dst = d
	}
}

// ReadNested reads a mapping with keys of its own. What it does not name keeps
// its default.
func ReadNested(fields ...Field) Read {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return func(r *Reader, key string, v *Value) {
		if v.Kind != KindMapping {
			r.Complain(key, v, "a mapping with keys of "+strings.Join(names, ", "))
			return
		}
		r.Mapping(v, key, fields)
	}
}

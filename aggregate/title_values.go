package aggregate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostOfValue is how many characters of an axis' value a title shows.
const mostOfValue = 32

// shortValues shows the values of an axis by what sets them apart, where some are too
// long to be read in a title: without the words that all begin with, and without the
// middle of what is still too long, as long as no two look alike.
func shortValues(curves []Curve, key string) func(string) string {
	as := func(v string) string { return v }
	var values []string
	seen, long := map[string]bool{}, false
	for i := range curves {
		if v, ok := AxisOf(curves[i].Axes, key); ok && !seen[v] {
			seen[v], values = true, append(values, v)
			long = long || utf8.RuneCountInString(v) > mostOfValue
		}
	}
	if !long {
		return as
	}
	common := len(sharedWords(values))
	for _, show := range []func(string) string{
		func(v string) string { return middleOut(behind(v, common)) },
		func(v string) string { return behind(v, common) },
	} {
		looks := map[string]bool{}
		for _, v := range values {
			looks[show(v)] = true
		}
		if len(looks) == len(values) {
			return show
		}
	}
	return as
}

// behind is what follows the first bytes of a value, with … in their place.
func behind(v string, bytes int) string {
	if bytes == 0 {
		return v
	}
	return "…" + v[bytes:]
}

// middleOut keeps both ends of what is too long.
func middleOut(v string) string {
	r := []rune(v)
	if len(r) <= mostOfValue {
		return v
	}
	const end = mostOfValue / 2
	return string(r[:end]) + "…" + string(r[len(r)-end+1:])
}

// sharedWords is what all values begin with, up to the end of a word.
func sharedWords(values []string) string {
	shared := values[0]
	for _, v := range values[1:] {
		for !strings.HasPrefix(v, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	if len(values) == 1 {
		return ""
	}
	return shared[:1+strings.LastIndexFunc(shared, func(r rune) bool { return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) })]
}

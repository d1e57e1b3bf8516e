package aggregate

import (
	"slices"
	"strings"
	"testing"
)

// Long values are shown by what sets them apart; none is lost by it.
func TestShortValues(t *testing.T) {
	const a = "abcdefghijklmnopqrstuvwxyz"
	for _, tt := range []struct{ values, want []string }{
		{[]string{"0", "0.7"}, []string{"0", "0.7"}},
		{[]string{a + "-0123456789-aa", a + "-0123456789-ab"}, []string{"…aa", "…ab"}},
		{[]string{a + a, "x"}, []string{"abcdefghijklmnop…lmnopqrstuvwxyz", "x"}},
		{[]string{a + "1" + a, a + "2" + a}, []string{a + "1" + a, a + "2" + a}},
		{[]string{strings.Repeat("é", 40) + "é", strings.Repeat("é", 40) + "è"}, []string{strings.Repeat("é", 16) + "…" + strings.Repeat("é", 15), strings.Repeat("é", 16) + "…" + strings.Repeat("é", 14) + "è"}},
	} {
		var curves []Curve
		for _, v := range tt.values {
			curves = append(curves, Curve{Axes: "k=" + v})
		}
		show := shortValues(curves, "k")
		var got []string
		for _, v := range tt.values {
			got = append(got, show(v))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q\ngot  %q\nwant %q", tt.values, got, tt.want)
		}
	}
}

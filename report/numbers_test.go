package report

import (
	"math"
	"testing"
)

// Three significant digits also where rounding makes one more of them.
func TestFigure(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1234.56: "1235", 100: "100", 99.96: "100", 99.94: "99.9", 12.34: "12.3", 9.996: "10.0", 1.234: "1.23", 0.9996: "1.00",
		0.781: "0.781", 0.012345: "0.0123", 0.0004: "0.000400", -12.34: "-12.3", math.Inf(1): "–", math.NaN(): "–",
	} {
		if got := Figure(&x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
	if got := Figure(nil); got != "–" {
		t.Errorf("undefined is %q", got)
	}
}

func TestMoney(t *testing.T) {
	for x, want := range map[float64]string{0: "–", 12345: "12345.00", 1.0417: "1.04", 0.9996: "1.00", 0.4217: "0.422", 0.05: "0.0500", 0.000133: "0.000133"} {
		if got := money(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}

func TestThousands(t *testing.T) {
	for text, want := range map[string]string{"999": "999", "9999": "9999", "10000": "10\u202f000", "-1234567": "-1\u202f234\u202f567", "12345.6": "12345.6", "–": "–"} {
		if got := thousands(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

package simserver

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// docs/simulate.md has every preset and every kind of fault, in their order, and no
// other; the presets' times are those of the code.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../docs/simulate.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	firstCells := func(heading string) (names []string) {
		_, table, _ := strings.Cut(text, "\n"+heading)
		table, _, _ = strings.Cut(table, "\n\n")
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)`").FindAllStringSubmatch(table, -1) {
			names = append(names, m[1])
		}
		return names
	}
	if got := firstCells("| kind |"); !slices.Equal(got, faultKinds()) {
		t.Errorf("kinds of faults %q, want %q", got, faultKinds())
	}
	got := firstCells("| preset |")
	slices.Sort(got)
	if !slices.Equal(got, Presets()) {
		t.Errorf("presets %q, want %q", got, Presets())
	}
	p := presets()
	for name, want := range map[string]Timing{
		"default": {StepBase: 5 * time.Millisecond, PerPrefillToken: 20 * time.Microsecond},
		"fast":    {StepBase: 200 * time.Microsecond, PerPrefillToken: 500 * time.Nanosecond},
		"slow":    {StepBase: 30 * time.Millisecond, PerPrefillToken: 200 * time.Microsecond},
	} {
		if c := p[name]; c.Timing.StepBase != want.StepBase || c.Timing.PerPrefillToken != want.PerPrefillToken {
			t.Errorf("%s: a step %v, a prompt token %v; docs have %v, %v", name, c.Timing.StepBase, c.Timing.PerPrefillToken, want.StepBase, want.PerPrefillToken)
		}
	}
	if p["slow"].MaxNumSeqs != 16 || p["default"].MaxNumSeqs != 256 || p["paced"].TTFT != 100*time.Millisecond || p["paced"].ITL != 10*time.Millisecond || !p["flood"].Unpaced {
		t.Error("the limits or paces of a preset are not those of the docs")
	}
}

package report

import (
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

// A server whose higher loads are invalid is compared at what is left: that is said
// beside its figure, and on its curve.
func TestInvalidLoadsAreTold(t *testing.T) {
	rows := append(rising("good", 256), rising("flaky", 256)...)
	for i := 6; i < 8; i++ { // flaky's 16 and 64 in flight
		rows[i].Validity = metrics.Invalid
	}
	r := aggregate.Read(rows, aggregate.ReadOptions{})
	want := "that is 2.67 × flaky, 360 tok/s at 4 in flight (2 higher loads invalid)"
	if got := Comparisons(&r, rows); len(got) != 1 || got[0].More != want {
		t.Errorf("%q, want %q", got, want)
	}
	words := Words(&r, rows)
	last := words[1].Lines[len(words[1].Lines)-1].Text
	if want := "invalid, so these win nothing: 16 in flight, 64 in flight"; last != want {
		t.Errorf("%q, want %q", last, want)
	}
}

// Repeats are told with how far they are apart; what is invalid, or equal, is not.
func TestRepeatsAreTold(t *testing.T) {
	rows := []aggregate.Row{row("", 256, 1, 100, 1000, 50, 10)}
	for i, throughput := range []float64{900, 960, 1021.4, 10} {
		again := row("", 256, 16, throughput, 1600, 300, 16)
		number := i + 1
		again.Repeat = &number
		rows = append(rows, again)
	}
	rows[4].Validity = metrics.Invalid
	r := aggregate.Read(rows, aggregate.ReadOptions{})
	if got, want := Words(&r, rows)[0].Lines[0].Source, "bench_io256x128_mc16_np700 and its 3 repeats: 900 to 1021 tok/s"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	p := r.Curves[0].Points[1]
	p.Rows = p.Rows[:1]
	if got := repeatsText(&r.Curves[0], &p, rows); got != "" {
		t.Errorf("of one: %q", got)
	}
}

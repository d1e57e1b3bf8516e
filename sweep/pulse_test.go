package sweep

import (
	"testing"
	"testing/synctest"
	"time"
)

// Where the machine sleeps, the clock of the day runs on alone; a program that is
// stopped is late by both. A bubble's clocks go together, and are never late.
func TestPulse(t *testing.T) {
	start := time.Now()
	for _, tt := range []struct {
		name  string
		beats []time.Time
		want  string
	}{
		{"in time", []time.Time{start, start.Add(pulseEvery), start.Add(2 * pulseEvery)}, ""},
		{"stopped", []time.Time{start, start.Add(20 * time.Second), start.Add(20250 * time.Millisecond)}, "llmsweep stood still for 20s during the case: it was stopped, or had no CPU"},
		{"without the other clock", []time.Time{start.Round(0), start.Round(0).Add(time.Hour)}, "llmsweep stood still for 1h during the case: it was stopped, or had no CPU"},
		{"a clock set back", []time.Time{start.Round(0), start.Round(0).Add(-time.Hour)}, ""},
	} {
		p := pulse{}
		for _, at := range tt.beats {
			p.beat(at)
		}
		if got := p.doubt(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got, want := (&pulse{still: pulseEvery, slept: time.Hour}).doubt(), "the machine slept for 1h during the case, or its clock was set"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	synctest.Test(t, func(t *testing.T) {
		stop := feelPulse()
		time.Sleep(time.Minute)
		if why := stop(); why != "" {
			t.Error(why)
		}
	})
}

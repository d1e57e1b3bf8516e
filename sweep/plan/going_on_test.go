package plan

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 13, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		0: "0 s", -time.Hour: "0 s", 59 * time.Second: "59 s", 60 * time.Second: "1 min",
		23*time.Minute + 40*time.Second: "23 min", 3*time.Hour + 5*time.Minute: "3 h 5 min", 59*time.Minute + 59*time.Second + 600*time.Millisecond: "1 h 0 min",
	} {
		if got := age(now, now.Add(-ago)); got != want {
			t.Errorf("%v: %s, want %s", ago, got, want)
		}
	}
}

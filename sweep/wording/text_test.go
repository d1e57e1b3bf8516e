package wording

import (
	"testing"
	"time"
)

func TestShortSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Second: "30s", 5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Second: "1m30s",
		time.Hour + time.Minute: "1h1m", 10 * time.Minute: "10m", 1500 * time.Millisecond: "1.5s", 0: "0s",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestRoughly(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 s"},
		{1200 * time.Millisecond, "2 s"},
		{89 * time.Second, "89 s"},
		{91 * time.Second, "2 min"},
		{59*time.Minute + 40*time.Second, "1 h"},
		{200 * time.Minute, "3 h 20 min"},
		{10 * 365 * 24 * time.Hour, "87600 h"},
	} {
		if got := Roughly(tt.d); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.d, got, tt.want)
		}
	}
}

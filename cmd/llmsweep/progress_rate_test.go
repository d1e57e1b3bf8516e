package main

import (
	"math"
	"testing"
	"time"
)

func TestSlidingRate(t *testing.T) {
	at := func(s float64) time.Time { return time.Unix(1000, int64(s*1e9)) }
	type ended struct {
		at float64 // s
		n  int64   // tokens
	}
	for _, tt := range []struct {
		name      string
		ended     []ended
		now, from float64 // s; from: when the first request was sent
		window    time.Duration
		want      float64
	}{
		{"since the first send", []ended{{2, 100}, {4, 100}}, 4, 0, 10 * time.Second, 50},
		{"part of a second", []ended{{0.5, 100}}, 0.5, 0.25, 10 * time.Second, 400},
		{"no time at all", []ended{{0, 100}}, 0, 0, 10 * time.Second, math.NaN()},
		{"nothing for the whole window", []ended{{2, 100}}, 60, 0, 10 * time.Second, 0},
		// 10 s: of the second 51 to the middle of the second 60
		{"the last seconds alone", []ended{{50.9, 1000}, {51, 95}, {60.5, 95}}, 60.5, 0, 10 * time.Second, 20},
		{"after five minutes the ring is used again", []ended{{1, 1000}, {301, 90}}, 301, 0, 300 * time.Second, 90. / 299},
		{"after a long silence", []ended{{1, 1000}, {7201, 90}}, 7210, 0, 10 * time.Second, 10},
	} {
		var r slidingRate
		for _, e := range tt.ended {
			r.add(at(e.at), e.n)
		}
		got := r.perSecond(at(tt.now), at(tt.from), tt.window)
		if math.Abs(got-tt.want) > 1e-9 || math.IsNaN(got) != math.IsNaN(tt.want) {
			t.Errorf("%s: %v tokens/s, want %v", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct{ request, want time.Duration }{
		{time.Second, 10 * time.Second}, {5500 * time.Millisecond, 16 * time.Second}, {time.Hour, 300 * time.Second},
	} {
		if got := rateWindow(tt.request); got != tt.want {
			t.Errorf("requests of %s: a window of %s, want %s", tt.request, got, tt.want)
		}
	}
}

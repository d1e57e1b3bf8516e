package stats

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOverlap(t *testing.T) {
	for _, tt := range []struct {
		name         string
		starts, ends []int64
		want         Level
		peak         int
	}{
		{"none", nil, nil, Level{}, 0},
		{"one", []int64{2}, []int64{5}, Level{{2, 1}, {5, 0}}, 1},
		{"one after another", []int64{0, 5}, []int64{5, 9}, Level{{0, 1}, {5, 1}, {9, 0}}, 1},
		{"nested", []int64{0, 2}, []int64{9, 4}, Level{{0, 1}, {2, 2}, {4, 1}, {9, 0}}, 2},
		{"empty ones never count", []int64{3, 3, 0}, []int64{3, 3, 4}, Level{{0, 1}, {3, 1}, {4, 0}}, 1},
	} {
		got := Overlap(tt.starts, tt.ends)
		if !slices.Equal(got, tt.want) || got.Peak() != tt.peak {
			t.Errorf("%s: %v, peak %d; want %v, peak %d", tt.name, got, got.Peak(), tt.want, tt.peak)
		}
	}
}

func TestLevelSpan(t *testing.T) {
	l := Overlap([]int64{0, 10, 30}, []int64{20, 40, 50}) // 1 at 0, 2 at 10, 1 at 20, 2 at 30, 1 at 40
	for _, tt := range []struct {
		n          int
		from       int64
		start, end int64
		ok         bool
	}{
		{1, 0, 0, 50, true},
		{2, 0, 10, 40, true}, // the dip at 20 is inside
		{2, 15, 15, 40, true},
		{2, 20, 30, 40, true},
		{2, 40, 0, 0, false},
		{3, 0, 0, 0, false},
	} {
		start, end, ok := l.Span(tt.n, tt.from)
		if start != tt.start || end != tt.end || ok != tt.ok {
			t.Errorf("Span(%d, %d) = %d, %d, %v; want %d, %d, %v", tt.n, tt.from, start, end, ok, tt.start, tt.end, tt.ok)
		}
	}
	if got := l.Integral(0, 50); got != 20+30+20 {
		t.Errorf("Integral over all = %g, want 70, the intervals' lengths", got)
	}
	if got := l.Integral(15, 35); got != 2*5+1*10+2*5 {
		t.Errorf("Integral(15, 35) = %g, want 30", got)
	}
}

func TestOverlapEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		starts := rapid.SliceOfN(rapid.Int64Range(0, 30), 0, 40).Draw(t, "starts")
		ends := make([]int64, len(starts))
		total := int64(0)
		for i, s := range starts {
			ends[i] = s + rapid.Int64Range(0, 10).Draw(t, "length")
			total += ends[i] - s
		}
		l := Overlap(starts, ends)
		peak := 0
		for at := int64(0); at <= 40; at++ {
			n := 0
			for i := range starts {
				if starts[i] <= at && at < ends[i] {
					n++
				}
			}
			peak = max(peak, n)
		}
		if l.Peak() != peak || peak > len(starts) {
			t.Errorf("peak %d, brute force %d, of %d intervals", l.Peak(), peak, len(starts))
		}
		if got := l.Integral(0, 50); got != float64(total) {
			t.Errorf("integral %g, the intervals' lengths sum to %d", got, total)
		}
	})
}

func TestPeakWindow(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events []Event
		width  int64
		want   int64
	}{
		{"none", nil, 10, 0},
		{"one", []Event{{5, 3}}, 10, 3},
		{"half open: the end is outside", []Event{{0, 1}, {10, 1}}, 10, 1},
		{"just inside", []Event{{0, 1}, {9, 1}}, 10, 2},
		{"best is in the middle", []Event{{0, 1}, {20, 2}, {25, 3}, {29, 4}, {31, 5}, {60, 9}}, 10, 12},
		{"many at one instant", []Event{{4, 1}, {4, 1}, {4, 7}}, 1, 9},
	} {
		if got := PeakWindow(tt.events, tt.width); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestPeakWindowEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.Int64Range(1, 20).Draw(t, "width")
		events := make([]Event, rapid.IntRange(0, 40).Draw(t, "n"))
		for i := range events {
			events[i] = Event{rapid.Int64Range(0, 50).Draw(t, "at"), rapid.Int64Range(0, 5).Draw(t, "things")}
		}
		SortEvents(events)
		var want int64
		for from := int64(-20); from <= 50; from++ {
			var sum int64
			for _, e := range events {
				if from <= e.At && e.At < from+width {
					sum += e.N
				}
			}
			want = max(want, sum)
		}
		if got := PeakWindow(events, width); got != want {
			t.Errorf("peak %d, brute force %d", got, want)
		}
	})
}

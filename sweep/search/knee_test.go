package search

import (
	"fmt"
	"testing"
)

// Midpoints by hand: √(8·32) = 16, √(32·128) = 64.
func TestAroundKnee(t *testing.T) {
	flight := Range{Precision: 0.1, Whole: true}
	point := func(load, throughput, latency float64) Point {
		return Point{Load: load, Throughput: throughput, Latency: latency}
	}
	for _, tt := range []struct {
		name   string
		loads  Range
		points []Point
		knee   int
		want   string
	}{
		{"in the middle", flight, []Point{point(8, 100, 10), point(32, 300, 12), point(128, 400, 40)}, 1, "[16 64]"},
		{"at the low end", flight, []Point{point(8, 100, 1), point(32, 300, 12)}, 0, "[16]"},
		{"at the high end", flight, []Point{point(8, 100, 10), point(32, 600, 12)}, 1, "[16]"},
		{"neighbours", flight, []Point{point(7, 1, 1), point(8, 2, 1), point(9, 1, 1)}, 1, "[]"},
		{"near enough on one side", flight, []Point{point(100, 1, 1), point(109, 2, 1), point(130, 1, 1)}, 1, "[119]"},
		{"rates", Range{Precision: 0.1}, []Point{point(2, 1, 1), point(4, 4, 1), point(5, 1, 1)}, 1, "[2.828 4.472]"},
		{"of two alike the lower", flight, []Point{point(8, 10, 1), point(32, 10, 1)}, 0, "[16]"},
		{"none has a latency", flight, []Point{point(8, 10, 0), point(32, 10, 0)}, -1, "[]"},
		{"none", flight, nil, -1, "[]"},
	} {
		if got := fmt.Sprint(tt.loads.Around(tt.points)); got != tt.want || Knee(tt.points) != tt.knee {
			t.Errorf("%s: knee %d, around it %s; want %d, %s", tt.name, Knee(tt.points), got, tt.knee, tt.want)
		}
	}
}

package search

// A Point is one load of a curve.
type Point struct {
	Load       float64
	Throughput float64 // output tokens/s
	Latency    float64 // mean E2EL, ms; 0 = unknown, and the point is no knee
}

// Knee is the point with the largest throughput ÷ mean latency, the lower load of
// two; -1 = there is none.
func Knee(points []Point) int {
	knee, best := -1, 0.0
	for i, p := range points {
		if p.Latency > 0 && p.Throughput/p.Latency > best {
			knee, best = i, p.Throughput/p.Latency
		}
	}
	return knee
}

// Around are the loads halfway between the knee and its neighbours, as far as those
// are not near enough already. points are by load, rising.
func (l Range) Around(points []Point) (loads []float64) {
	knee := Knee(points)
	for _, lower := range []int{knee - 1, knee} {
		if knee < 0 || lower < 0 || lower+1 >= len(points) {
			continue
		}
		if mid, ok := l.between(points[lower].Load, points[lower+1].Load); ok {
			loads = append(loads, mid)
		}
	}
	return loads
}

package aggregate

// markPareto marks the Pareto front of tokens/s per GPU against tokens/s per user:
// the points that no other of the same work is better than at one of the two and
// not worse at the other. Work is the lengths and the dataset: these are given, the
// rest is a choice.
func markPareto(curves []Curve) {
	all := map[string][]*Point{}
	for i := range curves {
		c := &curves[i]
		for j := range c.Points {
			if p := &c.Points[j]; p.believable() && p.TokensPerGPU != nil && p.TokensPerUser != nil {
				all[c.Work] = append(all[c.Work], p)
			}
		}
	}
	for _, points := range all {
		for _, p := range points {
			p.Pareto = !beaten(p, points)
		}
	}
}

// beaten reports whether one of the others dominates p.
func beaten(p *Point, others []*Point) bool {
	for _, q := range others {
		perGPU, perUser := *q.TokensPerGPU-*p.TokensPerGPU, *q.TokensPerUser-*p.TokensPerUser
		if perGPU >= 0 && perUser >= 0 && perGPU+perUser > 0 {
			return true
		}
	}
	return false
}

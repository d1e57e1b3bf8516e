package plan

import (
	"maps"
	"slices"
)

// mostNeededFirst puts the cases of one repeat in the order in which a budget is
// best spent: on each launched server in turn, the loads of each curve in
// bisecting order, one of every curve before the next of any. Whatever the time
// lets through, each curve has its ends, then its middle.
func (c *Config) mostNeededFirst(cases []Case) {
	curves := NewCurves(cases, c.Search)
	for _, block := range ByServer(cases) {
		copy(block, interleaved(block, curves))
	}
}

// interleaved are the cases with their curves taken in turn, in the order of the
// curves' first cases.
func interleaved(cases []Case, curves *Curves) []Case {
	byLoad := map[CurveKey]map[float64][]Case{}
	var keys []CurveKey
	for i := range cases {
		key, load := curves.Of(&cases[i])
		if byLoad[key] == nil {
			byLoad[key] = map[float64][]Case{}
			keys = append(keys, key)
		}
		byLoad[key][load] = append(byLoad[key][load], cases[i])
	}
	curve := map[CurveKey][]Case{}
	for _, key := range keys {
		loads := slices.Sorted(maps.Keys(byLoad[key]))
		for _, i := range bisecting(len(loads)) {
			curve[key] = append(curve[key], byLoad[key][loads[i]]...)
		}
	}
	ordered := make([]Case, 0, len(cases))
	for place := 0; len(ordered) < len(cases); place++ {
		for _, key := range keys {
			if place < len(curve[key]) {
				ordered = append(ordered, curve[key][place])
			}
		}
	}
	return ordered
}

// bisecting are the places 0 to n-1: the first, the last, the one in the middle,
// those in the middle of the halves, and so on.
func bisecting(n int) []int {
	switch n {
	case 0:
		return nil
	case 1:
		return []int{0}
	}
	order := []int{0, n - 1}
	for gaps := [][2]int{{0, n - 1}}; len(gaps) > 0; gaps = gaps[1:] {
		from, to := gaps[0][0], gaps[0][1]
		if to-from < 2 {
			continue
		}
		middle := (from + to) / 2
		order = append(order, middle)
		gaps = append(gaps, [2]int{from, middle}, [2]int{middle, to})
	}
	return order
}

package stats

import (
	"math/bits"
	"testing"
)

// Of all ways to deal 10 ranks to two sides none has a p above 1, also where the sum of
// the exact chances is rounded up; the most uneven has 2 ÷ 252 (252 ways).
func TestMannWhitneyIsAChance(t *testing.T) {
	least := 1.0
	for deal := range uint(1 << 10) {
		if bits.OnesCount(deal) != 5 {
			continue
		}
		var a, b []float64
		for i := range 10 {
			if deal>>i&1 == 1 {
				a = append(a, float64(i))
			} else {
				b = append(b, float64(i))
			}
		}
		p := MannWhitney(a, b)
		if !(p > 0 && p <= 1) {
			t.Errorf("%v and %v: p %v", a, b, p)
		}
		least = min(least, p)
	}
	close9(t, "the least p", least, 2./252)
}

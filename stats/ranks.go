package stats

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"
)

// MannWhitney is the two-sided p-value of the Mann–Whitney U test (1947): that
// neither sample tends to be larger than the other. It is exact for samples of up
// to 50 values (25 with ties). NaN for an empty sample, 1 where all are equal.
func MannWhitney(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return math.NaN()
	}
	r, err := moremath.MannWhitneyUTest(a, b, moremath.LocationDiffers)
	if err != nil { // all values are equal
		return 1
	}
	return min(1, r.P) // its sum of chances can be 1 and a bit
}

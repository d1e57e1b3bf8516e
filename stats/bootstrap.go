package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A Clustered sample is values that came in groups, such as the gaps between one
// request's tokens: a group is drawn or left as a whole.
type Clustered struct {
	values []float64 // sorted
	owner  []int     // the group of each
	groups int
}

// NewClustered takes the values of each group; a group may be empty.
func NewClustered(groups [][]float64) *Clustered {
	type owned struct {
		x     float64
		group int
	}
	var all []owned
	for i, xs := range groups {
		for _, x := range xs {
			all = append(all, owned{x, i})
		}
	}
	slices.SortFunc(all, func(a, b owned) int { return cmp.Compare(a.x, b.x) })
	c := &Clustered{groups: len(groups)}
	for _, o := range all {
		c.values, c.owner = append(c.values, o.x), append(c.owner, o.group)
	}
	return c
}

// Bootstrap draws as many groups as there are, with replacement, and returns the
// statistic of each of the resamples (Efron 1979). The same seed gives the same
// ones. Resamples on which it is undefined are left out.
func (c *Clustered) Bootstrap(resamples int, seed uint64, of Statistic) []float64 {
	if c.groups == 0 {
		return nil
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	times := make([]int, c.groups)
	var found []float64
	for range resamples {
		clear(times)
		for range c.groups {
			times[rng.IntN(c.groups)]++
		}
		if x := of(c, times); !math.IsNaN(x) {
			found = append(found, x)
		}
	}
	return found
}

// A Statistic is a figure of a resample: times is how often each group is in it.
type Statistic func(c *Clustered, times []int) float64

// ClusteredMean is the mean over all values drawn; NaN where there is none.
func ClusteredMean(c *Clustered, times []int) float64 {
	sum, n := 0.0, 0
	for i, x := range c.values {
		k := times[c.owner[i]]
		sum, n = sum+float64(k)*x, n+k
	}
	return sum / float64(n)
}

// ClusteredPercentile is the p-th percentile of all values drawn, by Hyndman and
// Fan's rule 7 as Percentile's; NaN where there is none.
func ClusteredPercentile(p float64) Statistic {
	return func(c *Clustered, times []int) float64 {
		n := 0
		for _, g := range c.owner {
			n += times[g]
		}
		if n == 0 {
			return math.NaN()
		}
		whole, part := math.Modf(p / 100 * float64(n-1))
		seen, below := 0, math.NaN()
		for i, x := range c.values {
			seen += times[c.owner[i]]
			if math.IsNaN(below) && seen > int(whole) {
				below = x
			}
			if seen > min(int(whole)+1, n-1) {
				return below + part*(x-below)
			}
		}
		return below
	}
}

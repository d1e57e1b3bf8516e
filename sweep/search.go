package sweep

import (
	"cmp"
	"slices"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// A searcher is one search of a sweep: over the load, for one combination of
// everything else.
type searcher struct {
	*plan.Search
	config *plan.Config // of the sweep
	first  plan.Case    // at the least load
	keys   []string     // that the sweep's cases differ in
}

// searchersOf are the sweep's, by the cases that they begin with.
func searchersOf(c *plan.Config, planned []plan.Case) (all []*searcher) {
	keys := varyingKeys(planned)
	for _, pc := range planned {
		all = append(all, &searcher{c.Search, c, pc, keys})
	}
	return all
}

// at is the case that measures a load for the nth time.
func (s *searcher) at(load float64, n int) plan.Case {
	at := s.first.Point()
	if s.Vary == plan.OverRate {
		at.Rate = load
	} else {
		at.Load = plan.Load{MaxConcurrency: int(load), NumPrompts: s.Prompts.At(int(load))}
	}
	return s.config.CaseAt(&s.first, at, n, n)
}

// runs are what is known of a load, from its first case on.
func (s *searcher) runs(load float64, known map[string]search.Reading) (runs []search.Reading) {
	for n := 1; n <= s.Repeats+search.MoreIfInvalid; n++ {
		pc := s.at(load, n)
		m, ok := known[pc.Name]
		if !ok {
			break
		}
		runs = append(runs, m)
	}
	return runs
}

// A searched is how a search stands.
type searched struct {
	search.Walk
	probes []Probe     // by load, rising
	want   []plan.Case // to be measured next
	ended  string      // why it ended before its time; "" = it did not
}

// stand goes through the search with what is known.
func (s *searcher) stand(known map[string]search.Reading) (now searched) {
	judged := map[float64]search.Judgment{}
	now.Walk = s.Loads().Walk(func(load float64) (meets, ok bool) {
		j, seen := judged[load]
		if !seen {
			runs := s.runs(load, known)
			j = search.Judge(s.SLO, runs, s.Repeats)
			switch {
			case j.Unfit != "":
				now.ended = j.Unfit
				return false, false
			case j.Again:
				now.want = []plan.Case{s.at(load, len(runs)+1)}
				return false, false
			}
			judged[load] = j
			now.probes = append(now.probes, s.probe(load, j, runs))
		}
		return j.Meets, true
	})
	slices.SortFunc(now.probes, func(a, b Probe) int { return cmp.Compare(a.Load, b.Load) })
	return now
}

// next is the case of the load that the search goes to next.
func (s *searcher) next(known map[string]search.Reading) []plan.Case { return s.stand(known).want }

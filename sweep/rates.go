package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
	"llmsweep/sweep/wording"
)

// A rateSweep is a curve over the rate, of which the plan has the ends: one request at
// a time, and as many as the cap allows. The rates between them are added. With
// servers in turns it is the curves of all servers, with the same rates.
type rateSweep struct {
	config *plan.Config // of the sweep
	alone  []plan.Case  // one at a time, in all repeats
	tops   []plan.Case  // unbounded, in all repeats, as the plan has them before they are arranged
	keys   []string     // that the sweep's cases differ in
}

// rateSweepsOf are the plan's, one for each of what has an unbounded end.
func rateSweepsOf(c *plan.Config, planned []plan.Case) (all []*rateSweep) {
	alone, sweeps, keys := map[curveKey][]plan.Case{}, map[curveKey]*rateSweep{}, varyingKeys(planned)
	for _, pc := range planned {
		key := curveKeyOf(c, &pc, pc.Point())
		switch {
		case pc.Config.RateSweep == 0:
		case pc.MaxConcurrency == 1:
			alone[key] = append(alone[key], pc)
		default:
			if sweeps[key] == nil {
				sweeps[key] = &rateSweep{config: c, keys: keys}
				all = append(all, sweeps[key])
			}
			sweeps[key].tops = append(sweeps[key].tops, pc)
		}
	}
	for _, s := range all {
		slices.SortFunc(s.tops, func(a, b plan.Case) int { return cmp.Compare(a.Place, b.Place) })
		at := s.tops[0].Point()
		at.Load.MaxConcurrency = 1
		s.alone = alone[curveKeyOf(c, &s.tops[0], at)]
	}
	return all
}

// between is how many rates are to be added.
func (s *rateSweep) between() int { return s.tops[0].Config.RateSweep }

// A swept is how a rateSweep stands. Rates are in sessions/s, as the config has them.
type swept struct {
	ends  []sweptEnds // of the servers, in the plan's order
	rates []float64   // that are added
	want  []plan.Case // to be measured next
	ended string      // why there are no rates; "" = there are, or may be
}

// sweptEnds are the rates that a server served one at a time, and unbounded.
type sweptEnds struct{ alone, top float64 }

// stand goes through the sweep with what is known.
func (s *rateSweep) stand(known map[string]search.Reading) (now swept) {
	if len(s.alone) == 0 {
		now.ended = "include and exclude leave no case one at a time"
		return now
	}
	for _, end := range [][]plan.Case{s.alone, s.tops} {
		want, ended := await(end, known)
		now.want, now.ended = append(now.want, want...), cmp.Or(now.ended, ended)
	}
	if len(now.want) > 0 || now.ended != "" {
		return now
	}
	lo, hi := math.Inf(1), 0.0
	for _, first := range firstsOf(s.tops) {
		var ends sweptEnds
		if ends.alone, now.ended = answered(s.alone, first.Config, known); now.ended == "" {
			ends.top, now.ended = answered(s.tops, first.Config, known)
		}
		if now.ended != "" {
			return now
		}
		now.ends = append(now.ends, ends)
		lo, hi = min(lo, ends.alone), max(hi, ends.top)
	}
	if now.rates = search.Between(lo, hi, s.between()); len(now.rates) == 0 {
		now.ended = "more at once are served no faster than one at a time"
		return now
	}
	now.want, _ = await(s.at(now.rates), known)
	return now
}

// answered is the mean rate at which a server answered the valid ones of its cases; why
// not, where none is.
func answered(cases []plan.Case, by *plan.Config, known map[string]search.Reading) (rate float64, why string) {
	var own []plan.Case
	for _, pc := range cases {
		if pc.Config == by {
			own = append(own, pc)
		}
	}
	if len(own) == 0 {
		return 0, "include and exclude leave no case one at a time"
	}
	rate = meanOver(own, known, "request_throughput") * own[0].SessionsPerRequest()
	if rate == 0 {
		m := known[own[0].Name]
		why = own[0].Name + ": " + cmp.Or(m.Broken, m.Invalid, "it has no throughput")
	}
	return rate, why
}

// at are the cases that measure the rates, as often as the unbounded end, in the order
// of the config.
func (s *rateSweep) at(rates []float64) (cases []plan.Case) {
	for repeat := 1; repeat <= s.config.Repeats; repeat++ {
		first := len(cases)
		for _, rate := range rates {
			for i := range s.tops {
				if like := &s.tops[i]; like.Axes.Repeat == repeat {
					at := like.Point()
					at.Rate = rate
					cases = append(cases, s.config.CaseAt(like, at, repeat, s.config.Repeats))
				}
			}
		}
		s.config.Arrange(cases[first:], repeat)
	}
	return cases
}

// next is the cases that the sweep wants.
func (s *rateSweep) next(known map[string]search.Reading) []plan.Case { return s.stand(known).want }

// A RatesResult is what a sweep of rates came to on a server. Rates are in requests/s;
// of conversations, sessions/s.
type RatesResult struct {
	Title    string       `json:"title"`
	Model    string       `json:"model"`
	Axes     runlog.Axes  `json:"axes"` // of its unbounded end
	OneByOne runlog.Float `json:"one_at_a_time"`
	Most     runlog.Float `json:"unbounded"`
	Added    []float64    `json:"added"` // the rates between
	Done     bool         `json:"done"`
	Ended    string       `json:"ended"` // why there are none; "" = there are, or may be
	Text     string       `json:"text"`
}

// results are what the sweep came to on each server, with what is known.
func (s *rateSweep) results(known map[string]search.Reading) (all []RatesResult) {
	now := s.stand(known)
	for i, first := range firstsOf(s.tops) {
		res := RatesResult{
			Title: curveTitle(first, plan.OverRate, s.keys), Model: first.Config.Model, Axes: first.Axes, OneByOne: runlog.NaN(), Most: runlog.NaN(),
			Added: append([]float64{}, now.rates...), Done: now.ended == "" && len(now.want) == 0, Ended: now.ended,
		}
		if i < len(now.ends) {
			res.OneByOne, res.Most = runlog.Float(now.ends[i].alone), runlog.Float(now.ends[i].top)
		}
		res.Text = res.words(first.SessionsPerRequest() == 1)
		all = append(all, res)
	}
	return all
}

// words are the result for people; whole: a session is one request.
func (r *RatesResult) words(whole bool) string {
	unit := "requests/s"
	if !whole {
		unit = "sessions/s"
	}
	text := r.Title + ": "
	if !math.IsNaN(float64(r.Most)) {
		text += fmt.Sprintf("%s %s one at a time, %s unbounded", wording.Value("", float64(r.OneByOne)), unit, wording.Value("", float64(r.Most)))
	}
	switch {
	case r.Ended != "" && math.IsNaN(float64(r.Most)):
		return text + "no rates were added: " + r.Ended
	case r.Ended != "":
		return text + "; no rates were added: " + r.Ended
	case len(r.Added) == 0:
		return text + "no rates were added yet; the next run goes on with it"
	case len(r.Added) == 1:
		text += "; added: " + wording.Rate(r.Added[0])
	default:
		text += fmt.Sprintf("; added: %d rates from %s to %s", len(r.Added), wording.Rate(r.Added[0]), wording.Rate(r.Added[len(r.Added)-1]))
	}
	if !r.Done {
		text += ". They are not all measured yet; the next run goes on with them"
	}
	return text
}

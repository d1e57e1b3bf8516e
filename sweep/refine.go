package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
	"llmsweep/sweep/wording"
)

// A refiner is a curve that gets more loads around its knee: cases of the plan that
// differ in their load, and repeat, alone. With servers in turns it is the curves of
// all servers, and a load that one gets is measured on each.
type refiner struct {
	*plan.Refine
	config *plan.Config // of the sweep
	over   string       // the load that varies
	cases  []plan.Case
	keys   []string // that the sweep's cases differ in
}

// refinersOf are the plan's curves, over concurrency where that varies, else over the
// rate; a curve has two loads at least.
func refinersOf(c *plan.Config, planned []plan.Case) (all []*refiner) {
	curves, keys := map[curveKey]*refiner{}, varyingKeys(planned)
	for _, pc := range planned {
		key, over := curveKeyOf(c, &pc, pc.Point()), plan.OverRate
		if severalCaps(pc.Config) {
			over = plan.OverConcurrency
			key.at.Load = plan.Load{}
		} else {
			key.at.Rate = 0
		}
		if over == plan.OverRate && math.IsInf(pc.Rate, 1) {
			continue // no load that another is halfway to
		}
		if curves[key] == nil {
			curves[key] = &refiner{Refine: c.Refine, config: c, over: over, keys: keys}
			all = append(all, curves[key])
		}
		curves[key].cases = append(curves[key].cases, pc)
	}
	return slices.DeleteFunc(all, func(r *refiner) bool {
		return !slices.ContainsFunc(r.cases, func(pc plan.Case) bool { return loadOver(&pc, r.over) != loadOver(&r.cases[0], r.over) })
	})
}

// severalCaps reports whether the config's loads differ in their concurrency.
func severalCaps(c *plan.Config) bool {
	return slices.ContainsFunc(c.ConcurrencyPrompts, func(l plan.Load) bool { return l.MaxConcurrency != c.ConcurrencyPrompts[0].MaxConcurrency })
}

// refined is how a curve stands.
type refined struct {
	series []series
	added  []float64   // loads, in the order in which they were
	want   []plan.Case // to be measured next
	ended  string      // why it ended before its time; "" = it did not
}

// A series is the curve on one server.
type series struct {
	cases  []plan.Case
	points []search.Point // by load, rising
}

// stand goes through the refining with what is known.
func (r *refiner) stand(known map[string]search.Reading) (now refined) {
	cases := slices.Clone(r.cases)
	for {
		if now.want, now.ended = await(cases, known); len(now.want) > 0 || now.ended != "" {
			return now
		}
		sound := slices.DeleteFunc(slices.Clone(cases), func(pc plan.Case) bool { return known[pc.Name].Above }) // the curve ends below those
		now.series = r.series(sound, known)
		var loads []float64
		for _, s := range now.series {
			for _, load := range r.loads().Around(s.points) {
				if !slices.Contains(loads, load) && !slices.Contains(now.added, load) {
					loads = append(loads, load)
				}
			}
		}
		loads = loads[:min(len(loads), r.Cases-len(now.added))]
		if len(loads) == 0 {
			return now
		}
		for i, load := range loads {
			var more []plan.Case
			for _, s := range now.series {
				more = append(more, r.at(load, s)...)
			}
			if r.config.Order == plan.OrderInterleaved {
				plan.InTurns(more, len(now.added)+i)
			}
			cases = append(cases, more...)
		}
		now.added = append(now.added, loads...)
	}
}

// series are the curves of cases that are all known, in the plan's order of servers.
func (r *refiner) series(cases []plan.Case, known map[string]search.Reading) (all []series) {
	for _, first := range firstsOf(r.cases) {
		own := slices.DeleteFunc(slices.Clone(cases), func(pc plan.Case) bool { return pc.Config != first.Config })
		all = append(all, series{own, r.points(own, known)})
	}
	return all
}

// loads are those that the refining may measure.
func (r *refiner) loads() search.Range {
	return search.Range{Precision: r.Precision, Whole: r.over == plan.OverConcurrency}
}

// points are the loads of cases that are all known, by the means of their figures.
func (r *refiner) points(cases []plan.Case, known map[string]search.Reading) (points []search.Point) {
	at := map[float64][]plan.Case{}
	for _, pc := range cases {
		load := loadOver(&pc, r.over)
		at[load] = append(at[load], pc)
	}
	for _, load := range slices.Sorted(maps.Keys(at)) {
		points = append(points, search.Point{
			Load: load, Throughput: meanOver(at[load], known, "output_throughput"), Latency: meanOver(at[load], known, "mean_e2el_ms"),
		})
	}
	return points
}

// at are the cases that measure a load between two points: as those of the lower one,
// with as many prompts a request in flight.
func (r *refiner) at(load float64, s series) (cases []plan.Case) {
	lower := 0.0
	for _, p := range s.points {
		if p.Load < load {
			lower = p.Load
		}
	}
	for i := range s.cases {
		like := &s.cases[i]
		if loadOver(like, r.over) != lower {
			continue
		}
		at := like.Point()
		if r.over == plan.OverRate {
			at.Rate = load
		} else {
			perSlot := float64(like.NumPrompts) / float64(like.MaxConcurrency)
			at.Load = plan.Load{MaxConcurrency: int(load), NumPrompts: max(1, int(math.Round(load*perSlot)))}
		}
		cases = append(cases, r.config.CaseAt(like, at, like.Axes.Repeat, r.config.Repeats))
	}
	return cases
}

// next is the cases that the curve wants. Those of the plan come by themselves: a
// curve of which some were left out is not refined.
func (r *refiner) next(known map[string]search.Reading) []plan.Case { return r.stand(known).want }

// A KneeResult is what refining a curve found.
type KneeResult struct {
	Title      string       `json:"title"`
	Model      string       `json:"model"`
	Axes       runlog.Axes  `json:"axes"` // of its first case
	Over       string       `json:"over"`
	Knee       float64      `json:"knee"`              // its load; 0 = there is none
	Throughput runlog.Float `json:"output_throughput"` // at the knee, tokens/s
	MeanE2EL   runlog.Float `json:"mean_e2el_ms"`
	Added      []float64    `json:"added"` // loads, in the order in which they were measured
	Done       bool         `json:"done"`
	Ended      string       `json:"ended"` // why it ended before its time; "" = it did not
	Text       string       `json:"text"`
}

// results are what the refining found on each server, with what is known.
func (r *refiner) results(known map[string]search.Reading) (all []KneeResult) {
	now := r.stand(known)
	for i, first := range firstsOf(r.cases) {
		var points []search.Point
		if i < len(now.series) {
			points = now.series[i].points
		}
		all = append(all, r.result(first, &now, points))
	}
	return all
}

func (r *refiner) result(first *plan.Case, now *refined, points []search.Point) KneeResult {
	res := KneeResult{
		Title: curveTitle(first, r.over, r.keys), Model: first.Config.Model, Axes: first.Axes, Over: r.over,
		Added: append([]float64{}, now.added...), Done: now.ended == "" && len(now.want) == 0, Ended: now.ended,
		Throughput: runlog.NaN(), MeanE2EL: runlog.NaN(),
	}
	if knee := search.Knee(points); knee >= 0 {
		p := points[knee]
		res.Knee, res.Throughput, res.MeanE2EL = p.Load, runlog.Float(p.Throughput), runlog.Float(p.Latency)
	}
	res.Text = res.String()
	return res
}

// String is the result in words.
func (r *KneeResult) String() string {
	text := r.Title + ": no knee: no load has a throughput and a latency"
	switch {
	case r.Knee > 0:
		text = fmt.Sprintf("%s: the knee is at %s (%s, mean E2EL %s)", r.Title, loadWords(r.Over, r.Knee),
			wording.Value("output_throughput", float64(r.Throughput)), wording.Value("mean_e2el_ms", float64(r.MeanE2EL)))
	case r.Ended != "":
		return r.Title + ": not refined: " + r.Ended
	case !r.Done:
		return r.Title + ": not refined yet; the next run goes on with it"
	}
	if len(r.Added) > 0 {
		loads := make([]string, len(r.Added))
		for i, load := range r.Added {
			loads[i] = wording.Rate(load)
		}
		text += "; added: " + strings.Join(loads, ", ")
	}
	switch {
	case r.Ended != "":
		text += ". It was not refined to the end: " + r.Ended
	case !r.Done:
		text += ". It is not refined yet; the next run goes on with it"
	}
	return text
}

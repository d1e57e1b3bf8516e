package plan

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/search"
	"llmsweep/sweep/wording"
)

// The keys that a search may vary.
const (
	OverConcurrency = "max_concurrency"
	OverRate        = "request_rate"
)

// Search asks for the highest load that meets an SLO, in place of a list of loads.
type Search struct {
	Vary      string         // max_concurrency or request_rate
	Objective string         // the figure to be told of loads that meet the SLO
	SLO       []search.Limit // at least one, by the figure's name
	Min, Max  float64        // requests in flight or requests/s
	Precision float64        // relative
	Prompts   Prompts        // of a case; for max_concurrency alone
	Repeats   int            // of a load that is close to a limit, at most
}

// Prompts is how many prompts a case has: Count, or Times its max concurrency.
type Prompts struct{ Count, Times int }

// At is how many that is at a max concurrency.
func (p Prompts) At(concurrency int) int {
	if p.Count > 0 {
		return p.Count
	}
	return p.Times * concurrency
}

func (p Prompts) String() string {
	if p.Count > 0 {
		return strconv.Itoa(p.Count)
	}
	return strconv.Itoa(p.Times) + "x"
}

func defaultSearch() *Search {
	return &Search{
		Objective: "output_throughput", Min: 1, Max: 512, Precision: 0.05, Prompts: Prompts{Times: 10}, Repeats: 3,
	}
}

// Over reports whether the search is there and varies that key.
func (s *Search) Over(key string) bool { return s != nil && s.Vary == key }

// Loads are those that the search may measure.
func (s *Search) Loads() search.Range {
	return search.Range{Min: s.Min, Max: s.Max, Precision: s.Precision, Whole: s.Vary == OverConcurrency}
}

// readSearch reads none, or a mapping with vary and slo.
func readSearch(c *Config) conf.Read {
	const want = "none, or a mapping such as {vary: max_concurrency, slo: {p99_ttft_ms: 500}}"
	return func(r *conf.Reader, key string, v *conf.Value) {
		switch {
		case v.Kind == conf.KindScalar && v.Text == "none":
			c.Search = nil
			return
		case v.Kind != conf.KindMapping:
			r.Complain(key, v, want)
			return
		}
		s := defaultSearch()
		c.searchAt = v
		r.Mapping(v, key, []conf.Field{
			conf.Key("vary", conf.ReadOneOf(&s.Vary, OverConcurrency, OverRate)),
			conf.Key("objective", conf.ReadText(&s.Objective, notEmpty, "a figure, such as output_throughput or goodput")),
			conf.Key("slo", readLimits(&s.SLO)),
			conf.Key("min", conf.ReadNumber(&s.Min, isRate, "a load from 0.001 to 1000000")),
			conf.Key("max", conf.ReadNumber(&s.Max, isRate, "a load from 0.001 to 1000000")),
			conf.Key("precision", conf.ReadNumber(&s.Precision, isPrecision, wantPrecision)),
			conf.Key("prompts", readPrompts(&s.Prompts)),
			conf.Key("repeats", conf.ReadWhole(&s.Repeats, 1, 99)),
		})
		r.Require(v, key, want, "vary", "slo")
		if s.Objective == "goodput" {
			s.Objective = "request_goodput"
		}
		if s.Vary != "" && len(s.SLO) > 0 { // else nothing more can be told of it
			c.Search = s
		}
	}
}

const wantPrecision = "a share from 0.001 to 1: 0.05 is 5 %"

func isPrecision(x float64) bool { return x >= 0.001 && x <= 1 }

// readPrompts reads a count, or a multiple such as 10x.
func readPrompts(dst *Prompts) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if s, isText := conf.Text(v); isText {
			if m := multiple.FindStringSubmatch(s); m != nil {
				times, _ := strconv.Atoi(m[1])
				*dst = Prompts{Times: times}
				return
			}
		}
		n, hint, ok := conf.Whole(v)
		if !ok || n < 1 || n > maxCount {
			r.Complain(key, v, "a number of prompts above 0, or a multiple of the max concurrency such as 10x"+hint)
			return
		}
		*dst = Prompts{Count: int(n)}
	}
}

// readLimits reads a mapping of figures to their limits; whether there are such
// figures is checked when all keys are read.
func readLimits(dst *[]search.Limit) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping || len(v.Entries) == 0 {
			r.Complain(key, v, "a mapping of figures to limits, as in {p99_ttft_ms: 500, mean_tpot_ms: 50}")
			return
		}
		for _, e := range v.Entries {
			l := search.Limit{Figure: e.Key}
			conf.ReadNumber(&l.At, func(x float64) bool { return x > 0 && !math.IsInf(x, 1) }, "a number above 0")(r, conf.Join(key, e.Key), e.Value)
			*dst = append(*dst, l)
		}
	}
}

// checkSearch faults what does not go with a search, and gives the config its first
// load in place of the list that the search takes the place of.
func (r *reader) checkSearch(c *Config, root *conf.Value) {
	if c.Search == nil {
		return
	}
	s, v := c.Search, c.searchAt
	fault := func(name, written, want string) {
		r.Faults = append(r.Faults, placeIn(v, name).Fault(conf.Join("search", name), written, want))
	}
	list := "concurrency_prompts"
	if s.Vary == OverRate {
		list = OverRate
	}
	if other, written := root.Get(list); written {
		r.Faults = append(r.Faults, other.At.Fault(list, "", "stands beside search, which varies "+s.Vary+"; keep one"))
	}
	if _, written := root.Get("ramp"); c.Ramp != nil && written && s.Vary == OverRate {
		fault("vary", s.Vary, "no ramp beside it: that has rates of its own; or vary: max_concurrency")
	}
	if c.Repeats > 1 {
		repeats, _ := root.Get("repeats")
		r.Faults = append(r.Faults, repeats.At.Fault("repeats", strconv.Itoa(c.Repeats), "1 beside search: search.repeats measures again what is close to a limit"))
	}
	if c.Order == OrderInterleaved {
		order, _ := root.Get("order")
		r.Faults = append(r.Faults, order.At.Fault("order", c.Order, "plan or shuffled beside search: a search goes to its end on one server before the next begins"))
	}
	if c.Refine != nil {
		refine, _ := root.Get("refine")
		r.Faults = append(r.Faults, refine.At.Fault("refine", "", "stands beside search, which chooses its loads itself; keep one"))
	}
	switch {
	case s.Vary == OverConcurrency && (s.Min != math.Trunc(s.Min) || s.Max != math.Trunc(s.Max)):
		fault("max", wording.Rate(s.Min)+" to "+wording.Rate(s.Max), "whole numbers for min and max: requests in flight")
	case s.Min > s.Max:
		fault("max", wording.Rate(s.Max), "min, "+wording.Rate(s.Min)+", or more")
	}
	if s.Vary == OverConcurrency && float64(s.Prompts.Times)*s.Max > maxCount {
		fault("prompts", s.Prompts.String(), fmt.Sprintf("at most %d prompts a case, at max, %s, too", maxCount, wording.Rate(s.Max)))
	}
	if _, written := v.Get("prompts"); written && s.Vary == OverRate {
		fault("prompts", "", "is for vary: max_concurrency; at a rate, concurrency_prompts has the prompts")
	}
	r.checkFigures(c, v)
	switch s.Vary {
	case OverConcurrency:
		n := int(s.Min)
		c.ConcurrencyPrompts = []Load{{n, s.Prompts.At(n)}}
	case OverRate:
		c.RequestRate = []float64{s.Min}
	}
}

// checkFigures faults figures that there are not, that get neither better nor worse,
// or that nothing defines.
func (r *reader) checkFigures(c *Config, v *conf.Value) {
	percentiles := make([]string, len(c.Percentiles))
	for i, p := range c.Percentiles {
		percentiles[i] = strconv.FormatFloat(p, 'f', -1, 64)
	}
	known := slices.DeleteFunc(runlog.FigureNames(percentiles...), func(name string) bool { return metrics.Better(name) == metrics.Neither })
	check := func(key string, at conf.Position, figure string) {
		switch {
		case !slices.Contains(known, figure):
			r.Faults = append(r.Faults, at.Fault(key, "", noSuchFigure(figure, known)))
		case strings.HasPrefix(figure, "request_goodput") && c.Goodput == (metrics.SLO{}) && len(c.ScenarioSLO) == 0:
			r.Faults = append(r.Faults, at.Fault(key, figure, "goodput in the config beside it, which says what a good request meets: {ttft: 500}"))
		}
	}
	check("search.objective", placeIn(v, "objective"), c.Search.Objective)
	limits, _ := v.Get("slo")
	for _, e := range limits.Entries {
		check(conf.Join("search.slo", e.Key), e.At, e.Key)
	}
}

// noSuchFigure names the nearest figure, or some.
func noSuchFigure(written string, known []string) string {
	if text := suggest(written, "", known); strings.Contains(text, "did you mean") {
		return "no figure that gets better or worse; " + text[strings.Index(text, "did you mean"):]
	}
	return "no figure that gets better or worse; those of aggregate_results.csv are, such as p99_ttft_ms, mean_tpot_ms, output_throughput (percentiles: those that are asked for)"
}

// redacted is the search as the YAML has it.
func (s *Search) redacted() any {
	if s == nil {
		return "none"
	}
	slo := map[string]any{}
	for _, l := range s.SLO {
		slo[l.Figure] = l.At
	}
	m := map[string]any{
		"vary": s.Vary, "objective": s.Objective, "slo": slo, "min": s.Min, "max": s.Max, "precision": s.Precision, "repeats": s.Repeats,
	}
	if s.Vary == OverConcurrency {
		m["prompts"] = s.Prompts.String()
	}
	return m
}

// The one thing that refine refines at.
const refineKnee = "knee"

// Refine asks for more cases around a curve's knee.
type Refine struct {
	Cases     int     // loads added to a curve, at most
	Precision float64 // relative: neighbours nearer than that are near enough
}

// readRefine reads none, knee, or a mapping.
func readRefine(c *Config) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		refine, before, at := &Refine{Cases: 4, Precision: 0.1}, len(r.Faults), ""
		switch {
		case v.Kind == conf.KindScalar && v.Text == "none":
			c.Refine = nil
			return
		case v.Kind == conf.KindScalar && v.Text == refineKnee:
			c.Refine = refine
			return
		case v.Kind != conf.KindMapping:
			r.Complain(key, v, "none, knee, or {at: knee, cases: 4, precision: 0.1}")
			return
		}
		r.Mapping(v, key, []conf.Field{
			conf.Key("at", conf.ReadOneOf(&at, refineKnee)),
			conf.Key("cases", conf.ReadWhole(&refine.Cases, 1, 100)),
			conf.Key("precision", conf.ReadNumber(&refine.Precision, isPrecision, wantPrecision)),
		})
		r.Require(v, key, fmt.Sprintf("%s, as in {at: knee, cases: 4, precision: 0.1}", refineKnee), "at")
		if len(r.Faults) == before {
			c.Refine = refine
		}
	}
}

// redacted is refine as the YAML has it.
func (r *Refine) redacted() any {
	if r == nil {
		return "none"
	}
	return map[string]any{"at": refineKnee, "cases": r.Cases, "precision": r.Precision}
}

// withoutSearched takes out the list that the search takes the place of.
func (c *Config) withoutSearched(m map[string]any) {
	maps.DeleteFunc(m, func(key string, _ any) bool {
		return c.Search.Over(OverConcurrency) && key == "concurrency_prompts" || c.Search.Over(OverRate) && key == OverRate
	})
}

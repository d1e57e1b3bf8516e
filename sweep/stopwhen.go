package sweep

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// stopWhen leaves out the higher loads of a curve once a condition holds at one of
// its cases. What it says follows from the cases measured so far alone, whichever
// came first, so that a run that is gone on with says the same.
type stopWhen struct {
	conditions []plan.StopCondition
	curves     *plan.Curves
	values     map[*plan.Config]map[string]any // of the axes
	points     map[plan.CurveKey][]runPoint    // of the curves looked at; by load, rising
	held       map[plan.CurveKey]heldAt

	// measured are a curve's cases that an earlier part of the run measured.
	measured func(plan.CurveKey) []plan.Case
	dir      string // has their files

	warn   func(string)
	warned map[string]bool
}

// A runPoint is what a case of a curve came to.
type runPoint struct {
	pc    plan.Case
	load  float64
	said  map[string]any // what conditions name of its figures, and of its status
	power float64        // output tokens/s ÷ mean E2EL in ms; NaN = undefined
}

// heldAt is the lowest load of a curve at which a condition holds.
type heldAt struct {
	load float64
	why  string // "" = it holds nowhere
}

// stopWhenRule begins why a case is left out.
const stopWhenRule = "stop_when held at "

// newStopWhen is the config's rule over a plan whose entries in the journal are
// those of an earlier part of the run.
func newStopWhen(c *plan.Config, planned []plan.Case, entries map[string]runlog.Entry, dir string, warn func(string)) *stopWhen {
	s := &stopWhen{
		conditions: c.StopWhen(), dir: dir, warn: warn, warned: map[string]bool{},
		points: map[plan.CurveKey][]runPoint{}, held: map[plan.CurveKey]heldAt{},
	}
	if len(s.conditions) == 0 {
		return s
	}
	s.curves = plan.NewCurves(planned, c.Search)
	s.values = c.AxisValues()
	before := map[plan.CurveKey][]plan.Case{}
	for _, pc := range planned {
		if measured(pc, entries[pc.Name]) {
			key, _ := s.curves.Of(&pc)
			before[key] = append(before[key], pc)
		}
	}
	s.measured = func(key plan.CurveKey) []plan.Case { return before[key] }
	return s
}

// skip is why the case is left out; "" = it is not.
func (s *stopWhen) skip(pc *plan.Case) string {
	if len(s.conditions) == 0 {
		return ""
	}
	key, load := s.curves.Of(pc)
	s.open(key)
	if h := s.held[key]; h.why != "" && load > h.load {
		return h.why
	}
	return ""
}

// heard takes what a case came to.
func (s *stopWhen) heard(pc *plan.Case, f *runlog.CaseFile) {
	if len(s.conditions) == 0 {
		return
	}
	key, _ := s.curves.Of(pc)
	s.open(key)
	s.add(key, pc, f)
	s.held[key] = s.ask(key)
}

// open reads what is known of a curve before it is looked at first: no other
// curve's files are opened.
func (s *stopWhen) open(key plan.CurveKey) {
	if _, open := s.points[key]; open {
		return
	}
	s.points[key] = []runPoint{}
	for _, pc := range s.measured(key) {
		f, err := runlog.ReadCase(filepath.Join(s.dir, pc.Name+".json"))
		if err != nil {
			s.warn("stop_when: " + err.Error())
			continue
		}
		s.add(key, &pc, f)
	}
	s.held[key] = s.ask(key)
}

func (s *stopWhen) add(key plan.CurveKey, pc *plan.Case, f *runlog.CaseFile) {
	_, load := s.curves.Of(pc)
	figures := f.Figures()
	p := runPoint{pc: *pc, load: load, said: map[string]any{"status": f.Status, "validity": f.Validity.Verdict}, power: math.NaN()}
	throughput, ok := figures["output_throughput"]
	if e2el, both := figures["mean_e2el_ms"]; ok && both && e2el > 0 {
		p.power = throughput / e2el
	}
	for name, x := range plan.MeasuredValues(figures) {
		if s.name(name) {
			p.said[name] = x
		}
	}
	points := append(s.points[key], p)
	slices.SortStableFunc(points, func(a, b runPoint) int { return cmp.Compare(a.load, b.load) })
	s.points[key] = points
}

// name reports whether a condition names what was measured so.
func (s *stopWhen) name(name string) bool {
	return slices.ContainsFunc(s.conditions, func(c plan.StopCondition) bool { return slices.Contains(c.Names, name) })
}

// ask asks the conditions of each of the curve's cases, the lowest load first.
func (s *stopWhen) ask(key plan.CurveKey) heldAt {
	best := math.NaN() // of the lower loads
	points := s.points[key]
	for from := 0; from < len(points); {
		to := from
		for ; to < len(points) && points[to].load == points[from].load; to++ {
			p := &points[to]
			p.said["past_knee"] = best > p.power
			for i := range s.conditions {
				if why := s.holds(&s.conditions[i], p); why != "" {
					return heldAt{p.load, why}
				}
			}
		}
		for ; from < to; from++ {
			if power := points[from].power; !(best >= power) && !math.IsNaN(power) {
				best = power
			}
		}
	}
	return heldAt{}
}

// holds is why the higher loads are left out, if the condition holds at the case;
// else "". Where it cannot be told for a figure that is undefined, it does not.
func (s *stopWhen) holds(c *plan.StopCondition, p *runPoint) string {
	vars := p.pc.ConditionVariables(s.values[p.pc.Config])
	maps.Copy(vars, p.said)
	yes, err := c.Holds(vars)
	if err != nil {
		s.cannotTell(c, p, err)
	}
	if !yes {
		return ""
	}
	said := make([]string, 0, len(c.Names))
	for _, name := range c.Names {
		if x, ok := p.said[name]; ok {
			said = append(said, name+" "+figureText(x))
		}
	}
	figures := strings.Join(said, ", ")
	if figures != "" {
		figures += "; "
	}
	return stopWhenRule + p.pc.Name + ": " + figures + c.Text
}

// cannotTell warns of a condition, once.
func (s *stopWhen) cannotTell(c *plan.StopCondition, p *runPoint, err error) {
	if s.warned[c.Key] {
		return
	}
	s.warned[c.Key] = true
	var undefined []string
	for _, name := range c.Names {
		if _, ok := p.said[name]; !ok {
			undefined = append(undefined, name)
		}
	}
	why := err.Error()
	if len(undefined) > 0 {
		why = fmt.Sprintf("%s: %s, undefined: %s", c.Key, c.Text, strings.Join(undefined, ", "))
	}
	s.warn(fmt.Sprintf("%s; at %s, and wherever else that is so, it counts as not held", why, p.pc.Name))
}

// figureText is a value for people: numbers to four digits, or to the whole.
func figureText(x any) string {
	v, ok := x.(float64)
	switch {
	case !ok:
		return fmt.Sprint(x)
	case math.Abs(v) >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

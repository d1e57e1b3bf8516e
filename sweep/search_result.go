package sweep

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
	"llmsweep/sweep/wording"
)

// A SearchResult is what a search found. Loads are requests in flight or requests/s,
// as Vary says; 0 = there is none.
type SearchResult struct {
	Title     string             `json:"title"` // model, server, lengths and what else sets it apart
	Model     string             `json:"model"`
	Axes      runlog.Axes        `json:"axes"` // of its first case
	Vary      string             `json:"vary"`
	Objective string             `json:"objective"`
	SLO       map[string]float64 `json:"slo"`
	Min       float64            `json:"min"`
	Max       float64            `json:"max"`
	Done      bool               `json:"done"`   // it went to its end
	Ended     string             `json:"ended"`  // why it did not; "" = it did, or is under way
	Meets     float64            `json:"meets"`  // the highest load that meets the SLO
	Breaks    float64            `json:"breaks"` // the lowest measured above it that does not
	Best      float64            `json:"best"`   // the one with the best objective of those that meet it
	Monotone  bool               `json:"monotone"`
	Probes    []Probe            `json:"probes"` // what was measured, by load
	Text      string             `json:"text"`   // the same in words

	limits []search.Limit
}

// A Probe is one load that a search measured.
type Probe struct {
	Load    float64                 `json:"load"`
	Meets   bool                    `json:"meets"`
	Figures map[string]runlog.Float `json:"figures"` // of the SLO and the objective: the median over its cases
	Why     string                  `json:"why"`     // it does not meet the SLO, where that is not a figure; "" = it is
	Invalid bool                    `json:"invalid"` // none of its cases is valid: it bounds the search, and says nothing of the server
	Cases   []string                `json:"cases"`

	decides search.Limit // the limit that it keeps worst
}

// probe is what is told of a load.
func (s *searcher) probe(load float64, j search.Judgment, runs []search.Reading) Probe {
	p := Probe{Load: load, Meets: j.Meets, Figures: map[string]runlog.Float{}, Why: cmp.Or(j.Broken, j.Invalid), Invalid: j.Invalid != "", decides: j.Decides}
	for _, m := range runs {
		p.Cases = append(p.Cases, m.Name)
	}
	tell := func(figure string) {
		if v, ok := j.Figures[figure]; ok {
			p.Figures[figure] = runlog.Float(v)
		}
	}
	tell(s.Objective)
	for _, l := range s.SLO {
		tell(l.Figure)
	}
	return p
}

// result is what the search found, with what is known.
func (s *searcher) result(known map[string]search.Reading) SearchResult {
	now := s.stand(known)
	res := SearchResult{
		Title: s.title(), Model: s.first.Config.Model, Axes: s.first.Axes, Vary: s.Vary, Objective: s.Objective,
		SLO: limitsOf(s.Search), Min: s.Min, Max: s.Max,
		Done: now.ended == "" && len(now.want) == 0, Ended: now.ended,
		Meets: now.Met, Breaks: now.Broken, Probes: now.probes, limits: s.SLO,
	}
	res.Best = res.bestOf()
	res.Monotone = len(res.contradictions()) == 0
	res.Text = res.String()
	return res
}

// title is what sets the search apart: qwen3 on tp2, 256 → 128.
func (s *searcher) title() string { return curveTitle(&s.first, s.Vary, s.keys) }

// curveTitle is what sets a curve over a load apart; keys are those that the sweep's
// cases differ in.
func curveTitle(pc *plan.Case, over string, keys []string) string {
	t := pc.Config.Model
	if pc.Axes.Server != "" {
		t += " on " + pc.Axes.Server
	}
	if pc.Input == 0 {
		t += ", " + pc.Axes.Dataset
	} else {
		t += fmt.Sprintf(", %d → %d", pc.Input, pc.Output)
	}
	for _, key := range keys {
		if text, ok := pc.Axes.More[key]; ok {
			t += ", " + key + " " + wording.Short(text)
		}
	}
	switch {
	case over == plan.OverRate && len(pc.Config.ConcurrencyPrompts) > 1:
		t += fmt.Sprintf(", at most %d in flight", pc.MaxConcurrency)
	case over != plan.OverRate && !pc.Axes.RequestRate.Unbounded():
		t += ", at " + pc.Axes.RequestRate.String() + " requests/s"
	}
	return t
}

// at is the probe of a load; nil = there is none.
func (r *SearchResult) at(load float64) *Probe {
	for i := range r.Probes {
		if load > 0 && r.Probes[i].Load == load {
			return &r.Probes[i]
		}
	}
	return nil
}

// bestOf is the load with the best objective of those that meet the SLO; the
// higher one of two.
func (r *SearchResult) bestOf() (load float64) {
	way := runlog.Float(metrics.Better(r.Objective))
	var best runlog.Float
	for _, p := range r.Probes {
		if v, ok := p.Figures[r.Objective]; ok && p.Meets && (load == 0 || way*v >= way*best) {
			load, best = p.Load, v
		}
	}
	return load
}

// contradictions are the loads that break the SLO though a higher one meets it. One
// without a valid case breaks nothing.
func (r *SearchResult) contradictions() (broken []Probe) {
	for _, p := range r.Probes {
		if !p.Meets && !p.Invalid && p.Load < r.Meets {
			broken = append(broken, p)
		}
	}
	return broken
}

// growthFile is what the growers came to, in the results folder.
type growthFile struct {
	Searches []SearchResult `json:"searches"`
	Knees    []KneeResult   `json:"knees"`
	Rates    []RatesResult  `json:"rates"`
}

// results are what the growers came to, so far.
func (g *growth) results() growthFile {
	f := growthFile{[]SearchResult{}, []KneeResult{}, []RatesResult{}}
	for _, s := range g.searches {
		f.Searches = append(f.Searches, s.result(g.known))
	}
	for _, c := range g.curves {
		f.Knees = append(f.Knees, c.results(g.known)...)
	}
	for _, s := range g.rates {
		f.Rates = append(f.Rates, s.results(g.known)...)
	}
	return f
}

// write writes them down; a run without growers writes nothing.
func (g *growth) write(f growthFile) error {
	if g.none() {
		return nil
	}
	return runlog.WriteFile(filepath.Join(g.dir.Path(), ".run", runlog.SearchFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(f)
	})
}

// String is the result in words.
func (r *SearchResult) String() string {
	return r.Title + ": " + strings.Join(r.sentences(), ". ")
}

// limitsOf are the search's by figure, for its results.
func limitsOf(s *plan.Search) map[string]float64 {
	m := map[string]float64{}
	for _, l := range s.SLO {
		m[l.Figure] = l.At
	}
	return m
}

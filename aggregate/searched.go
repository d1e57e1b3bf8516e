package aggregate

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"llmsweep/runlog"
)

// A judged row is of a load that a search judged.
type judged struct {
	by *runlog.Search
	of *runlog.Probe
}

// judgments are those of searches, by the rows of their cases.
func judgments(rows []Row, searches []runlog.Search) map[int]judged {
	byFile := map[string]judged{}
	for i := range searches {
		s := &searches[i]
		for j := range s.Probes {
			for _, name := range s.Probes[j].Cases {
				byFile[filepath.Join(s.Dir, name+".json")] = judged{s, &s.Probes[j]}
			}
		}
	}
	of := map[int]judged{}
	for i := range rows {
		if j, ok := byFile[filepath.Clean(rows[i].File)]; ok {
			of[i] = j
		}
	}
	return of
}

// searchOf is the search that some of the rows are of; nil = none, or several.
func searchOf(of []int, by map[int]judged) (s *runlog.Search) {
	for _, i := range of {
		if j, ok := by[i]; ok && s != nil && j.by != s {
			return nil
		} else if ok {
			s = j.by
		}
	}
	return s
}

// searchedOver is the load that searches of the rows went over; "" = none is of a search.
func searchedOver(of []int, by map[int]judged) string {
	for _, i := range of {
		if j, ok := by[i]; ok {
			return j.by.Vary
		}
	}
	return ""
}

// answer takes over what a search said of the curve's loads, which goes before the means
// of their repeats. It does not where limits other than the search's are asked for, where several
// searches are on the curve, and where the load that the search chose is not, or no more to be believed.
func (c *Curve) answer(rows []Row, of []int, by map[int]judged, asked map[string]float64) bool {
	s := searchOf(of, by)
	if s == nil || len(asked) > 0 && !maps.Equal(asked, s.SLO) {
		return false
	}
	found, unmet := -1, false
	for i := range c.Points {
		p := c.Points[i].probe(by)
		switch {
		case p == nil:
		case p.Load == s.Answer() && c.Points[i].believable():
			found = i
		case !p.Meets && !p.Invalid:
			unmet = true
		}
	}
	if found < 0 && (s.Answer() > 0 || !unmet) {
		return false
	}
	l := limits{of: s.SLO}
	c.SLO, c.Limits, c.Searched, c.BestSLO = l.String(), s.SLO, true, found
	for i := range c.Points {
		p := &c.Points[i]
		probe := p.probe(by)
		if p.MeetsSLO = probe != nil && probe.Meets && p.believable(); !p.MeetsSLO {
			continue
		}
		if name, mean := l.broken(rows, p); mean != nil {
			text, unit := columnText(name)
			p.Doubt = strings.TrimPrefix(fmt.Sprintf("%s; the search's medians meet the SLO, these means do not: %s %.4g%s", p.Doubt, text, *mean, unit), "; ")
		}
	}
	return true
}

// probe is what a search said of the point; nil = nothing.
func (p *Point) probe(by map[int]judged) *runlog.Probe {
	i := slices.IndexFunc(p.Rows, func(i int) bool { return by[i].of != nil })
	if i < 0 {
		return nil
	}
	return by[p.Rows[i]].of
}

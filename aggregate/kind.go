package aggregate

import (
	"cmp"
	"slices"
)

// A Kind is the rows, by index, whose figures can be compared: those that generate
// tokens, or those of one backend that generates none. Embeddings are no reranking.
type Kind struct {
	Name string // of the backend, "embeddings"; "" = tokens are generated
	Rows []int
}

// Kind is what a curve's work is, where that is not output tokens: the backend's name.
func (c *Curve) Kind() string {
	if !c.Pooled {
		return ""
	}
	return cmp.Or(c.Backend, "no tokens")
}

// Kinds parts the rows that were read by their curves' kinds, tokens first. A row on
// no curve goes with those of its backend, else with the first.
func (r *Reading) Kinds(rows []Row) (kinds []Kind) {
	of := make([]string, len(rows))
	on := make([]bool, len(rows))
	backends := map[string]string{}
	for i := range r.Curves {
		c := &r.Curves[i]
		if !slices.ContainsFunc(kinds, func(k Kind) bool { return k.Name == c.Kind() }) {
			kinds = append(kinds, Kind{Name: c.Kind()})
		}
		backends[c.Backend] = c.Kind()
		for _, p := range c.Points {
			for _, row := range p.Rows {
				of[row], on[row] = c.Kind(), true
			}
		}
	}
	slices.SortStableFunc(kinds, func(a, b Kind) int { return cmp.Compare(min(len(a.Name), 1), min(len(b.Name), 1)) })
	if len(kinds) == 0 {
		kinds = []Kind{{}}
	}
	for i := range rows {
		name, known := backends[rows[i].Backend]
		switch {
		case on[i]:
			name = of[i]
		case !known:
			name = kinds[0].Name
		}
		at := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
		kinds[at].Rows = append(kinds[at].Rows, i)
	}
	return kinds
}

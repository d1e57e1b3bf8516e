package aggregate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// match pairs the cases of two sides.
func match(base, other *Side) *Comparison {
	c := &Comparison{Base: base, New: other, Same: sameRuns(base, other), Changed: changedBetween(base, other)}
	k := keyOf(base, other)
	baseKeys, olds := base.groups(k)
	newKeys, news := other.groups(k)
	for _, key := range newKeys {
		g, old := news[key], olds[key]
		if old == nil {
			c.OnlyNew, c.added = append(c.OnlyNew, g.name()), append(c.added, g)
			continue
		}
		c.Cases = append(c.Cases, CaseChange{
			Name: sharedName(old.name(), g.name()), BaseRuns: len(old.used), NewRuns: len(g.used),
			Doubt: doubtOf(old, g), base: old, new: g,
		})
	}
	for _, key := range baseKeys {
		if news[key] == nil {
			c.OnlyBase, c.lost = append(c.OnlyBase, olds[key].name()), append(c.lost, olds[key])
		}
	}
	return c
}

// sameRuns reports whether a side's cases are those of the other, so that a folder is
// its CSV.
func sameRuns(base, other *Side) bool {
	known := map[string]bool{}
	for i := range base.Rows {
		known[base.Rows[i].measurement()] = true
	}
	for i := range other.Rows {
		if id := other.Rows[i].measurement(); id == "" || !known[id] {
			return false
		}
	}
	return true
}

// measurement tells which measurement a row is of, by what was run, its end and its
// duration, whatever file it was read from; "" where it is not told.
func (r *Row) measurement() string {
	if r.Date == "" {
		return ""
	}
	return fmt.Sprintf("%q", []string{r.Case, r.Hash, r.Definitions, r.Date, float(r.Duration)})
}

// axesOf are the first cases of a side, with what they are matched by.
func axesOf(groups []*caseRuns) string {
	const most = 3
	var all []string
	for i, g := range groups {
		if i == most {
			all = append(all, fmt.Sprintf("%d more", len(groups)-i))
			break
		}
		r, axes := g.first(), []string{}
		for _, a := range []struct{ name, value string }{
			{"input", cell(r.InputLen)}, {"output", cell(r.OutputLen)}, {"concurrency", cell(r.MaxConcurrency)},
			{"prompts", strconv.Itoa(r.NumPrompts)}, {"rate", r.RequestRate}, {"dataset", r.Dataset}, {"axes", r.Axes},
		} {
			if a.value != "" {
				axes = append(axes, a.name+" "+a.value)
			}
		}
		all = append(all, g.name()+" ("+strings.Join(axes, ", ")+")")
	}
	return strings.Join(all, ", ")
}

// changedBetween says what differs between the sides but is the same within each.
func changedBetween(base, other *Side) (all []string) {
	for _, of := range []struct {
		what  string
		value func(*Row) string
	}{
		{"model", modelOf}, {"server", serverOf}, {"backend", func(r *Row) string { return r.Backend }},
		{"tokenizer", func(r *Row) string { return r.Tokenizer }}, {"labels", func(r *Row) string { return r.Labels }},
	} {
		a, b := base.values(of.value), other.values(of.value)
		if len(a) == 1 && len(b) == 1 && a[0] != b[0] && a[0] != "" && b[0] != "" {
			all = append(all, fmt.Sprintf("%s %s → %s", of.what, a[0], b[0]))
		}
	}
	return all
}

// A keyed says which coordinates tell cases apart beside lengths, load and axes:
// those that vary within a side. What only differs between the sides is what is
// compared.
type keyed struct{ model, server, dataset bool }

func keyOf(sides ...*Side) (k keyed) {
	unnamed := false
	for _, s := range sides {
		k.model = k.model || len(s.values(modelOf)) > 1
		k.server = k.server || len(s.values(serverOf)) > 1
		k.dataset = k.dataset || len(s.values(datasetOf)) > 1
		unnamed = unnamed || slices.Contains(s.values(datasetOf), "")
	}
	k.dataset = k.dataset || !unnamed // another dataset is another question, where it is told
	return k
}

func (k keyed) of(r *Row) string {
	parts := []string{cell(r.InputLen), cell(r.OutputLen), cell(r.MaxConcurrency), strconv.Itoa(r.NumPrompts), r.RequestRate, r.Axes}
	for _, more := range []struct {
		use  bool
		text string
	}{{k.model, r.Model}, {k.server, r.Server}, {k.dataset, r.Dataset}} {
		if more.use {
			parts = append(parts, more.text)
		}
	}
	return fmt.Sprintf("%q", parts)
}

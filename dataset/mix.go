package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// mix is several datasets in one case, each with its share of the requests.
type mix struct {
	scenarios []Scenario
	of        []*Source // by scenario
	sources   []*Source // each once: scenarios of the same dataset have one in common

	mu    sync.Mutex
	dealt map[string]bool // names of the cases whose rows have been dealt
}

// openMix opens the scenarios' datasets. Those of one spec are read once, and
// their rows dealt out as of one file, so that no two scenarios send the same.
func openMix(spec Spec) (kind, string, error) {
	if err := checkScenarios(spec.Scenarios); err != nil {
		return nil, "", err
	}
	m := &mix{scenarios: spec.Scenarios, dealt: map[string]bool{}}
	known := map[string]*Source{}
	content, files := sha256.New(), false
	for i := range m.scenarios {
		s := &m.scenarios[i]
		key, err := json.Marshal(s.Dataset)
		if err != nil {
			return nil, "", fmt.Errorf("mix: scenario %s: %w", s.Name, err)
		}
		src := known[string(key)]
		if src == nil {
			if src, err = Open(s.Dataset); err != nil {
				return nil, "", fmt.Errorf("%w (scenario %s)", err, s.Name) // a file's error begins with its path and line
			}
			known[string(key)] = src
			m.sources = append(m.sources, src)
		}
		m.of = append(m.of, src)
		fmt.Fprintln(content, src.Content())
		files = files || src.Content() != ""
	}
	if !files {
		return m, "", nil
	}
	return m, hex.EncodeToString(content.Sum(nil)), nil
}

// fit fits one dataset after the other; the total that progress is told grows as
// they come.
func (m *mix) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	before := 0
	for _, src := range m.sources {
		own, rows := progress, 0
		if progress != nil {
			own = func(done, total int) {
				rows = total
				progress(before+done, before+total)
			}
		}
		if err := src.Fit(ctx, f, own); err != nil {
			return err
		}
		before += rows
	}
	return nil
}

// deal deals the rows of each dataset out over its scenarios of all cases.
func (m *mix) deal(seed uint64, plan []Case) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dealRows(seed, plan)
}

// dealRows is deal for one who holds the lock.
func (m *mix) dealRows(seed uint64, plan []Case) error {
	parts := map[*Source][]Case{}
	clear(m.dealt)
	for _, c := range plan {
		m.dealt[c.Name] = true
		for i, part := range m.cases(c) {
			parts[m.of[i]] = append(parts[m.of[i]], part)
		}
	}
	var errs []error
	for _, src := range m.sources {
		if d, ok := src.kind.(dealer); ok {
			errs = append(errs, d.deal(seed, parts[src]))
		}
	}
	return errors.Join(errs...)
}

// cases are what each scenario of c asks of its dataset: a case of its own, so
// that its prompts do not depend on the others.
func (m *mix) cases(c Case) []Case {
	measured, warm := scenarioCounts(m.scenarios, c.Requests), scenarioCounts(m.scenarios, c.Warmups)
	parts := make([]Case, len(m.scenarios))
	for i := range m.scenarios {
		s := &m.scenarios[i]
		part := c
		part.Name = c.Name + "/" + s.Name
		part.Seed = CaseSeed(c.Seed, s.Name, c.Attempt)
		part.InputLen, part.OutputLen = s.InputLen, s.OutputLen
		part.Requests, part.Warmups = measured[i], warm[i]
		parts[i] = part
	}
	return parts
}

func (m *mix) maker(c Case) (maker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dealt[c.Name] { // as a dataset of rows does: as if it were alone
		if err := m.dealRows(c.Seed, []Case{c}); err != nil {
			return nil, err
		}
	}
	mm := &mixMaker{mix: m, c: c, cases: m.cases(c)}
	var errs []error
	for i, part := range mm.cases {
		sub, err := m.of[i].kind.maker(part)
		if err != nil {
			errs = append(errs, fmt.Errorf("scenario %s: %w", m.scenarios[i].Name, err))
		}
		mm.makers = append(mm.makers, sub)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	mm.shuffle()
	return mm, nil
}

// noted are the notes on all its datasets.
func (m *mix) noted() (notes []string) {
	for _, src := range m.sources {
		notes = append(notes, src.Notes()...)
	}
	return notes
}

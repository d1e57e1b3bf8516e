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

// openMix opens the scenarios' datasets. Files are read once, and their rows dealt
// out over all scenarios that have them, so that no two send the same.
func openMix(spec Spec) (kind, string, error) {
	if err := checkScenarios(spec.Scenarios); err != nil {
		return nil, "", err
	}
	m := &mix{scenarios: spec.Scenarios, dealt: map[string]bool{}}
	known, files := map[string]*Source{}, shelf{}
	content, read := sha256.New(), false
	for i := range m.scenarios {
		s := &m.scenarios[i]
		key, err := json.Marshal(s.Dataset)
		if err != nil {
			return nil, "", fmt.Errorf("mix: scenario %s: %w", s.Name, err)
		}
		src := known[string(key)]
		if src == nil {
			src = &Source{spec: s.Dataset}
			if src.kind, src.content, err = open(s.Dataset, files); err != nil {
				return nil, "", fmt.Errorf("%w (scenario %s)", err, s.Name) // a file's error begins with its path and line
			}
			known[string(key)] = src
			m.sources = append(m.sources, src)
		}
		m.of = append(m.of, src)
		fmt.Fprintln(content, src.Content())
		read = read || src.Content() != ""
	}
	if !read {
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

// deal deals the rows of each file out over its scenarios of all cases.
func (m *mix) deal(seed uint64, plan []Case) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dealRows(seed, plan)
}

// dealRows is deal for one who holds the lock.
func (m *mix) dealRows(seed uint64, plan []Case) error {
	parts := map[*deck][]Case{}
	var decks []*deck
	clear(m.dealt)
	for _, c := range plan {
		m.dealt[c.Name] = true
		for i, part := range m.cases(c) {
			p := dealing(m.of[i].kind)
			if p == nil {
				continue
			}
			if parts[p.deck] == nil {
				decks = append(decks, p.deck)
			}
			part.player = p
			parts[p.deck] = append(parts[p.deck], part)
		}
	}
	var errs []error
	for _, d := range decks {
		errs = append(errs, d.deal(seed, parts[d]))
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

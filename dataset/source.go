package dataset

import (
	"context"
	"errors"
	"fmt"
)

// A Source is a dataset whose files have been read. One serves all cases of a
// run.
type Source struct {
	spec    Spec
	kind    kind
	content string
	fitter  *Fitter
}

// Open reads the dataset's files, without a tokenizer. A file that is missing or
// malformed is an error with its path and line.
func Open(spec Spec) (*Source, error) {
	s := &Source{spec: spec}
	var err error
	s.kind, s.content, err = open(spec, nil)
	return s, err
}

// open makes the kind that spec asks for; content is the SHA-256 (hex) of the
// files read, "" if there are none. Files that lie on the shelf are not read again.
func open(spec Spec, files shelf) (k kind, content string, err error) {
	switch spec.Type {
	case TypeRandom:
		return &random{spec: spec}, "", nil
	case TypeShareGPT:
		return openShareGPT(spec, files)
	case TypeSonnet:
		return openSonnet(spec)
	case TypeCustom:
		return openCustom(spec, files)
	case TypePrefixRepetition:
		return openPrefixRepetition(spec)
	case TypeConversation:
		return openConversation(spec, files)
	case TypeTrace:
		return openTrace(spec)
	case TypeRandomMM:
		return openRandomMM(spec)
	case TypeMix:
		return openMix(spec)
	}
	return nil, "", fmt.Errorf("dataset.type %s: there is no such dataset", spec.Type)
}

// Content is the SHA-256 (hex) of the files that were read; "" = there are none.
func (s *Source) Content() string { return s.content }

// A noter is a kind that knows something of its file that the user should.
type noter interface{ noted() []string }

// Notes are what was changed of a file's rows, and why, for the user to know; the
// source has been fitted.
func (s *Source) Notes() []string {
	if k, ok := s.kind.(noter); ok {
		return k.noted()
	}
	return nil
}

// Spec is what the source was opened with.
func (s *Source) Spec() Spec { return s.spec }

// Fit does what needs a tokenizer, once a run: rows are counted, on all cores.
// progress, if not nil, is told how many are done, one call at a time.
func (s *Source) Fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	if err := checkText(f.tok, &s.spec); err != nil {
		return err
	}
	s.fitter = f
	return s.kind.fit(ctx, f, progress)
}

// A rower is a kind whose rows are dealt out over the cases of a run; nil = it has
// none.
type rower interface{ dealing() *player }

// dealing is the player that k is; nil = it has no rows to deal.
func dealing(k kind) *player {
	if r, ok := k.(rower); ok {
		return r.dealing()
	}
	return nil
}

// Plan faults a plan with a case whose prompts cannot be made, lengths too short,
// say, or too few rows; all such cases at once. Datasets of rows deal them out
// over the cases, by the run's seed, so that none is sent twice. The source has
// been fitted.
func (s *Source) Plan(seed uint64, plan []Case) error {
	if err := s.deal(seed, plan); err != nil {
		return err
	}
	var errs []error
	said := map[string]bool{}
	for _, c := range plan {
		if _, err := s.Case(c); err != nil && !said[err.Error()] {
			said[err.Error()] = true
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *Source) deal(seed uint64, plan []Case) error {
	if m, ok := s.kind.(*mix); ok {
		return m.deal(seed, plan)
	}
	if p := dealing(s.kind); p != nil {
		return p.deal(seed, plan)
	}
	return nil
}

// Case is the prompts of one case, not yet made.
func (s *Source) Case(c Case) (*Prompts, error) {
	if c.Requests < 0 || c.Warmups < 0 {
		return nil, fmt.Errorf("dataset: %d requests and %d warm-ups: want 0 or more", c.Requests, c.Warmups)
	}
	m, err := s.kind.maker(c)
	if err != nil {
		return nil, err
	}
	return newPrompts(s, c, m), nil
}

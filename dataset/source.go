package dataset

import (
	"context"
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
	s.kind, s.content, err = open(spec)
	return s, err
}

// open makes the kind that spec asks for; content is the SHA-256 (hex) of the
// files read, "" if there are none.
func open(spec Spec) (k kind, content string, err error) {
	switch spec.Type {
	case TypeRandom:
		return &random{spec: spec}, "", nil
	}
	return nil, "", fmt.Errorf("dataset %s: there is no such type", spec.Type)
}

// Content is the SHA-256 (hex) of the files that were read; "" = there are none.
func (s *Source) Content() string { return s.content }

// Spec is what the source was opened with.
func (s *Source) Spec() Spec { return s.spec }

// Fit does what needs a tokenizer, once a run: rows are counted, on all cores.
// progress, if not nil, is told how many are done, one call at a time.
func (s *Source) Fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	s.fitter = f
	return s.kind.fit(ctx, f, progress)
}

// Check faults a case whose prompts cannot be made: lengths too short, too few
// rows. The source has been fitted.
func (s *Source) Check(c Case) error {
	_, err := s.Case(c)
	return err
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

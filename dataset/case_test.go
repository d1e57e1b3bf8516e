package dataset

import (
	"context"
	"testing"

	"llmsweep/tokenizer"
)

// newCase opens a dataset and fits it.
func newCase(spec Spec, f *Fitter, c Case) (*Prompts, error) {
	s, err := Open(spec)
	if err != nil {
		return nil, err
	}
	if err := s.Fit(context.Background(), f, nil); err != nil {
		return nil, err
	}
	return s.Case(c)
}

// prepare opens a dataset, fits it, and makes a case's prompts.
func prepare(t testing.TB, spec Spec, f *Fitter, c Case) (*Prompts, error) {
	p, err := newCase(spec, f, c)
	if err != nil {
		return nil, err
	}
	return p, p.Prepare(t.Context(), nil)
}

// ready is prepare where that must do.
func ready(t testing.TB, spec Spec, f *Fitter, c Case) *Prompts {
	t.Helper()
	p, err := prepare(t, spec, f, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// walkPrepared is a case's measured requests and its warm-ups.
func walkPrepared(t testing.TB, spec Spec, f *Fitter, c Case) (measured, warm []Request) {
	t.Helper()
	p := ready(t, spec, f, c)
	return walkAll(t, p), walkAll(t, p.Warmup())
}

// fitter is one for tok, counting prompts as sent.
func fitter(t testing.TB, tok tokenizer.Tokenizer, chat bool) *Fitter {
	t.Helper()
	return fitterOf(t, vocabulary(t, tok), chat)
}

// vocabulary is tok's words; those of the models are known.
func vocabulary(t testing.TB, tok tokenizer.Tokenizer) *Vocabulary {
	t.Helper()
	if _, isFake := tok.(fake); !isFake {
		for _, m := range models(t) {
			if m.tok.ID() == tok.ID() && tok.VocabSize() > 0 {
				return m.words
			}
		}
	}
	v, err := NewVocabulary(tok)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func walkAll(t testing.TB, src sessions) (all []Request) {
	t.Helper()
	for s, err := range src.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		req, think, ok := s.Next("")
		if !ok || think != 0 {
			t.Fatalf("a session began with think %v, ok %v", think, ok)
		}
		if _, _, more := s.Next("an answer"); more {
			t.Fatal("a session of one went on")
		}
		all = append(all, req)
	}
	return all
}

func prompts(all []Request) (ps []string) {
	for _, r := range all {
		ps = append(ps, r.Prompt)
	}
	return ps
}

// take is the first n requests of a source.
func take(t testing.TB, src sessions, n int) (all []Request) {
	t.Helper()
	for s, err := range src.Sessions() {
		if err != nil {
			t.Fatalf("after %d requests: %v", len(all), err)
		}
		req, _, _ := s.Next("")
		if all = append(all, req); len(all) == n {
			return all
		}
	}
	t.Fatalf("only %d requests", len(all))
	return nil
}

// preparedCase makes the case's requests: measured ones, then warm-ups.
func preparedCase(t testing.TB, spec Spec, f *Fitter, c Case) []Request {
	t.Helper()
	measured, warm := walkPrepared(t, spec, f, c)
	return append(measured, warm...)
}

package dataset

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
)

// shareGPT is the first exchange of each conversation in a ShareGPT file. With
// input lengths of their own, prompts are sent as they are; else the longer ones
// are cut to the length asked for.
type shareGPT struct {
	spec   Spec
	file   *shareGPTFile
	player player
	fitter *Fitter
}

// A shareGPTFile is what the file holds, whatever is taken of it.
type shareGPTFile struct {
	deck    deck
	rows    []exchange
	special int     // tokens that the tokenizer puts around any text
	answers bool    // answers are counted too
	fitted  *Fitter // that counted the rows; nil = not yet
}

// An exchange is a person's turn and the model's answer to it, and their tokens.
type exchange struct {
	prompt, answer             string // no answer is kept once it is counted
	promptTokens, answerTokens int
	repeats                    bool // an exchange before it has the prompt
}

func openShareGPT(spec Spec, files shelf) (kind, string, error) {
	file, content, err := fromShelf(files, TypeShareGPT, spec.Path, func() (*shareGPTFile, string, error) { return readShareGPTFile(spec.Path) })
	if err != nil {
		return nil, "", err
	}
	file.answers = file.answers || spec.OutputLen == 0
	s := &shareGPT{spec: spec, file: file}
	s.player = player{deck: &file.deck, allowRepeat: spec.AllowRepeat, fits: s.fits, fitting: s.fitting}
	return s, content, nil
}

func readShareGPTFile(path string) (*shareGPTFile, string, error) {
	f := &shareGPTFile{deck: deck{path: path, what: "conversation"}}
	seen := map[uint64]bool{}
	content, err := readShareGPT(path, func(turns []turn) {
		if e, ok := firstExchange(turns); ok {
			e.repeats = f.deck.seen(seen, &Request{Prompt: e.prompt})
			f.rows = append(f.rows, e)
		}
	})
	if err == nil && len(f.rows) == 0 {
		err = fmt.Errorf("%s:1: no conversation has a human's turn and a model's answer: want %s", path, wantShareGPT)
	}
	return f, content, err
}

// firstExchange is the first turn of a person that a model answers. vLLM takes
// the first two turns whoever wrote them.
func firstExchange(turns []turn) (e exchange, ok bool) {
	for i := 1; i < len(turns); i++ {
		if ask, answer := &turns[i-1], &turns[i]; ask.user() && answer.model() {
			return exchange{prompt: ask.Value, answer: answer.Value}, ask.Value != ""
		}
	}
	return exchange{}, false
}

func (s *shareGPT) dealing() *player { return &s.player }

func (s *shareGPT) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	s.fitter = f
	if err := s.file.fit(ctx, f, progress); err != nil {
		return fmt.Errorf("sharegpt: tokenizer %s: %w", f.tok.ID(), err)
	}
	return nil
}

// fit counts the rows, once for all datasets that have the file.
func (s *shareGPTFile) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	if s.fitted == f {
		return nil
	}
	plain, err := f.tok.Count("a", false)
	if err == nil {
		s.special, err = f.tok.Count("a", true)
		s.special -= plain
	}
	if err == nil {
		err = inParallel(ctx, len(s.rows), progress, func(i int) error { return s.count(f, &s.rows[i]) })
	}
	if err == nil {
		s.fitted = f
	}
	return err
}

// count counts a row's tokens with special ones, as vLLM does: those of the answer
// only where they are the output length, and once, since its text is let go.
func (s *shareGPTFile) count(f *Fitter, e *exchange) (err error) {
	if e.promptTokens, err = f.tok.Count(e.prompt, true); err != nil {
		return err
	}
	if s.answers && e.answerTokens == 0 {
		e.answerTokens, err = f.tok.Count(e.answer, true)
	}
	e.answer = ""
	return err
}

// fits reports whether a case can use a row. One with an input length takes what
// can be cut to it; one without takes what vLLM's is_valid_sequence lets pass
// (vllm/benchmarks/datasets), which holds no forced output to the least length.
func (s *shareGPT) fits(row int, c *Case) bool {
	e := &s.file.rows[row]
	if e.repeats {
		return false
	}
	output, forced := s.output(e, c)
	if c.InputLen > 0 {
		return s.sent(e) >= c.InputLen && output > 0
	}
	return e.promptTokens >= s.spec.MinPromptLen && (forced || output >= s.spec.MinOutputLen) &&
		e.promptTokens <= s.spec.MaxPromptLen && e.promptTokens+output <= s.spec.MaxTotalLen
}

// sent is how many tokens a row's prompt has as sent, but for what a template may
// join with its ends.
func (s *shareGPT) sent(e *exchange) int { return e.promptTokens - s.file.special + s.fitter.Around() }

// fitting is what fits wants of a conversation.
func (s *shareGPT) fitting(c *Case) string {
	if c.InputLen > 0 {
		return fmt.Sprintf("a first turn of %d tokens or more to cut", c.InputLen)
	}
	answer := ""
	if _, forced := s.output(&exchange{}, c); !forced {
		answer = fmt.Sprintf("an answer of at least %d (min_output_len), ", s.spec.MinOutputLen)
	}
	return fmt.Sprintf("a first turn of %d to %d tokens (min_prompt_len, max_prompt_len), %sno more than %d together (max_total_len)",
		s.spec.MinPromptLen, s.spec.MaxPromptLen, answer, s.spec.MaxTotalLen)
}

// output is a row's output length in tokens: the case's, the dataset's, or the
// answer's own.
func (s *shareGPT) output(e *exchange, c *Case) (tokens int, forced bool) {
	switch {
	case c.OutputLen > 0:
		return c.OutputLen, true
	case s.spec.OutputLen > 0:
		return s.spec.OutputLen, true
	}
	return e.answerTokens, false
}

func (s *shareGPT) maker(c Case) (maker, error) {
	if c.InputLen > 0 {
		if err := s.fitter.CheckLen("sharegpt: input length", c.InputLen); err != nil {
			return nil, err
		}
	}
	return &shareGPTMaker{s, c}, nil
}

type shareGPTMaker struct {
	*shareGPT
	c Case
}

func (m *shareGPTMaker) make(n number, rng *rand.Rand) (draft, error) {
	return m.draft(n, func(text string, tokens int) (string, error) {
		if m.c.InputLen == 0 {
			return text, nil
		}
		return m.fitter.Cut(rng, text, tokens)
	})
}

// remake keeps the prompt but for its end, so that it differs from all others:
// two texts that begin alike, cut to one length, or a row that is sent again.
func (m *shareGPTMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	return m.draft(n, func(text string, tokens int) (head string, err error) {
		const end = 4 // tokens: more words than any run has prompts
		if tokens-end >= m.fitter.Least() {
			if head, err = m.fitter.Cut(rng, text, tokens-end); err != nil {
				return "", err
			}
		}
		return m.fitter.unlike(rng, prefix{}, tokens, func(p string) bool { return taken(Request{Prompt: p}) }, func() (string, error) {
			return m.fitter.Extend(rng, head, tokens)
		})
	})
}

// draft makes a session of the row that n was dealt; fit makes its text one of so
// many tokens as sent.
func (m *shareGPTMaker) draft(n number, fit func(text string, tokens int) (string, error)) (draft, error) {
	row, err := m.player.row(&m.c, n)
	if err != nil {
		return draft{}, err
	}
	e := &m.file.rows[row]
	tokens := m.c.InputLen
	if tokens == 0 {
		if tokens, err = m.fitter.Count(e.prompt); err != nil {
			return draft{}, fmt.Errorf("sharegpt: %w", err)
		}
	}
	prompt, err := fit(e.prompt, tokens)
	if err != nil {
		return draft{}, fmt.Errorf("sharegpt: %w", err)
	}
	output, _ := m.output(e, &m.c)
	return draft{Request: Request{Prompt: prompt, InputLen: tokens, PromptTokens: tokens, MaxTokens: output}}, nil
}

func (m *shareGPTMaker) length(n number) (input, output int, err error) {
	row, err := m.player.row(&m.c, n)
	if err != nil {
		return 0, 0, err
	}
	e := &m.file.rows[row]
	output, _ = m.output(e, &m.c)
	return cmp.Or(m.c.InputLen, m.sent(e)), output, nil
}

package dataset

import (
	"context"
	_ "embed" // the sonnets
	"fmt"
	"math/rand/v2"
	"strings"
)

// sonnets.txt is all 154 of Shakespeare's sonnets (1609), which are in the public
// domain: each under its Roman number, after the title.
//
//go:embed sonnets.txt
var sonnets string

// sonnetLines are the lines of the poems, without titles, numbers and indents.
func sonnetLines() (lines []string) {
	_, poems, _ := strings.Cut(sonnets, "\n\n") // the title
	for line := range strings.Lines(poems) {
		line = strings.TrimSpace(line)
		if strings.Trim(line, "IVXLC") != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// instruction opens a prompt. It ends in a word, which no tokenizer joins with
// the newline after it.
const instruction = "Copy as many of the following lines of poetry as you can"

// sonnet is prompts of lines of poetry, as vLLM's sonnet dataset: an instruction,
// lines that all requests of a case share, and lines of their own. Lines are
// drawn anew for each, so one may come twice.
type sonnet struct {
	spec   Spec
	fitter *Fitter
	lines  []string
	tokens []int // of each line, with the newline after it
}

func openSonnet(spec Spec) (kind, string, error) {
	return &sonnet{spec: spec, lines: sonnetLines()}, "", nil // the lines come with the program
}

// fit counts the lines: how many tokens each is about, since only the count of a
// whole prompt is exact.
func (s *sonnet) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	s.fitter = f
	s.tokens = make([]int, len(s.lines))
	if f.tok.VocabSize() == 0 {
		return s.estimate()
	}
	const next = "\nAnd" // one token is not the line's; the newline often is one with a comma
	return inParallel(ctx, len(s.lines), progress, func(i int) error {
		n, err := f.tok.Count(s.lines[i]+next, false)
		if err != nil {
			return fmt.Errorf("tokenizer %s: %w", f.tok.ID(), err)
		}
		s.tokens[i] = max(1, n-1)
		return nil
	})
}

// estimate judges the lines' tokens by their bytes: to ask a server for each takes
// seconds.
func (s *sonnet) estimate() error {
	text := strings.Join(s.lines[:200], "\n")
	n, err := s.fitter.tok.Count(text, false)
	if err != nil {
		return fmt.Errorf("tokenizer %s: %w", s.fitter.tok.ID(), err)
	}
	for i, line := range s.lines {
		s.tokens[i] = max(1, (n*(len(line)+1)+len(text)/2)/len(text))
	}
	return nil
}

func (s *sonnet) maker(c Case) (maker, error) {
	if err := s.fitter.CheckLen("sonnet: input length", c.InputLen); err != nil {
		return nil, err
	}
	if err := s.fitter.checkPrefix(s.spec.PrefixLen, c.InputLen); err != nil {
		return nil, err
	}
	return &textMaker{
		kind: TypeSonnet, fitter: s.fitter, seed: c.Seed,
		in: span{lo: c.InputLen}, out: span{lo: c.OutputLen},
		prefix: once(func() (prefix, error) { return s.prefix(c) }), draw: s.draw,
	}, nil
}

// prefix is what all requests of a case begin with: the instruction, if it leaves
// them a newline and a word, and shared lines after it until both are PrefixLen
// tokens.
func (s *sonnet) prefix(c Case) (prefix, error) {
	f, n := s.fitter, s.spec.PrefixLen
	head, err := f.prefixOf(instruction)
	if err != nil {
		return prefix{}, err
	}
	if room := c.InputLen - f.around; max(n, len(head.ids)) > room-2 {
		head = prefix{}
	}
	if n <= len(head.ids) {
		return head, nil
	}
	rng := caseRand(c.Seed, 0)
	p, err := f.newPrefix(rng, n, "\n", func() (string, []string) { return s.after(rng, head.text, n-len(head.ids)) })
	if err != nil { // lines do not come out even
		return f.newPrefix(rng, n, " ", func() (string, []string) { return f.pick(rng, n+f.around) })
	}
	return p, nil
}

// draw makes a prompt of lines, or where these do not come out even, as with a
// length of one token or two, of random words.
func (s *sonnet) draw(rng *rand.Rand, p prefix, n int) (string, error) {
	prompt, err := s.fitter.follow(rng, p, n, func() (string, []string) {
		return s.after(rng, p.text, n-s.fitter.around-len(p.ids))
	})
	if err != nil {
		return s.fitter.randomAfter(rng, p, n)
	}
	return prompt, nil
}

// after draws lines that follow head, room tokens in all: the whole ones with the
// first word of the last, and as much of the rest of that as may be needed.
func (s *sonnet) after(rng *rand.Rand, head string, room int) (text string, words []string) {
	const newlineAndWord = 2
	if head != "" && room <= newlineAndWord {
		return head, s.fitter.draw(rng, room)
	}
	var b strings.Builder
	if head != "" {
		b.WriteString(head + "\n")
		room--
	}
	for {
		i := rng.IntN(len(s.lines))
		if s.tokens[i] >= room {
			words := strings.Fields(s.lines[i])
			b.WriteString(words[0])
			return b.String(), words[1:min(len(words), room)]
		}
		b.WriteString(s.lines[i] + "\n")
		room -= s.tokens[i]
	}
}

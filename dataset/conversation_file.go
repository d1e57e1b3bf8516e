package dataset

import (
	"context"
	"fmt"
)

// conversations are those of a ShareGPT file, each as its exchanges from the
// first turn of a person on, as far as person and model take turns.
type conversations struct {
	rows   [][]exchange
	deck   deck
	fitted *Fitter // that counted the rows; nil = not yet
}

func readConversations(path string) (*conversations, string, error) {
	c := &conversations{deck: deck{path: path, what: "conversation"}}
	seen := map[uint64]bool{}
	content, err := readShareGPT(path, func(turns []turn) {
		if row := exchanges(turns); len(row) > 0 {
			row[0].repeats = c.deck.seen(seen, &Request{Prompt: row[0].prompt})
			c.rows = append(c.rows, row)
		}
	})
	if err == nil && len(c.rows) == 0 {
		err = fmt.Errorf("%s:1: no conversation has a human's turn and a model's answer: want %s", path, wantShareGPT)
	}
	return c, content, err
}

// player takes conversations of enough turns, and of those that begin with the
// same first turn one, unless rows may be sent again.
func (c *conversations) player(spec *Spec) player {
	return player{
		deck: &c.deck, allowRepeat: spec.AllowRepeat,
		fits: func(row int, _ *Case) bool {
			return len(c.rows[row]) >= spec.Turns[0] && (spec.AllowRepeat || !c.rows[row][0].repeats)
		},
		fitting:  func(*Case) string { return fmt.Sprintf("%d answered turns or more (turns)", spec.Turns[0]) },
		requests: func(row int) int { return c.turns(row, spec.Turns) },
	}
}

// exchanges are the turns of a person that a model answers, from the first one on.
func exchanges(turns []turn) (row []exchange) {
	for len(turns) > 0 && !turns[0].user() {
		turns = turns[1:]
	}
	for len(turns) > 1 && turns[0].user() && turns[1].model() && turns[0].Value != "" {
		row = append(row, exchange{prompt: turns[0].Value, answer: turns[1].Value})
		turns = turns[2:]
	}
	return row
}

// turns is how many turns of a row are sent: drawn for the row itself, so that it
// is one conversation in each case and each run, and no more than it has.
func (c *conversations) turns(row int, of [2]int) int {
	return min(drawTurns(promptRand(0, uint64(row)), of), len(c.rows[row]))
}

// fit counts the turns without special tokens, once for all datasets that have the
// file. Those of the answers are the output lengths; their texts are let go.
func (c *conversations) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	if c.fitted == f {
		return nil
	}
	err := inParallel(ctx, len(c.rows), progress, func(i int) error {
		for k := range c.rows[i] {
			if err := c.rows[i][k].count(f); err != nil {
				return fmt.Errorf("conversation: tokenizer %s: %w", f.tok.ID(), err)
			}
		}
		return nil
	})
	if err == nil {
		c.fitted = f
	}
	return err
}

// count counts both turns; the answer once.
func (e *exchange) count(f *Fitter) (err error) {
	if e.answerTokens > 0 {
		return nil
	}
	if e.promptTokens, err = f.tok.Count(e.prompt, false); err != nil {
		return err
	}
	n, err := f.tok.Count(e.answer, false)
	if err == nil {
		e.answer, e.answerTokens = "", max(1, n)
	}
	return err
}

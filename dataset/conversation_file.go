package dataset

import (
	"context"
	"fmt"
)

// conversations are those of a ShareGPT file, each as its exchanges from the
// first turn of a person on, as far as person and model take turns.
type conversations struct {
	rows  [][]exchange
	turns [2]int // of a session, least and most
	deck  deck
}

func openConversations(spec Spec) (*conversations, string, error) {
	c := &conversations{turns: spec.Turns}
	content, err := readShareGPT(spec.Path, func(turns []turn) {
		if row := exchanges(turns); len(row) > 0 {
			c.rows = append(c.rows, row)
		}
	})
	if err != nil {
		return nil, "", err
	}
	if len(c.rows) == 0 {
		return nil, "", fmt.Errorf("%s:1: no conversation has a human's turn and a model's answer: want %s", spec.Path, wantShareGPT)
	}
	c.deck = deck{
		path: spec.Path, rows: len(c.rows), what: "conversation", allowRepeat: spec.AllowRepeat,
		fits:     func(row int, _ *Case) bool { return len(c.rows[row]) >= c.turns[0] },
		fitting:  func(*Case) string { return fmt.Sprintf("%d answered turns or more (turns)", c.turns[0]) },
		requests: c.requests,
	}
	return c, content, nil
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

// requests is how many turns of a row are sent: drawn for the row itself, so that
// it is one conversation in each case and each run, and no more than it has.
func (c *conversations) requests(row int) int {
	return min(drawTurns(promptRand(0, uint64(row)), c.turns), len(c.rows[row]))
}

// fit counts the answers, whose tokens are the output lengths.
func (c *conversations) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	return inParallel(ctx, len(c.rows), progress, func(i int) error {
		for k := range c.rows[i] {
			e := &c.rows[i][k]
			n, err := f.tok.Count(e.answer, false)
			if err != nil {
				return fmt.Errorf("conversation: tokenizer %s: %w", f.tok.ID(), err)
			}
			e.answer, e.answerTokens = "", max(1, n)
		}
		return nil
	})
}

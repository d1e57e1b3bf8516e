package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
)

// conversation is chats of several turns, each request with all that was said
// before it. The user's turns are random words, or a ShareGPT file's; the model's
// are the server's own answers.
type conversation struct {
	spec   Spec
	fitter *Fitter
	file   *conversations // nil = synthetic
	player player         // of the file
}

func openConversation(spec Spec, files shelf) (kind, string, error) {
	c := &conversation{spec: spec}
	if least, most := spec.Turns[0], spec.Turns[1]; least < 1 || most < least {
		return nil, "", fmt.Errorf("dataset.turns: %d to %d, want at least 1, and no less at most than at least", least, most)
	}
	if spec.Path == "" {
		return c, "", nil
	}
	var content string
	var err error
	c.file, content, err = fromShelf(files, TypeConversation, spec.Path, func() (*conversations, string, error) { return readConversations(spec.Path) })
	if err != nil {
		return nil, "", err
	}
	c.player = c.file.player(&c.spec)
	return c, content, nil
}

func (c *conversation) dealing() *player {
	if c.file == nil {
		return nil
	}
	return &c.player
}

func (c *conversation) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	c.fitter = f
	if c.file == nil || !f.Chat() { // then maker says what is wrong
		return nil
	}
	return c.file.fit(ctx, f, progress)
}

func (c *conversation) maker(of Case) (maker, error) {
	if !c.fitter.Chat() {
		return nil, errors.New("conversation: want backend openai-chat")
	}
	m := &conversationMaker{conversation: c, c: of}
	if c.file == nil {
		if err := c.fitter.CheckLen("conversation: input length", of.InputLen); err != nil {
			return nil, err
		}
		// A later turn is as long as the text of the first, unless it is said.
		m.next = cmp.Or(c.spec.NextLen, of.InputLen-c.fitter.Around())
	}
	return m, m.plan()
}

// A conversationMaker makes one case's sessions. A warm-up session is one request,
// its first turn: all slots are busy at once, and no user thinks while the
// measurement waits.
type conversationMaker struct {
	*conversation
	c        Case
	next     int // tokens of a later turn's text, synthetic
	measured int // sessions that make up the case's requests
	last     int // turns of the last of them: fewer than were drawn, so that the sum is exact
}

// plan draws sessions until they have the case's requests.
func (m *conversationMaker) plan() error {
	for left := m.c.Requests; left > 0; m.measured++ {
		turns, err := m.draw(number{i: m.measured})
		if err != nil {
			return err
		}
		m.last = min(turns, left)
		left -= turns
	}
	return nil
}

func (m *conversationMaker) sessions() int { return m.measured }

// draw is how many turns session n has, were there no other.
func (m *conversationMaker) draw(n number) (int, error) {
	if m.file == nil {
		return drawTurns(promptRand(m.c.Seed, forTurns|n.stream()), m.spec.Turns), nil
	}
	row, err := m.player.row(&m.c, n)
	if err != nil {
		return 0, err
	}
	return m.player.requests(row), nil
}

func drawTurns(rng *rand.Rand, turns [2]int) int { return turns[0] + rng.IntN(turns[1]-turns[0]+1) }

// turns is how many turns session n has. Those after the planned ones take the
// place of others that failed, and have as many as were drawn.
func (m *conversationMaker) turns(n number) (int, error) {
	switch {
	case n.warmup:
		return 1, nil
	case n.i == m.measured-1:
		return m.last, nil
	}
	return m.draw(n)
}

func (m *conversationMaker) make(n number, rng *rand.Rand) (draft, error) {
	return m.session(n, rng, func() (string, error) { return m.fitter.Random(rng, m.c.InputLen) })
}

// remake gives a synthetic session another first message. A file's is as it is:
// where two conversations begin alike, two sessions do.
func (m *conversationMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	return m.session(n, rng, func() (string, error) {
		return m.fitter.another(rng, m.c.InputLen, func(p string) bool { return taken(Request{Messages: ask(p)}) })
	})
}

// session makes session n; first makes the first message of a synthetic one.
func (m *conversationMaker) session(n number, rng *rand.Rand, first func() (string, error)) (draft, error) {
	turns, err := m.turns(n)
	if err != nil {
		return draft{}, err
	}
	says := make([]userTurn, turns)
	for i := range says[1:] { // drawn now, so that no answer changes them
		says[i+1].think = think(m.spec.Think, rng)
	}
	if m.file != nil {
		err = m.read(n, says)
	} else {
		err = m.invent(rng, says, first)
	}
	if err != nil {
		return draft{}, fmt.Errorf("conversation: %w", err)
	}
	return m.dialogue(says)
}

// invent fills in a synthetic session's texts.
func (m *conversationMaker) invent(rng *rand.Rand, says []userTurn, first func() (string, error)) (err error) {
	if says[0].text, err = first(); err != nil {
		return err
	}
	for i := range says {
		says[i].maxTokens = m.c.OutputLen
		if i == 0 {
			continue
		}
		if says[i].text, err = m.fitter.Random(rng, m.next+m.fitter.Around()); err != nil {
			return err
		}
	}
	return nil
}

// read fills in the texts of the file's conversation that session n is.
func (m *conversationMaker) read(n number, says []userTurn) error {
	row, err := m.player.row(&m.c, n)
	if err != nil {
		return err
	}
	for i := range says {
		e := &m.file.rows[row][i]
		says[i].text, says[i].maxTokens = e.prompt, m.outputLen(e)
	}
	return nil
}

// dialogue is the session in which the user says these things.
func (m *conversationMaker) dialogue(says []userTurn) (draft, error) {
	first := says[0]
	n := m.c.InputLen
	if m.file != nil {
		var err error
		if n, err = m.fitter.Count(first.text); err != nil {
			return draft{}, fmt.Errorf("conversation: %w", err)
		}
	}
	d := draft{requests: len(says), Request: Request{
		Messages: ask(first.text), InputLen: n, PromptTokens: n, MaxTokens: first.maxTokens,
	}}
	if len(says) > 1 {
		d.next = (&dialogue{counter: m.fitter.Counter, history: d.Messages, later: says[1:]}).next
	}
	for _, s := range says[1:] {
		d.later += len(s.text)
	}
	return d, nil
}

// length is that of the session's last request, which has all that was said
// before it: what the template puts around later turns left out.
func (m *conversationMaker) length(n number) (input, output int, err error) {
	turns, err := m.turns(n)
	if err != nil || m.file == nil {
		before := max(0, turns-1)
		return m.c.InputLen + before*(m.c.OutputLen+m.next), m.c.OutputLen, err
	}
	row, err := m.player.row(&m.c, n)
	if err != nil {
		return 0, 0, err
	}
	input = m.fitter.Around()
	for i := range turns {
		e := &m.file.rows[row][i]
		input += output + e.promptTokens // output is the answer before
		output = m.outputLen(e)
	}
	return input, output, nil
}

// outputLen is how many tokens the answer to a file's turn may have.
func (m *conversationMaker) outputLen(e *exchange) int {
	return cmp.Or(m.c.OutputLen, m.spec.OutputLen, e.answerTokens)
}

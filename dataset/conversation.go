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
}

func openConversation(spec Spec) (kind, string, error) {
	c := &conversation{spec: spec}
	if least, most := spec.Turns[0], spec.Turns[1]; least < 1 || most < least {
		return nil, "", fmt.Errorf("dataset.turns: %d to %d, want at least 1, and no less at most than at least", least, most)
	}
	if spec.Path == "" {
		return c, "", nil
	}
	var content string
	var err error
	c.file, content, err = openConversations(spec)
	return c, content, err
}

func (c *conversation) deal(seed uint64, plan []Case) error {
	if c.file == nil {
		return nil
	}
	return c.file.deck.deal(seed, plan)
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
	var err error
	if m.measured, err = m.plan(of.Requests, false); err != nil {
		return nil, err
	}
	m.warm, err = m.plan(of.Warmups, true)
	return m, err
}

// A conversationMaker makes one case's sessions.
type conversationMaker struct {
	*conversation
	c              Case
	next           int // tokens of a later turn's text, synthetic
	measured, warm sessionPlan
}

// A sessionPlan is how many sessions make up some number of requests; the last one
// has fewer turns than were drawn for it, so that the sum is exact.
type sessionPlan struct{ sessions, last int }

// plan draws sessions until they have so many requests.
func (m *conversationMaker) plan(requests int, warmup bool) (p sessionPlan, err error) {
	for requests > 0 {
		turns, err := m.draw(number{p.sessions, warmup})
		if err != nil {
			return p, err
		}
		p.last = min(turns, requests)
		requests -= turns
		p.sessions++
	}
	return p, nil
}

func (m *conversationMaker) sessions() (measured, warmups int) {
	return m.measured.sessions, m.warm.sessions
}

// draw is how many turns session n has, were there no other.
func (m *conversationMaker) draw(n number) (int, error) {
	if m.file == nil {
		return drawTurns(promptRand(m.c.Seed, forTurns|n.stream()), m.spec.Turns), nil
	}
	row, err := m.file.deck.row(&m.c, n)
	if err != nil {
		return 0, err
	}
	return m.file.requests(row), nil
}

func drawTurns(rng *rand.Rand, turns [2]int) int { return turns[0] + rng.IntN(turns[1]-turns[0]+1) }

// turns is how many turns session n has. Those after the planned ones take the
// place of others that failed, and have as many as were drawn.
func (m *conversationMaker) turns(n number) (int, error) {
	plan := &m.measured
	if n.warmup {
		plan = &m.warm
	}
	if n.i == plan.sessions-1 {
		return plan.last, nil
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
	row, err := m.file.deck.row(&m.c, n)
	if err != nil {
		return err
	}
	for i, e := range m.file.rows[row][:len(says)] {
		says[i].text = e.prompt
		says[i].maxTokens = cmp.Or(m.c.OutputLen, m.spec.OutputLen, e.answerTokens)
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

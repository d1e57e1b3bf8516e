package dataset

import (
	"math/rand/v2"
	"slices"
	"time"
)

// A userTurn is what the user says in one turn of a conversation.
type userTurn struct {
	text      string
	maxTokens int           // of the answer
	think     time.Duration // between the answer before and this turn
}

// think draws a think time; d is in seconds, nil = none.
func think(d *Distribution, rng *rand.Rand) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(d.Draw(rng) * float64(time.Second))
}

// ask is a chat's first message.
func ask(text string) []Message { return []Message{{Role: "user", Content: text}} }

// A dialogue is a conversation on its way: what was said, and what the user will
// say.
type dialogue struct {
	counter *Counter
	history []Message
	later   []userTurn
}

// next is the request after an answer, with all that was said before it. The
// messages of requests that were handed out stay as they are.
func (d *dialogue) next(answer string) (r Request, think time.Duration, ok bool) {
	if len(d.later) == 0 {
		return Request{}, 0, false
	}
	turn := d.later[0]
	d.later = d.later[1:]
	d.history = append(slices.Clip(d.history),
		Message{Role: "assistant", Content: answer}, Message{Role: "user", Content: turn.text})
	messages := d.history
	return Request{
		Last: len(d.later) == 0, Messages: messages, MaxTokens: turn.maxTokens,
		count: func() int { return d.counter.history(messages) },
	}, turn.think, true
}

// history counts a conversation as sent; 0 = not counted. A counter that would
// have to ask the server does not, since the server is being measured.
func (c *Counter) history(ms []Message) int {
	if _, remote := c.tok.(chatCounter); remote {
		return 0
	}
	n, err := c.Messages(ms)
	if err != nil { // there is no template: the server alone knows
		return 0
	}
	return n
}

package dataset

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// A kind is one type of dataset, its files read.
type kind interface {
	// fit does what needs a tokenizer, once a run: counting rows, say. progress
	// may be nil.
	fit(ctx context.Context, f *Fitter, progress func(done, total int)) error
	// maker makes one case's sessions; its error is a case that cannot be made, and
	// is found before anything is sent.
	maker(c Case) (maker, error)
}

// A maker makes the sessions of one case, each from its number and rng alone. It
// is safe for concurrent use.
type maker interface {
	make(n number, rng *rand.Rand) (draft, error)
	// remake makes one in the place of a session whose prompt another has: rng is
	// another too, and taken tells which prompts there are.
	remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error)
	// length is the longest request of session n, in tokens: its input as sent and
	// the output that is asked for; 0 = not known.
	length(n number) (input, output int, err error)
}

// A sizer is a maker whose measured sessions have several requests: it says how
// many of them make up the case's. A warm-up session is one request.
type sizer interface {
	sessions() int
}

// sessionsOf is how many sessions of m make up c's measured requests.
func sessionsOf(m maker, c *Case) int {
	if s, ok := m.(sizer); ok {
		return s.sessions()
	}
	return c.Requests
}

// A number is a session's place: the measured ones count from 0, and so do the
// warm-ups. Those of a warm-up by time have no end.
type number struct {
	i      int
	warmup bool
}

// A draft is a session before it has its ids: its first request, and what comes
// after each answer.
type draft struct {
	Request
	next     func(answer string) (req Request, think time.Duration, ok bool) // nil = a session of one
	requests int                                                             // of the session; 0 = 1
	later    int                                                             // bytes of all prompts but the first
}

// Streams of random numbers: a session's number, and what it is for.
const (
	warmups    = 1 << 62
	redrawn    = 1 << 63
	forTheCase = 1 << 61 // what all sessions of a case share: prefixes
	forTurns   = 1 << 60 // how many requests a session has
)

func (n number) stream() uint64 {
	if n.warmup {
		return warmups | uint64(n.i)
	}
	return uint64(n.i)
}

func (n number) String() string {
	if n.warmup {
		return fmt.Sprint("w", n.i)
	}
	return fmt.Sprint(n.i)
}

// caseRand is the generator of what all sessions of a case share; which tells
// several such things apart.
func caseRand(seed, which uint64) *rand.Rand { return promptRand(seed, forTheCase|which) }

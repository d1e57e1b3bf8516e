package dataset

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// RandomConfig asks for prompts of random words. All lengths are in tokens.
type RandomConfig struct {
	Vocabulary *Vocabulary
	Chat       bool // prompts are sent as one user message through the chat template

	InputLen  int // of the prompt as sent: special tokens, or the chat template, included
	OutputLen int
	Requests  int // measured requests
	Warmups   int // requests before them
	Seed      uint64
	IDPrefix  string // ids are it and the request's number; a warm-up's has "w" between them
}

// Random is a source of requests whose prompts are random words, of exactly
// InputLen tokens each by the tokenizer, and no two of them the same. A prompt
// depends on the seed, the lengths and its own number alone (but for a redrawn
// duplicate), so neither cores nor the number of warm-ups change the measured
// ones.
type Random struct {
	cfg     RandomConfig
	least   int             // MinInputLen
	prompts []string        // the measured ones, then the warm-ups; nil until Prepare
	taken   map[string]bool // prompts, so that none is drawn twice
}

// NewRandom checks cfg; Prepare makes the prompts.
func NewRandom(cfg RandomConfig) (*Random, error) {
	least, err := MinInputLen(cfg.Vocabulary.tok, cfg.Chat)
	if err != nil {
		return nil, err
	}
	if cfg.InputLen < least {
		around := "special tokens"
		if cfg.Chat {
			around = "chat template"
		}
		return nil, fmt.Errorf("random: input length %d: want at least %d tokens, %d for the %s and 1 for a word", cfg.InputLen, least, least-1, around)
	}
	if cfg.Requests < 0 || cfg.Warmups < 0 {
		return nil, fmt.Errorf("random: %d requests and %d warm-ups: want 0 or more", cfg.Requests, cfg.Warmups)
	}
	return &Random{cfg: cfg, least: least}, nil
}

// Prepare makes all prompts, on all cores, before any clock starts. progress, if
// not nil, is told how many are done, about a hundred times, one call at a time.
// A prompt that cannot be made exact, or unlike all others, is an error.
func (r *Random) Prepare(ctx context.Context, progress func(done, total int)) error {
	prompts := make([]string, r.cfg.Requests+r.cfg.Warmups)
	if err := r.drawAll(ctx, prompts, progress); err != nil {
		return err
	}
	if err := r.distinct(ctx, prompts); err != nil {
		return err
	}
	r.prompts = prompts
	return nil
}

// Endless is the source of a warm-up that ends by time: requests without end,
// each prompt drawn when it is asked for, unlike all others. They begin with
// those of Warmup. It is walked by one goroutine at a time, once.
func (r *Random) Endless() Endless { return Endless{r} }

// Endless draws warm-up requests; see Random.Endless.
type Endless struct{ random *Random }

// Sessions yields requests, each a session of its own, until it is stopped or
// no prompt is left that differs from all before it: that is its error.
func (e Endless) Sessions() iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		r := e.random
		for _, req := range r.Warmup().list {
			if !yield(Single(req), nil) {
				return
			}
		}
		for i := r.cfg.Requests + r.cfg.Warmups; ; i++ {
			p, err := r.drawNew(i)
			if err != nil {
				yield(Session{}, err)
				return
			}
			if !yield(Single(r.request(i, p)), nil) {
				return
			}
		}
	}
}

// drawNew draws the i-th prompt, unlike all before it.
func (r *Random) drawNew(i int) (string, error) {
	if r.prompts == nil {
		return "", errUnprepared
	}
	p, err := r.draw(promptRand(r.cfg.Seed, r.stream(i)))
	if err == nil && r.taken[p] {
		p, err = r.redraw(promptRand(r.cfg.Seed, r.stream(i)|redrawn), r.taken)
	}
	if err != nil {
		return "", fmt.Errorf("random: warm-up prompt %d: %w", i-r.cfg.Requests, err)
	}
	r.taken[p] = true
	return p, nil
}

var errUnprepared = errors.New("random: the prompts are not made yet: call Prepare first")

// drawAll fills prompts. Of several errors it returns the first prompt's.
func (r *Random) drawAll(ctx context.Context, prompts []string, progress func(done, total int)) error {
	var (
		workers sync.WaitGroup
		next    atomic.Int64
		failed  atomic.Bool
		errs    = make([]error, len(prompts))
		step    = max(1, len(prompts)/100)
		mu      sync.Mutex // of done, and of calls to progress
		done    int
	)
	for range min(runtime.GOMAXPROCS(0), len(prompts)) {
		workers.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(prompts) {
					return
				}
				if prompts[i], errs[i] = r.draw(promptRand(r.cfg.Seed, r.stream(i))); errs[i] != nil {
					failed.Store(true)
				}
				mu.Lock()
				done++
				if progress != nil && (done%step == 0 || done == len(prompts)) {
					progress(done, len(prompts))
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("random: prompt %d: %w", i, err)
		}
	}
	return context.Cause(ctx)
}

// distinct draws duplicates anew, in order, until no two prompts are the same.
func (r *Random) distinct(ctx context.Context, prompts []string) error {
	taken := make(map[string]bool, len(prompts))
	for i, p := range prompts {
		if taken[p] {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			var err error
			if p, err = r.redraw(promptRand(r.cfg.Seed, r.stream(i)|redrawn), taken); err != nil {
				return fmt.Errorf("random: prompt %d of %d: %w", i+1, len(prompts), err)
			}
			prompts[i] = p
		}
		taken[p] = true
	}
	r.taken = taken
	return nil
}

// Streams of random numbers: a prompt's number, and what it is for.
const (
	warmups = 1 << 62
	redrawn = 1 << 63
)

func (r *Random) stream(i int) uint64 {
	if i >= r.cfg.Requests {
		return warmups | uint64(i-r.cfg.Requests)
	}
	return uint64(i)
}

// Sessions yields the measured requests in order, each a session of its own.
func (r *Random) Sessions() iter.Seq2[Session, error] {
	return r.requests(0, r.cfg.Requests).Sessions()
}

// Warmup is the source of the warm-up requests: as many as Warmups, with prompts
// unlike each other's and the measured ones'.
func (r *Random) Warmup() Requests {
	return r.requests(r.cfg.Requests, r.cfg.Requests+r.cfg.Warmups)
}

func (r *Random) requests(from, to int) Requests {
	if r.prompts == nil {
		return Requests{err: errUnprepared}
	}
	rs := Requests{list: make([]Request, 0, to-from)}
	for i := from; i < to; i++ {
		rs.list = append(rs.list, r.request(i, r.prompts[i]))
	}
	return rs
}

// request is the i-th one: the measured ones come first, then the warm-ups.
func (r *Random) request(i int, prompt string) Request {
	req := Request{
		ID:           fmt.Sprint(r.cfg.IDPrefix, i),
		Prompt:       prompt,
		InputLen:     r.cfg.InputLen,
		PromptTokens: r.cfg.InputLen, // draw counted it
		MaxTokens:    r.cfg.OutputLen,
	}
	if i >= r.cfg.Requests {
		req.ID = fmt.Sprint(r.cfg.IDPrefix, "w", i-r.cfg.Requests)
		req.Warmup = true
	}
	return req
}

// Requests is a source of single requests, ready in memory.
type Requests struct {
	list []Request
	err  error // instead of a list
}

// Len is the number of requests.
func (rs Requests) Len() int { return len(rs.list) }

// Sessions yields each request in order, as a session of its own.
func (rs Requests) Sessions() iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		if rs.err != nil {
			yield(Session{}, rs.err)
			return
		}
		for _, r := range rs.list {
			if !yield(Single(r), nil) {
				return
			}
		}
	}
}

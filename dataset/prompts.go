package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Case is what one case asks of a dataset. All lengths are in tokens.
type Case struct {
	InputLen  int // of the prompt as sent: special tokens, or the chat template, included; 0 = the dataset's own
	OutputLen int // 0 = the dataset's own
	Requests  int // measured requests
	Warmups   int // requests before them
	Seed      uint64
	IDPrefix  string // ids are it and the request's number; a warm-up's has "w" before that

	Name    string // of the case: a dataset of rows has dealt it some
	Attempt int    // from 1; another takes other rows, if there are any left

	TokenIDs bool // prompts are sent as token ids
	Buffer   int  // bytes of prompts that are made ahead; 0 = DefaultBuffer

	player *player // the dataset of rows that deals it some; nil = none
}

// DefaultBuffer is how many bytes of prompts are made before the clock starts.
// What is more follows as they are sent.
const DefaultBuffer = 256 << 20

// Prompts makes the sessions of one case: the same ones on any number of cores,
// and no two with the same prompt unless the dataset asks for it.
type Prompts struct {
	cfg    Case
	spec   *Spec
	maker  maker
	fitter *Fitter

	sessions int             // that make up the measured requests
	warmups  int             // counted warm-ups: sessions of one request
	ahead    []made          // the first measured ones, made by Prepare
	warm     []made          // the first warm-ups, made by Prepare
	taken    map[uint64]bool // Request.Key of all sessions handed out or made ahead; nil until Prepare
	settling *sync.Mutex     // of taken, which lanes have in common
	measured atomic.Bool     // Sessions has been called
	late     atomic.Int64

	lanes []Lane     // that the case was split into
	lane  *laneOrder // which of a case's sessions are this lane's; nil = all
}

// A made session, and its prompt's key.
type made struct {
	draft draft
	key   uint64
	err   error
}

func newPrompts(s *Source, c Case, m maker) *Prompts {
	p := &Prompts{cfg: c, spec: &s.spec, maker: m, fitter: s.fitter, settling: new(sync.Mutex)}
	p.sessions, p.warmups = sessionsOf(m, &c), c.Warmups
	return p
}

var (
	errUnprepared = errors.New("the prompts are not made yet: call Prepare first")
	errWalked     = errors.New("the prompts have been handed out: they are made once")
)

// Prepare makes prompts on all cores before any clock starts: all of them if they
// fit the buffer, else as many as do. progress, if not nil, is told how many are
// done, about a hundred times, one call at a time. A prompt that cannot be made
// exact, or unlike all others, is an error.
func (p *Prompts) Prepare(ctx context.Context, progress func(done, total int)) error {
	n, warm, err := p.fits()
	if err != nil {
		return err
	}
	numbers := make([]number, 0, n+warm)
	for i := range n {
		numbers = append(numbers, number{i: i})
	}
	for i := range warm {
		numbers = append(numbers, number{i, true})
	}
	all := make([]made, len(numbers))
	err = inParallel(ctx, len(numbers), progress, func(i int) error {
		all[i] = p.make(numbers[i])
		return all[i].err
	})
	if err != nil {
		return err
	}
	p.taken = make(map[uint64]bool, p.sessions+p.warmups)
	for i := range all {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := p.settle(numbers[i], &all[i]); err != nil {
			return err
		}
	}
	p.ahead, p.warm = all[:n:n], all[n:]
	return nil
}

// fits is how many measured prompts and warm-ups are made ahead: all, or what the
// buffer holds, judged by the first few measured ones. The warm-ups, which come
// first, get up to half of it; there is room for one of each at least.
func (p *Prompts) fits() (measured, warm int, err error) {
	measured, warm = p.sessions, p.warmups
	buffer := cmp.Or(p.cfg.Buffer, DefaultBuffer)
	size, sample := 0, 0
	for ; sample < min(measured, 2*runtime.GOMAXPROCS(0)) && size <= buffer; sample++ {
		m := p.make(number{i: sample})
		if m.err != nil {
			return 0, 0, m.err
		}
		size += m.draft.size()
	}
	room := buffer / max(1, size/max(1, sample))
	if measured+warm <= room {
		return measured, warm, nil
	}
	warm = min(warm, max(1, room/2))
	return min(measured, max(1, room-warm)), warm, nil
}

// make makes session n, whether or not another has its prompt.
func (p *Prompts) make(n number) made {
	d, err := p.maker.make(n, promptRand(p.cfg.Seed, n.stream()))
	return p.finish(n, d, err)
}

// finish gives a draft its ids and its prompt's key.
func (p *Prompts) finish(n number, d draft, err error) made {
	if err != nil {
		return made{err: fmt.Errorf("%w (prompt %s)", err, n)}
	}
	m := made{draft: d, key: d.Key()}
	if p.cfg.TokenIDs && d.PromptIDs == nil {
		ids, err := p.fitter.tok.AppendIDs(nil, d.Prompt, true)
		if err != nil {
			return made{err: fmt.Errorf("tokenizer %s: %w", p.fitter.tok.ID(), err)}
		}
		m.draft.PromptIDs, m.draft.Prompt = ids, ""
		m.draft.PromptTokens = len(ids)
	}
	return m
}

// settle takes session n's prompt, and makes it anew if another has it.
func (p *Prompts) settle(n number, m *made) error {
	if m.err != nil {
		return m.err
	}
	p.settling.Lock()
	defer p.settling.Unlock()
	if p.taken[m.key] && !p.repeats(n) {
		taken := func(r Request) bool { return p.taken[r.Key()] }
		d, err := p.maker.remake(n, promptRand(p.cfg.Seed, n.stream()|redrawn), taken)
		if *m = p.finish(n, d, err); m.err != nil {
			return m.err
		}
	}
	p.taken[m.key] = true
	return nil
}

// repeats reports whether session n may have a prompt that another has.
func (p *Prompts) repeats(n number) bool {
	if m, ok := p.maker.(*mixMaker); ok {
		return m.repeats(n)
	}
	return p.spec.Repeats()
}

// number is the i-th session's: in a lane, its number in the whole case.
func (p *Prompts) number(i int, warmup bool) number {
	if p.lane != nil {
		return p.lane.number(i, warmup)
	}
	return number{i, warmup}
}

// Late is how many prompts were not made when the load asked for them: each may
// have been sent late.
func (p *Prompts) Late() int {
	late := int(p.late.Load())
	for _, l := range p.lanes {
		late += l.Prompts.Late()
	}
	return late
}

// Sessions yields the measured sessions in order, once. Where sessions have
// several requests, those that make up the case's are followed by others, made
// when they are asked for: one session may fail, and there is never less than one
// for each request.
func (p *Prompts) Sessions() iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		switch {
		case p.taken == nil:
			yield(Session{}, errUnprepared)
			return
		case p.measured.Swap(true):
			yield(Session{}, errWalked)
			return
		}
		rest := p.follow(len(p.ahead), p.sessions, false)
		defer rest.stop()
		for i := range p.cfg.Requests {
			n := p.number(i, false)
			var m made
			switch {
			case i < len(p.ahead):
				m, p.ahead[i] = p.ahead[i], made{}
			case i < p.sessions:
				var late bool
				if m, late = rest.take(); late {
					p.late.Add(1)
				}
			default: // in the place of one that failed before its last request
				m = p.make(n)
			}
			if i >= len(p.ahead) {
				if err := p.settle(n, &m); err != nil {
					yield(Session{}, err)
					return
				}
			}
			if i < p.sessions {
				rest.free()
			}
			if !yield(p.session(n, m.draft), nil) {
				return
			}
		}
	}
}

// session gives a draft's requests their names.
func (p *Prompts) session(n number, d draft) Session {
	id := p.cfg.IDPrefix + n.String()
	first := d.Request
	first.ID, first.Warmup = id, n.warmup
	if d.next == nil {
		return Single(first)
	}
	first.Session = id
	turn := 0
	return Session{Requests: d.requests, Next: func(answer string) (Request, time.Duration, bool) {
		turn++
		if turn == 1 {
			return first, 0, true
		}
		req, think, ok := d.next(answer)
		req.ID, req.Session, req.Warmup = fmt.Sprintf("%s.%d", id, turn), id, n.warmup
		req.Scenario = first.Scenario
		return req, think, ok
	}}
}

// size is about how many bytes the draft takes in memory.
func (d *draft) size() int {
	n := len(d.Prompt) + 4*len(d.PromptIDs) + d.later + 256
	for _, m := range d.Messages {
		n += len(m.Content)
	}
	for _, u := range d.Images {
		n += len(u)
	}
	return n
}

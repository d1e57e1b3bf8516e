package dataset

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// trace replays a recording of requests: each as long as it was, its answer too,
// at the time it came. The texts are random words; where the recording tells which
// blocks of which prompts were alike, so are those of the replay.
type trace struct {
	spec   Spec
	rows   []traceRow
	ids    []int64  // hash ids, of all rows
	seen   []string // what reading the file noted
	fitted []string // what fitting noted
	fitter *Fitter
	front  int // tokens before a prompt's own
}

// A traceRow is one recorded request.
type traceRow struct {
	at            time.Duration // since whatever the recording counts from
	input, output int32         // tokens
	ids, blocks   int32         // its hash ids: where they begin in trace.ids, and how many
}

// Replay says what is taken from a trace.
const (
	ReplayTimes   = "times" // arrivals too
	ReplayLengths = "lengths"
)

func openTrace(spec Spec) (kind, string, error) {
	t, content, err := readTrace(spec)
	return t, content, err
}

func (t *trace) fit(_ context.Context, f *Fitter, _ func(done, total int)) (err error) {
	t.fitter, t.fitted = f, nil
	if t.front, err = f.front(); err != nil {
		return err
	}
	short := 0
	for i := range t.rows {
		if int(t.rows[i].input) < f.Least() {
			short++
		}
	}
	if short > 0 {
		t.fitted = t.note(t.fitted, "%d of %d rows have inputs of fewer than %d tokens: raised to that, the least a prompt can have", short, len(t.rows), f.Least())
	}
	return nil
}

// note adds what the user should know of the file.
func (t *trace) note(notes []string, format string, args ...any) []string {
	return append(notes, t.spec.Path+": "+fmt.Sprintf(format, args...))
}

func (t *trace) noted() []string { return slices.Concat(t.seen, t.fitted) }

func (t *trace) maker(c Case) (maker, error) {
	if n := len(t.rows); c.Requests > n && !t.spec.AllowRepeat {
		return nil, fmt.Errorf("%s: case %s needs %d requests, and the trace has %d: ask for fewer prompts, or set dataset.allow_repeat: true to start it over",
			t.spec.Path, c.Name, c.Requests, n)
	}
	return &traceMaker{t, c}, nil
}

type traceMaker struct {
	*trace
	c Case
}

// make makes a measured request from its row, and a warm-up of the lengths of any.
func (m *traceMaker) make(n number, rng *rand.Rand) (draft, error) {
	row := m.rowOf(n, rng)
	if n.warmup {
		prompt, err := m.fitter.Random(rng, m.inputLen(row))
		return m.request(row, prompt, err)
	}
	prompt, err := m.fitter.blocks(rng, m.inputLen(row), m.heads(n))
	return m.request(row, prompt, err)
}

// remake makes another prompt for a request that would be as one before it: of a
// row whose blocks are all another's, the last words differ.
func (m *traceMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	isTaken := func(p string) bool { return taken(Request{Prompt: p}) }
	row := m.rowOf(n, rng)
	if n.warmup {
		prompt, err := m.fitter.another(rng, m.inputLen(row), isTaken)
		return m.request(row, prompt, err)
	}
	prompt, err := m.fitter.otherEnd(rng, m.inputLen(row), m.heads(n), isTaken)
	return m.request(row, prompt, err)
}

func (m *traceMaker) request(row *traceRow, prompt string, err error) (draft, error) {
	if err != nil {
		return draft{}, fmt.Errorf("trace: %w", err)
	}
	n := m.inputLen(row)
	return draft{Request: Request{Prompt: prompt, InputLen: n, PromptTokens: n, MaxTokens: row.outputLen()}}, nil
}

// rowOf is the row of session n; a warm-up's is any, drawn first of its rng.
func (m *traceMaker) rowOf(n number, rng *rand.Rand) *traceRow {
	if n.warmup {
		return &m.rows[rng.IntN(len(m.rows))]
	}
	return m.row(n)
}

func (m *traceMaker) length(n number) (input, output int, err error) {
	row := m.rowOf(n, promptRand(m.c.Seed, n.stream()))
	return m.inputLen(row), row.outputLen(), nil
}

func (r *traceRow) outputLen() int { return max(1, int(r.output)) }

func (m *traceMaker) row(n number) *traceRow { return &m.rows[n.i%len(m.rows)] }

func (m *traceMaker) inputLen(row *traceRow) int { return max(int(row.input), m.fitter.Least()) }

// times are when the case's requests are due, from its first one: as recorded, so
// many times faster. A trace that is sent again begins anew a mean gap after its
// last row.
func (m *traceMaker) times() []time.Duration {
	if m.spec.Replay == ReplayLengths {
		return nil
	}
	first, last := m.rows[0].at, m.rows[len(m.rows)-1].at
	length := last - first + (last-first)/time.Duration(max(1, len(m.rows)-1))
	speed := cmp.Or(m.spec.Speed, 1)
	times := make([]time.Duration, m.c.Requests)
	for i := range times {
		again := time.Duration(i / len(m.rows))
		at := again*length + m.rows[i%len(m.rows)].at - first
		times[i] = time.Duration(float64(at) / speed)
	}
	return times
}

// Times are when the measured requests are due, from the first one on, if the
// dataset knows: a trace's. nil = it does not. They are never decreasing.
func (p *Prompts) Times() []time.Duration {
	if m, ok := p.maker.(*traceMaker); ok {
		return m.times()
	}
	return nil
}

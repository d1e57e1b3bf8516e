package dataset

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A warm-up session of a conversation is its first turn alone, counted or endless,
// in a mix or not: so many warm-ups are as many sessions, and none thinks.
func TestConversationWarmups(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	long := &Distribution{Kind: "constant", Mean: 60}
	synthetic := Spec{Type: TypeConversation, Turns: [2]int{3, 5}, Think: long}
	file := Spec{Type: TypeConversation, Path: "testdata/conversations.json", Turns: [2]int{2, 2}, Think: long, AllowRepeat: true}
	mixed := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "a", Weight: 1, InputLen: 9, OutputLen: 2, Dataset: synthetic}, {Name: "b", Weight: 1, Dataset: file},
	}}
	for _, tt := range []struct {
		spec  Spec
		input int
	}{{synthetic, 9}, {file, 0}, {mixed, 0}} {
		p := ready(t, tt.spec, f, Case{Name: "c", InputLen: tt.input, OutputLen: 2, Requests: 12, Warmups: 7, Seed: 3})
		turns, counted := func(src Warmup, n int) (turns int) {
			for _, one := range talks(t, src, n, polite) {
				turns += len(one.requests)
				if one.requests[0].Session != "" || !one.requests[0].Warmup || slices.Max(one.thinks) > 0 {
					t.Errorf("%s: %+v, thinks %v: want a session of one request", tt.spec.Type, one.requests[0], one.thinks)
				}
			}
			return turns
		}, 0
		if counted = turns(p.Warmup(), -1); counted != 7 || p.Warmup().Len() != 7 {
			t.Errorf("%s: %d warm-up requests, %d announced; want 7", tt.spec.Type, counted, p.Warmup().Len())
		}
		if tt.spec.Type == TypeConversation && tt.input > 0 {
			if n := turns(p.Endless(), 20); n != 20 {
				t.Errorf("20 sessions of an endless warm-up have %d requests", n)
			}
		}
		thinks := time.Duration(0)
		for _, one := range talks(t, p, p.sessions, polite) {
			thinks += slices.Max(one.thinks)
		}
		if thinks == 0 {
			t.Errorf("%s: no measured session has a second turn after a think time", tt.spec.Type)
		}
	}
}

// A fatMaker makes prompts of a size in memory, and knows how many were made.
type fatMaker struct {
	maker
	size int // bytes

	mu      sync.Mutex
	numbers []number
}

func (m *fatMaker) make(n number, rng *rand.Rand) (draft, error) {
	m.mu.Lock()
	m.numbers = append(m.numbers, n)
	m.mu.Unlock()
	d, err := m.maker.make(n, rng)
	d.Images = []string{strings.Repeat("x", m.size)}
	return d, err
}

// Prompts of about 1 MiB each: what is made ahead is within the buffer, warm-ups
// with it, which have half of it at most; one of each at the least. All come, in
// order.
func TestBufferOfLargePrompts(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	const size = 1 << 20
	for _, tt := range []struct {
		buffer, requests, warmups int
		ahead, warm               int
	}{
		{100 << 20, 30, 10, 30, 10}, // all
		{20 << 20, 30, 6, 13, 6},    // room for 19, with what else a prompt takes
		{20 << 20, 30, 40, 10, 9},
		{20 << 20, 5, 40, 5, 9},
		{1 << 20, 30, 10, 1, 1},
		{1, 30, 0, 1, 0},
	} {
		c := Case{InputLen: 20, Requests: tt.requests, Warmups: tt.warmups, Buffer: tt.buffer}
		m, err := (&random{fitter: f}).maker(c)
		if err != nil {
			t.Fatal(err)
		}
		fat := &fatMaker{maker: m, size: size}
		p := newPrompts(&Source{spec: Spec{Type: TypeRandom}, fitter: f}, c, fat)
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(p.ahead) != tt.ahead || len(p.warm) != tt.warm {
			t.Errorf("buffer %d: %d and %d made ahead of %d and %d warm-ups; want %d, %d",
				tt.buffer, len(p.ahead), len(p.warm), tt.requests, tt.warmups, tt.ahead, tt.warm)
		}
		if most := tt.ahead + tt.warm + min(tt.requests, 64); len(fat.numbers) > most {
			t.Errorf("%d prompts were made before the first was asked for", len(fat.numbers))
		}
		warm, measured := walkAll(t, p.Warmup()), walkAll(t, p)
		if len(warm) != tt.warmups || len(measured) != tt.requests || p.Warmup().Len() != tt.warmups {
			t.Errorf("buffer %d: %d requests, %d warm-ups", tt.buffer, len(measured), len(warm))
		}
		c.Buffer = 0
		all, allWarm := walkPrepared(t, Spec{Type: TypeRandom}, f, c)
		if !slices.Equal(prompts(warm), prompts(allWarm)) || !slices.Equal(prompts(measured), prompts(all)) {
			t.Errorf("buffer %d: other prompts than with room for all", tt.buffer)
		}
	}
}

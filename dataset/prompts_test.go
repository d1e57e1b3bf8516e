package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A buffer too small for all prompts gives the same ones, in order, and never
// holds more than it may.
func TestBufferChangesNoPrompt(t *testing.T) {
	f := fitter(t, fake{letters: 26, merge: 3}, false)
	c := Case{InputLen: 20, OutputLen: 3, Requests: 1000, Warmups: 5, Seed: 8, IDPrefix: "c-"}
	walk := func(buffer int) (all []Request, p *Prompts) {
		c.Buffer = buffer
		p = ready(t, Spec{Type: TypeRandom}, f, c)
		made := len(p.ahead)
		if buffer > 0 && made > 100 || buffer == 0 && made != c.Requests {
			t.Errorf("buffer %d: %d prompts were made ahead", buffer, made)
		}
		return walkAll(t, p), p
	}
	whole, _ := walk(0)
	part, p := walk(10_000)
	if !slices.Equal(prompts(whole), prompts(part)) {
		t.Error("a smaller buffer gave other prompts")
	}
	if last := part[len(part)-1]; last.ID != "c-999" || len(part) != 1000 {
		t.Errorf("%d prompts, the last %s; want 1000, c-999", len(part), last.ID)
	}
	if len(p.taken) != 1005 {
		t.Errorf("%d keys, want 1005", len(p.taken))
	}
	for _, err := range p.Sessions() {
		if err == nil || !strings.Contains(err.Error(), "handed out") {
			t.Errorf("a second walk: %v", err)
		}
	}
}

// A maker that takes its time is waited for, and that is counted.
type slowMaker struct{ maker }

func (m *slowMaker) make(n number, rng *rand.Rand) (draft, error) {
	if n.i >= 64 {
		time.Sleep(time.Millisecond)
	}
	return m.maker.make(n, rng)
}

func TestLatePromptsAreCounted(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	c := Case{InputLen: 20, Requests: 100, Buffer: 1}
	m, err := (&random{fitter: f}).maker(c)
	if err != nil {
		t.Fatal(err)
	}
	p := newPrompts(&Source{spec: Spec{Type: TypeRandom}, fitter: f}, c, &slowMaker{m})
	if err := p.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range p.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 100 || p.Late() == 0 || p.Late() > 99 {
		t.Errorf("%d sessions, %d of them late; want 100, and some of those after the first, which alone was made ahead", n, p.Late())
	}
}

// A walk that is broken off leaves no goroutine that waits.
func TestBrokenOffWalk(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	p := ready(t, Spec{Type: TypeRandom}, f, Case{InputLen: 20, Requests: 1000, Buffer: 1})
	n := 0
	for range p.Sessions() { // returns only when all that it started has ended
		if n++; n == 70 {
			break
		}
	}
	if n != 70 {
		t.Errorf("%d sessions, want 70", n)
	}
}

// As token ids, a prompt is the ids of the text it would have been.
func TestTokenIDs(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	c := Case{InputLen: 6, Requests: 3, Seed: 5}
	var texts []string
	for _, ids := range []bool{false, true} {
		c.TokenIDs = ids
		p := ready(t, Spec{Type: TypeRandom}, f, c)
		for i, r := range walkAll(t, p) {
			if !ids {
				texts = append(texts, r.Prompt)
				continue
			}
			if want, _ := f.tok.AppendIDs(nil, texts[i], true); r.Prompt != "" || !slices.Equal(r.PromptIDs, want) || len(want) != 6 {
				t.Errorf("ids %v, prompt %q; want %v alone", r.PromptIDs, r.Prompt, want)
			}
		}
	}
}

// Texts cut to a length keep their beginning, and are exact.
func TestCutAndExtend(t *testing.T) {
	for _, m := range models(t) {
		for _, chat := range []bool{false, true} {
			if chat && !m.chat {
				continue
			}
			f := fitter(t, m.tok, chat)
			text := strings.Repeat("Привет, мир! 你好，世界 👍🏽 naïve café\r\n\t\tfor (i = 0; i < 10; i++) { print(\"x\"); } ", 20)
			for n := f.Least(); n < 150; n++ {
				rng := promptRand(1, uint64(n))
				p, err := f.Cut(rng, text, n)
				if err != nil {
					t.Fatalf("%s, chat %v, %d: %v", m.name, chat, n, err)
				}
				if got := sentTokens(t, m.tok, p, chat); got != n {
					t.Errorf("%s, chat %v: cut to %d tokens, want %d: %q", m.name, chat, got, n, p)
				}
				if kept := len(commonStart(p, text)); n > 60 && kept < len(p)/2 {
					t.Errorf("%s: of %d bytes only %d are the text's: %q", m.name, len(p), kept, p)
				}
				long, err := f.Extend(rng, p, n+17)
				if err != nil {
					t.Fatalf("%s, chat %v, %d: %v", m.name, chat, n, err)
				}
				if got := sentTokens(t, m.tok, long, chat); got != n+17 || !strings.HasPrefix(long, p) {
					t.Errorf("%s, chat %v: extended to %d tokens, want %d: %q", m.name, chat, got, n+17, long)
				}
			}
			if _, err := f.Cut(promptRand(1, 1), "short", 50); err == nil {
				t.Error("a text of one token was cut to 50")
			}
		}
	}
}

// A server that adds a token to each prompt is followed; one that counts by
// another tokenizer is not.
func TestMeasure(t *testing.T) {
	tok := fake{letters: 26, plain: true}
	for _, tt := range []struct {
		name         string
		chat         bool
		server       func(plain int) int // from the count without special tokens
		around       int
		method, want string
	}{
		{"as counted", false, func(n int) int { return n + 1 }, 1, BySpecial, ""},
		{"no BOS", false, func(n int) int { return n }, 0, ByServer, ""},
		{"a template of 7", true, func(n int) int { return n + 7 }, 7, ByServer, ""},
		{"another tokenizer", false, func(n int) int { return 2*n + 1 }, 1, BySpecial, "is it the model's own?"},
	} {
		c, err := NewCounter(tok, tt.chat)
		if (err != nil) != tt.chat {
			t.Errorf("%s: NewCounter: %v", tt.name, err)
		}
		err = c.Measure(func(prompt string) (int, error) {
			n, err := tok.Count(prompt, false)
			return tt.server(n), err
		})
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
		if c.Around() != tt.around || c.Method() != tt.method {
			t.Errorf("%s: %d around by %s, want %d by %s", tt.name, c.Around(), c.Method(), tt.around, tt.method)
		}
		if tt.want != "" {
			continue
		}
		for _, p := range []string{"a", "ab cd ef"} {
			plain, _ := tok.Count(p, false)
			if got, err := c.Count(p); err != nil || got != tt.server(plain) {
				t.Errorf("%s: %q counts %d, %v; want %d", tt.name, p, got, err, tt.server(plain))
			}
		}
	}
	c, _ := NewCounter(tok, false)
	if err := c.Measure(func(string) (int, error) { return 0, fmt.Errorf("no answer") }); err == nil || c.Around() != 1 {
		t.Errorf("a server that gives no answer: %v, %d around", err, c.Around())
	}
}

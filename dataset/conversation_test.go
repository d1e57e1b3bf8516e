package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A talk is one session, walked to its end: its requests, and the thinking before
// each.
type talk struct {
	requests []Request
	thinks   []time.Duration
}

// talks walks the first n sessions of src, the server answering with answer.
func talks(t testing.TB, src sessions, n int, answer func(r Request) string) (all []talk) {
	t.Helper()
	for s, err := range src.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		var one talk
		for said := ""; ; {
			r, think, ok := s.Next(said)
			if !ok {
				break
			}
			one.requests = append(one.requests, r.Counted())
			one.thinks = append(one.thinks, think)
			said = answer(r)
		}
		if want := max(1, s.Requests); len(one.requests) != want {
			t.Errorf("session %s has %d requests, and says %d", one.requests[0].ID, len(one.requests), want)
		}
		if all = append(all, one); len(all) == n {
			break
		}
	}
	return all
}

func conversationCase(t testing.TB, spec Spec, f *Fitter, c Case) *Prompts {
	t.Helper()
	spec.Type = TypeConversation
	return ready(t, spec, f, c)
}

// By the fake tokenizer a word is a token and two go around all messages together.
func TestSyntheticConversation(t *testing.T) {
	f := fitter(t, fake{letters: 26, merge: 5}, true)
	c := Case{InputLen: 12, OutputLen: 7, Requests: 40, Warmups: 5, Seed: 3, IDPrefix: "c-"}
	p := conversationCase(t, Spec{Turns: [2]int{2, 5}, NextLen: 4, Think: &Distribution{Kind: "uniform", Min: 1, Max: 2}}, f, c)
	checkConversations(t, f, talks(t, p, p.sessions, polite), 40, []int{2, 3, 4, 5})
	checkConversations(t, f, talks(t, p.Warmup(), -1, polite), 5, nil)
}

func polite(r Request) string { return "ok " + strings.Repeat("yes ", len(r.Messages)) + "so" }

// checkConversations checks sessions of TestSyntheticConversation that are to have
// so many requests in all, each but the last a number of turns that is allowed.
func checkConversations(t *testing.T, f *Fitter, all []talk, requests int, turns []int) {
	t.Helper()
	n := 0
	for i, one := range all {
		n += len(one.requests)
		if last := i == len(all)-1; turns != nil && !last && !slices.Contains(turns, len(one.requests)) {
			t.Errorf("session %d has %d turns, want one of %v", i, len(one.requests), turns)
		}
		var history []Message
		for k, r := range one.requests {
			said := r.Messages[len(r.Messages)-1]
			history = append(history, said)
			if !slices.Equal(r.Messages, history) {
				t.Errorf("request %s: messages %v, want %v", r.ID, r.Messages, history)
			}
			history = append(history, Message{Role: "assistant", Content: polite(r)})
			input, text, think := 0, 4, one.thinks[k] >= time.Second && one.thinks[k] <= 2*time.Second
			if k == 0 {
				input, text, think = 12, 10, one.thinks[k] == 0
			}
			tokens, _ := f.tok.Count(said.Content, false)
			sent, _ := f.Messages(r.Messages)
			if tokens != text || r.InputLen != input || r.PromptTokens != sent || r.MaxTokens != 7 || !think || said.Role != "user" {
				t.Errorf("request %s: %d tokens of text, input %d, %d in all, think %v; want %d, %d, %d: %+v", r.ID, tokens, r.InputLen, r.PromptTokens, one.thinks[k], text, input, sent, r)
			}
			if last := k == len(one.requests)-1; len(one.requests) > 1 && (r.Last != last || r.Session != one.requests[0].ID) {
				t.Errorf("request %s: last %v, session %q", r.ID, r.Last, r.Session)
			}
		}
	}
	if n != requests {
		t.Errorf("%d requests in all, want %d", n, requests)
	}
}

// By real tokenizers first messages are exact as sent, and later ones as texts.
func TestConversationExact(t *testing.T) {
	for _, m := range models(t) {
		if !m.chat {
			continue
		}
		f := fitter(t, m.tok, true)
		for _, n := range []int{f.Least(), f.Least() + 1, 64, 100, 1025} {
			p := conversationCase(t, Spec{Turns: [2]int{2, 3}}, f, Case{InputLen: n, Requests: 6, Seed: uint64(n)})
			for _, one := range talks(t, p, p.sessions, polite) {
				for k, r := range one.requests {
					said := r.Messages[len(r.Messages)-1].Content
					text, _ := f.tok.Count(said, false)
					if sent := sentTokens(t, m.tok, said, true); text != n-f.Around() || k == 0 && sent != n {
						t.Errorf("%s: turn %d has %d tokens of text, %d alone as sent; want %d, %d", m.name, k, text, sent, n-f.Around(), n)
					}
				}
			}
		}
	}
}

// After the sessions that make up the case there are others, for those that fail:
// one for each request in all. None begins as another does.
func TestSpareSessions(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	p := conversationCase(t, Spec{Turns: [2]int{3, 3}}, f, Case{InputLen: 6, Requests: 10, Seed: 3})
	if p.sessions != 4 || len(p.ahead) != 4 {
		t.Errorf("%d sessions make up the case, %d were made ahead; want 4: 3 + 3 + 3 + 1", p.sessions, len(p.ahead))
	}
	var turns []int
	firsts := map[string]bool{}
	for _, one := range talks(t, p, -1, polite) {
		turns = append(turns, len(one.requests))
		firsts[one.requests[0].Messages[0].Content] = true
	}
	if want := []int{3, 3, 3, 1, 3, 3, 3, 3, 3, 3}; !slices.Equal(turns, want) || len(firsts) != 10 {
		t.Errorf("turns %v, %d first messages; want %v, 10", turns, len(firsts), want)
	}
}

// What the user says and how long they think depends on the seed alone: not on the
// answers, nor on how many cores made it.
func TestAnswersChangeNoTurn(t *testing.T) {
	f := fitter(t, fake{letters: 26, merge: 3}, true)
	said := func(seed uint64, answer string) (all []string) {
		p := conversationCase(t, Spec{Turns: [2]int{1, 6}, Think: &Distribution{Kind: "lognormal", Median: 2, Sigma: 1}}, f,
			Case{InputLen: 30, Requests: 100, Warmups: 10, Seed: seed})
		for _, src := range []sessions{p, p.Warmup()} {
			for _, one := range talks(t, src, -1, func(Request) string { return answer }) {
				for k, r := range one.requests {
					all = append(all, fmt.Sprint(r.ID, one.thinks[k], r.Messages[len(r.Messages)-1].Content))
				}
			}
		}
		return all
	}
	first := said(1, "yes")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !slices.Equal(first, said(1, "a b c")) {
		t.Error("other answers on another number of cores changed what the user says")
	}
	if slices.Equal(first, said(2, "yes")) {
		t.Error("two seeds gave the same sessions")
	}
}

func TestConversationFaults(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	for _, tt := range []struct {
		spec Spec
		f    *Fitter
		c    Case
		want string
	}{
		{Spec{Turns: [2]int{2, 8}}, fitter(t, fake{letters: 26}, false), Case{InputLen: 9}, "conversation: want backend openai-chat"},
		{Spec{Turns: [2]int{2, 8}}, f, Case{InputLen: 2}, "conversation: input length 2: want at least 3 tokens, 2 for the chat template and 1 for a word"},
		{Spec{Turns: [2]int{3, 2}}, f, Case{InputLen: 9}, "dataset.turns: 3 to 2, want at least 1, and no less at most than at least"},
		{Spec{Turns: [2]int{1, 2}, Path: "testdata/nowhere.json"}, f, Case{}, "dataset.path: open testdata/nowhere.json: no such file or directory"},
	} {
		tt.spec.Type = TypeConversation
		if _, err := newCase(tt.spec, tt.f, tt.c); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: error %v, want %s", tt.spec, err, tt.want)
		}
	}
}

// The same sessions for ever; see testGolden.
func TestConversationGolden(t *testing.T) {
	f := fitter(t, models(t)[0].tok, true)
	p := conversationCase(t, Spec{Turns: [2]int{2, 8}, NextLen: 20, Think: &Distribution{Kind: "lognormal", Median: 2, Sigma: 0.5}}, f,
		Case{InputLen: 100, OutputLen: 10, Requests: 100, Warmups: 10, Seed: CaseSeed(0, "bench_io100x10_mc10_np100", 1)})
	h := sha256.New()
	for _, src := range []sessions{p, p.Warmup()} {
		for _, one := range talks(t, src, -1, polite) {
			for k, r := range one.requests {
				fmt.Fprintln(h, one.thinks[k].Milliseconds(), r.Messages[len(r.Messages)-1].Content)
			}
		}
	}
	const want = "c7fcc60a0f4b3d4c9a5a7a5fdb61b536baefdbb1b4e7c0f5b21b418125e36a37"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the sessions' hash is %s, want %s", got, want)
	}
}

// A conversation whose template the server alone knows is counted once, by what
// was measured; its later turns are not.
func TestConversationWithoutTemplate(t *testing.T) {
	tok := fake{letters: 26, plain: true}
	c, _ := NewCounter(tok, true)
	if err := c.Measure(func(p string) (int, error) { n, err := tok.Count(p, false); return n + 9, err }); err != nil {
		t.Fatal(err)
	}
	p := conversationCase(t, Spec{Turns: [2]int{2, 2}}, NewFitter(vocabulary(t, tok), c), Case{InputLen: 20, Requests: 2})
	all := talks(t, p, 1, polite)[0].requests
	if all[0].PromptTokens != 20 || all[1].PromptTokens != 0 {
		t.Errorf("%d and %d tokens, want 20 and not counted", all[0].PromptTokens, all[1].PromptTokens)
	}
}

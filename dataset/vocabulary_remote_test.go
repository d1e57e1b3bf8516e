package dataset

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"llmsweep/tokenizer"
)

// remote is a tokenizer as a server has it: its vocabulary cannot be read, and
// each question is counted.
type remote struct {
	tokenizer.Tokenizer
	asked *atomic.Int64
	fails bool
}

func (remote) VocabSize() int               { return 0 }
func (remote) Special(uint32) bool          { return false }
func (remote) Decode([]uint32, bool) string { return "" }
func (r remote) Count(text string, special bool) (int, error) {
	if r.asked.Add(1); r.fails {
		return 0, errors.New("status 503")
	}
	return r.Tokenizer.Count(text, special)
}

// Enough words are found in few questions, all of them one token, and prompts of
// them are exact.
func TestRemoteVocabulary(t *testing.T) {
	for _, m := range models(t) {
		r := remote{Tokenizer: m.tok, asked: &atomic.Int64{}}
		v := vocabulary(t, r)
		asked := r.asked.Load()
		t.Logf("%s: %d words by %d questions", m.name, v.Size(), asked)
		if v.Size() < enough || asked > questions+10 {
			t.Errorf("%s: %d words by %d questions, want %d by %d", m.name, v.Size(), asked, enough, questions)
		}
		for _, word := range v.words {
			if n, err := m.tok.Count("a "+word, false); err != nil || n != 2 {
				t.Errorf("%s: %q after a word has %d tokens, %v; want 1", m.name, word, n-1, err)
			}
		}
		for _, n := range []int{10, 300} {
			measured, _ := walkPrepared(t, Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: n, Requests: 20})
			for _, req := range measured {
				if got := sentTokens(t, m.tok, req.Prompt, false); got != n {
					t.Errorf("%s: %d tokens, want %d", m.name, got, n)
				}
			}
			sonnets, _ := walkPrepared(t, Spec{Type: TypeSonnet, PrefixLen: 5}, fitter(t, r, false), Case{InputLen: n, Requests: 5})
			for _, req := range sonnets {
				if got := sentTokens(t, m.tok, req.Prompt, false); got != n {
					t.Errorf("%s: a sonnet of %d tokens, want %d", m.name, got, n)
				}
				if lines := 1 + strings.Count(req.Prompt, "\n"); n == 300 && lines < 20 { // of about 12 tokens
					t.Errorf("%s: %d lines of poetry: %q", m.name, lines, req.Prompt)
				}
			}
		}
	}
}

// The fake's tokens are words of one letter or two, so no group of English words
// is all tokens; the questions end all the same, and the small words are found.
func TestRemoteVocabularyOfFewWords(t *testing.T) {
	r := remote{Tokenizer: fake{letters: 26}, asked: &atomic.Int64{}}
	v := &Vocabulary{tok: r}
	if err := v.askFor([]string{"he", "of", "the", "in", "it", "my", "be", "to", "love", "is", "as", "at", "on", "me", "or", "by", "thou", "so"}); err != nil {
		t.Fatal(err)
	}
	// Halves of 9, then 4 and 5; then of 5, 2 and 3. Of 4 or fewer with a long word
	// none is kept: he of the in | it my be to love | is as at on | me or (by thou so).
	if want := []string{"it", "my", "is", "as", "at", "on", "me", "or"}; !slices.Equal(v.words, want) || !slices.Equal(v.first, want) {
		t.Errorf("words %v, want %v", v.words, want)
	}
	if got := r.asked.Load(); got != 7 { // "a", the group, its half, a half of each half, and of the two groups of 5
		t.Errorf("%d questions, want 7", got)
	}
}

func TestRemoteVocabularyFaults(t *testing.T) {
	r := remote{Tokenizer: fake{letters: 26}, asked: &atomic.Int64{}, fails: true}
	if _, err := NewVocabulary(r); err == nil || err.Error() != "tokenizer fake: status 503" {
		t.Errorf("a server that fails: %v", err)
	}
	r = remote{Tokenizer: fake{letters: 1}, asked: &atomic.Int64{}}
	if _, err := NewVocabulary(r); err == nil || !strings.Contains(err.Error(), "has no tokens that are words") || r.asked.Load() > questions+10 {
		t.Errorf("a server without words: %v after %d questions", err, r.asked.Load())
	}
}

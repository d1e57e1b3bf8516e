package tokenizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// Words as the Rust library's pre-tokenizers cut them.
func TestSplitters(t *testing.T) {
	c := classes()
	for _, tt := range []struct {
		name string
		s    splitter
		text string
		want string // pieces, joined by ¦
	}{
		{"gpt2", isolated{gpt2{c}}, "I'm 12  a!?\n\nb'S", "I¦'m¦ 12¦ ¦ a¦!?¦\n¦\n¦b¦'¦S"},
		{"llama-3", isolated{words{c, cLetter, 3}}, "I'M 12345  a!?\n\n b'ſx", "I¦'M¦ ¦123¦45¦ ¦ a¦!?\n\n¦ b¦'ſ¦x"},
		{"qwen2", isolated{words{c, cLetter, 1}}, "x12 \t\n y\t", "x¦1¦2¦ \t\n¦ y¦\t"},
		{"o200k", isolated{cased{c, true, 3}}, "helloWorld'S ABCdef /a/\n", "hello¦World'S¦ ABCdef¦ /¦a¦/\n"},
		{"tekken", isolated{cased{c, false, 1}}, "it's 42", "it¦'s¦ ¦4¦2"},
		{"a mark before capitals", isolated{cased{c, true, 3}}, "\u0301ABC", "\u0301¦ABC"},
		{"deepseek", isolated{deepseek{c}}, "a.b ?!\n\x01\x02 c", "a¦.b¦ ?!\n¦\x01\x02¦ c"},
		{"deepseek numbers", isolated{numbers{c, 3}}, "a1234b", "a¦123¦4¦b"},
		{"cjk", isolated{cjk{}}, "ab一ノc", "ab¦一ノ¦c"},
		{"merged with previous", literal{pattern: " "}, "a  b ", "a ¦ ¦b "},
		{"merged with next", literal{pattern: "▁", beforeNext: true}, "▁a▁▁b▁", "▁a¦▁¦▁b¦▁"},
	} {
		var pieces []string
		for rest := tt.text; rest != ""; {
			n := tt.s.next(rest)
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		if got := strings.Join(pieces, "¦"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Both ways to merge give what merging by hand does, for words of any length.
func TestMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	table := newPairTable(60)
	type pair struct{ left, right uint32 }
	byPair := map[pair]pairEntry{}
	for id := uint32(4); len(byPair) < 60; {
		p := pair{random.Uint32N(id), random.Uint32N(id)}
		if _, ok := byPair[p]; ok {
			continue
		}
		byPair[p] = pairEntry{p.left, p.right, uint32(len(byPair)), id}
		table.put(p.left, p.right, uint32(len(byPair)-1), id)
		id++
	}
	byHand := func(s []uint32) []uint32 {
		for s = slices.Clone(s); ; {
			at, best := -1, pairEntry{rank: noToken}
			for i := 0; i+1 < len(s); i++ {
				if e, ok := byPair[pair{s[i], s[i+1]}]; ok && e.rank < best.rank {
					at, best = i, e
				}
			}
			if at < 0 {
				return s
			}
			s = slices.Replace(s, at, at+2, best.id)
		}
	}
	var m merger
	for n := range 200 {
		word := make([]uint32, n)
		for i := range word {
			word[i] = random.Uint32N(4)
		}
		want := byHand(word)
		if got := m.merge(&table, slices.Clone(word)); !slices.Equal(got, want) {
			t.Errorf("%v: merged to %v, want %v", word, got, want)
		}
		if got := m.mergeLong(&table, slices.Clone(word)); !slices.Equal(got, want) {
			t.Errorf("%v: merged by the heap to %v, want %v", word, got, want)
		}
	}
}

func TestAddedTokens(t *testing.T) {
	var a addedTokens
	for _, token := range []addedToken{
		{ID: 1, Content: "<a>"}, {ID: 2, Content: "<a><b>"}, {ID: 3, Content: "L", LStrip: true},
		{ID: 4, Content: "R", RStrip: true}, {ID: 5, Content: "word", SingleWord: true},
	} {
		a.add(token, token.Content)
	}
	for text, want := range map[string][]found{
		"x<a>y<a><b>": {{1, 4, 1}, {5, 11, 2}},
		"<a <a":       nil,
		"x  Ly":       {{1, 4, 3}},
		"R \nL":       {{0, 3, 4}, {3, 4, 3}},
		"a word.word": {{2, 6, 5}, {7, 11, 5}},
		"aword words": nil,
		"":            nil,
	} {
		var got []found
		for scan, done := 0, 0; ; {
			f, ok := a.next(text, &scan, done)
			if !ok {
				break
			}
			got, done = append(got, f), f.end
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Rows from Unicode 16, table 3-8, and Rust's documentation of from_utf8_lossy.
func TestValidUTF8(t *testing.T) {
	for text, want := range map[string]string{
		"a\xf0\x90\x80b":                         "a\uFFFDb",
		"\xc0\xaf":                               "\uFFFD\uFFFD",
		"\xed\xa0\x80":                           "\uFFFD\uFFFD\uFFFD",
		"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42":   "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB",
		"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41":   "\uFFFD\uFFFD\uFFFD\uFFFDA",
		"Hello \xF0\x90\x80World, \uFFFD and é.": "Hello \uFFFDWorld, \uFFFD and é.",
	} {
		if got := validUTF8(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The slow road of normalization is that of x/text where both apply, and leaves
// long runs of marks without the U+034F that x/text puts in.
func TestSlowNormal(t *testing.T) {
	forms := []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD}
	random := rand.New(rand.NewPCG(3, 4))
	alphabet := []rune("큋\u09c7\u09be\u1161aeo\u0301\u0323\u0300\u0308\u0327가\u1100\u1161\u11a8éḍ̇ﬁÅ²\u0f71\u0f72\u0344")
	for range 3000 {
		rs := make([]rune, random.IntN(12))
		for i := range rs {
			rs[i] = alphabet[random.IntN(len(alphabet))]
		}
		for _, f := range forms {
			if got, want := slowNormal(f, string(rs)), f.String(string(rs)); got != want {
				t.Fatalf("form %d of %+q: %+q, want %+q", f, string(rs), got, want)
			}
		}
	}
	// Whatever carries a long run, on either side of x/text's limit of 30.
	for range 3000 {
		base := alphabet[random.IntN(len(alphabet))]
		mark := alphabet[random.IntN(len(alphabet))]
		text := "x" + string(base) + strings.Repeat(string(mark), 24+random.IntN(10)) + "\u0323\u0300"
		for _, f := range forms {
			if got, want := normalForm(f)(text), slowNormal(f, text); got != want {
				t.Fatalf("form %d of %+q: %+q, want %+q", f, text, got, want)
			}
		}
	}
	got := normalForm(norm.NFC)("e" + strings.Repeat("\u0301", 40) + "\u0323")
	if want := "ẹ" + strings.Repeat("\u0301", 40); got != want {
		t.Errorf("40 marks: %+q, want %+q", got, want)
	}
}

// spm is a SentencePiece-style tokenizer.json: ▁ for blanks, bytes for what is
// unknown, BOS by a template.
const spm = `{"added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true}],
"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"ids":[1]}}},
"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
"vocab":{"<unk>":0,"<s>":1,"<0xC3>":2,"<0xA9>":3,"▁":4,"h":5,"i":6,"hi":7,"▁hi":8},"merges":[["h","i"],["▁","hi"]]}}`

func TestSentencePiece(t *testing.T) {
	s := source{id: "spm", json: []byte(spm)}
	tok, err := s.open(LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text    string
		ids     []uint32
		decoded string // without special tokens
	}{
		{"hi hi", []uint32{1, 8, 8}, "hi hi"},
		{"hié", []uint32{1, 8, 2, 3}, "hié"},
		{"zz h", []uint32{1, 4, 0, 4, 5}, " h"},
		{"", []uint32{1}, ""},
		{"i<s>h", []uint32{1, 4, 6, 1, 4, 5}, "i h"},
	} {
		got := encode(t, tok, tt.text, true)
		if !slices.Equal(got, tt.ids) || tok.Decode(got, true) != tt.decoded {
			t.Errorf("%q: %v, %q; want %v, %q", tt.text, got, tok.Decode(got, true), tt.ids, tt.decoded)
		}
	}
	if got := tok.Decode([]uint32{8, 2, 99, 8}, false); got != "hi\uFFFD hi" {
		t.Errorf("half a character and no token: %q", got)
	}
}

func TestMetaspace(t *testing.T) {
	for scheme, want := range map[string]string{"always": "▁a¦▁b", "never": "a¦▁b"} {
		s, err := metaspace(&part{Type: "Metaspace", Replacement: "▁", PrependScheme: scheme})
		if err != nil {
			t.Fatal(err)
		}
		text := s.rewrite("a b", true)
		n := s.split.next(text)
		if got := text[:n] + "¦" + text[n:]; got != want {
			t.Errorf("%s: %q, want %q", scheme, got, want)
		}
	}
}

// One tokenizer serves many goroutines.
func TestConcurrent(t *testing.T) {
	tok := load(t, "builtin:qwen3")
	corpus := readLines[sample](t, "corpus.jsonl.gz")[:60]
	reference := readLines[idsOf](t, "qwen3.ids.jsonl.gz")
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range corpus {
				k := (i + g*7) % len(corpus)
				if ids, err := tok.AppendIDs(nil, corpus[k].Text, false); err != nil || !slices.Equal(ids, reference[k].Plain) {
					t.Errorf("text %d: other ids, error %v", k, err)
				}
			}
		})
	}
	all.Wait()
}

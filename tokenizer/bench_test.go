package tokenizer

import (
	"path/filepath"
	"strings"
	"testing"
)

// corpusText is the running text of the corpus: no edge cases, no random mixtures.
func corpusText(b *testing.B) string {
	var text strings.Builder
	for _, s := range readLines[sample](b, "corpus.jsonl.gz") {
		if s.Source != "fuzz" && s.Source != "edge" {
			text.WriteString(s.Text)
			text.WriteByte('\n')
		}
	}
	return text.String()
}

func BenchmarkEncode(b *testing.B) {
	text := corpusText(b)
	for name, spec := range map[string]string{
		"qwen3":       "builtin:qwen3",
		"deepseek_v3": filepath.Join(testTokenizers, "deepseek_v3"),
		"gptoss":      filepath.Join(testTokenizers, "gptoss"),
		"minilm":      filepath.Join(testTokenizers, "minilm"),
	} {
		b.Run(name, func(b *testing.B) {
			tok := load(b, spec)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var ids []uint32
			for b.Loop() {
				ids, _ = tok.AppendIDs(ids[:0], text, false)
			}
		})
	}
}

func BenchmarkCountShort(b *testing.B) {
	tok := load(b, "builtin:qwen3")
	b.ReportAllocs()
	for b.Loop() {
		tok.Count("How many tokens is this?", true)
	}
}

func BenchmarkDecode(b *testing.B) {
	tok := load(b, "builtin:qwen3")
	text := corpusText(b)
	ids := encode(b, tok, text, false)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		tok.Decode(ids, false)
	}
}

func BenchmarkChat(b *testing.B) {
	tok := load(b, "builtin:qwen3")
	content := strings.Repeat(" token", 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tok.Chat([]Message{{"user", content}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b, "builtin:qwen3")
	}
}

func BenchmarkLoadJSON(b *testing.B) {
	s := source{id: "qwen3", json: expand(b, filepath.Join(compactFolder("qwen3"), "tokenizer.compact.gz"))}
	b.SetBytes(int64(len(s.json)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.open(LoadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeUnigram(b *testing.B) {
	kinds, _ := readKinds(b)
	s := source{id: "xlm-r", json: wholeFiles(b, kinds[:1])[0]}
	tok, err := s.open(LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	text := corpusText(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var ids []uint32
	for b.Loop() {
		ids, _ = tok.AppendIDs(ids[:0], text, false)
	}
}

package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// BenchmarkConversation makes sessions of 2 to 8 turns of 1,024 tokens each.
func BenchmarkConversation(b *testing.B) {
	f := fitter(b, models(b)[0].tok, true)
	benchPrepare(b, "synthetic", f, Spec{Type: TypeConversation, Turns: [2]int{2, 8}})
}

// BenchmarkHistory counts a conversation of 9 messages, some 9,000 tokens, as it
// is done after each answer.
func BenchmarkHistory(b *testing.B) {
	for _, m := range models(b) {
		if !m.chat {
			continue
		}
		b.Run(m.name, func(b *testing.B) {
			f := fitter(b, m.tok, true)
			var ms []Message
			for i := range uint64(9) {
				text, err := f.Random(promptRand(1, i), 1000)
				if err != nil {
					b.Fatal(err)
				}
				ms = append(ms, Message{Role: []string{"user", "assistant"}[i%2], Content: text})
			}
			for b.Loop() {
				b.ReportMetric(float64(f.history(ms)), "tokens")
			}
		})
	}
}

// BenchmarkTrace makes prompts of the Mooncake trace in testdata, blocks and all,
// on one core and on two.
func BenchmarkTrace(b *testing.B) {
	f := fitter(b, models(b)[0].tok, false)
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("mooncake/cores=%d", cores), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			spec := Spec{Type: TypeTrace, Path: "testdata/mooncake.jsonl", AllowRepeat: true}
			p, err := newCase(spec, f, Case{Requests: b.N})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			if err := p.Prepare(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
			tokens := 0
			for i := range p.ahead {
				tokens += p.ahead[i].draft.InputLen
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "prompts/s")
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// BenchmarkReadTrace reads a file of 100,000 requests.
func BenchmarkReadTrace(b *testing.B) {
	const rows = 100_000
	for name, form := range map[string]struct{ head, row string }{
		"azure":    {"TIMESTAMP,ContextTokens,GeneratedTokens\n", "2023-11-16 18:15:46.6805900,374,44\n"},
		"burstgpt": {"Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n", "5,ChatGPT,472,18,490,Conversation log\n"},
		"mooncake": {"", "{\"timestamp\": 1, \"input_length\": 1700, \"output_length\": 52, \"hash_ids\": [0, 1, 2, 3]}\n"},
	} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "trace")
			if err := os.WriteFile(path, []byte(form.head+strings.Repeat(form.row, rows)), 0o666); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, err := readTrace(Spec{Path: path}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

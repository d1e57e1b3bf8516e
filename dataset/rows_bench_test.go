package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// benchRows is how many rows the files of benchmarks have.
const benchRows = 20_000

// BenchmarkShareGPT reads a file, counts its rows by builtin:qwen3, and makes
// b.N prompts of it, as they are and cut to 256 tokens.
func BenchmarkShareGPT(b *testing.B) {
	spec := likeVLLM(writeConversations(b, benchRows, 300, 1))
	f := fitter(b, models(b)[0].tok, false)
	benchRead(b, spec)
	for _, cores := range []int{1, 2} {
		benchFit(b, spec, f, cores)
	}
	s := opened(b, spec)
	if err := s.Fit(b.Context(), f, nil); err != nil {
		b.Fatal(err)
	}
	benchMake(b, s, "own", 0)
	benchMake(b, s, "256", 256)
}

// BenchmarkCustom reads a file of rows of about 120 tokens, and makes b.N prompts
// of it, which are counted by builtin:qwen3.
func BenchmarkCustom(b *testing.B) {
	var text strings.Builder
	for i := range benchRows {
		prompt := strings.Repeat(fmt.Sprintf("row %d: why is the sky blue? ", i), 10)
		row, err := json.Marshal(map[string]any{"prompt": prompt, "output_tokens": 128, "temperature": 0.7})
		if err != nil {
			b.Fatal(err)
		}
		text.Write(append(row, '\n'))
	}
	spec := Spec{Type: TypeCustom, Path: rowsFile(b, "rows.jsonl", text.String())}
	benchRead(b, spec)
	s := opened(b, spec)
	if err := s.Fit(b.Context(), fitter(b, models(b)[0].tok, false), nil); err != nil {
		b.Fatal(err)
	}
	benchMake(b, s, "own", 0)
}

func opened(b *testing.B, spec Spec) *Source {
	s, err := Open(spec)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func benchRead(b *testing.B, spec Spec) {
	b.Run("read", func(b *testing.B) {
		info, err := os.Stat(spec.Path)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(info.Size())
		for b.Loop() {
			opened(b, spec)
		}
		b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// benchFit counts the rows of a file just read: some texts are gone once they are
// counted.
func benchFit(b *testing.B, spec Spec, f *Fitter, cores int) {
	b.Run(fmt.Sprintf("count/cores=%d", cores), func(b *testing.B) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		for b.Loop() {
			b.StopTimer()
			s := opened(b, spec)
			b.StartTimer()
			if err := s.Fit(b.Context(), f, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// benchMake makes b.N prompts of input tokens, in cases of 5,000.
func benchMake(b *testing.B, s *Source, name string, input int) {
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("make/len=%s/cores=%d", name, cores), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			tokens := 0
			for made := 0; made < b.N; {
				c := Case{Name: fmt.Sprint(name, made), InputLen: input, Requests: min(b.N-made, 5000)}
				p, err := s.Case(c)
				if err != nil {
					b.Fatal(err)
				}
				if err := p.Prepare(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
				for i := range p.ahead {
					tokens += p.ahead[i].draft.InputLen
				}
				made += c.Requests
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "prompts/s")
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

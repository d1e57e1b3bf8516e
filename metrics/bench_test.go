package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// closedLoop makes n answers of 8 tokens from cap slots that are never idle,
// with 1 ms of jitter; the same seed gives the same records.
func closedLoop(n, slots int, seed uint64) []Record {
	rng := rand.New(rand.NewPCG(seed, 0))
	free := make([]int64, slots)
	records := make([]Record, n)
	for i := range records {
		slot := i % slots
		r := Record{Due: free[slot], Queued: free[slot] + 1, Sent: free[slot] + 2, InputServer: 64, InputAsked: 64,
			OutputTokens: 8, OutputAsked: 8, OutputSource: "usage", PromptHash: uint64(i + 1), Events: 10}
		at := r.Sent + 50*ms
		for range 8 {
			at += 10*ms + rng.Int64N(ms)
			r.Arrivals = append(r.Arrivals, at)
			r.Lags = append(r.Lags, int32(rng.IntN(200)))
		}
		r.First, r.RoleArrival, r.FirstContent, r.LastToken = r.Arrivals[0], r.Arrivals[0], r.Arrivals[0], at
		r.End = at + rng.Int64N(ms)
		free[slot] = r.End
		records[i] = r
	}
	return records
}

func benchmarkSummarize(b *testing.B, n int, summarize func([]Record, Options) Summary) {
	records := closedLoop(n, 256, 1)
	o := Options{MaxConcurrency: 256, RequestRate: math.Inf(1), UniquePrompts: true, SLO: SLO{TTFT: 100}}
	b.ReportAllocs()
	for b.Loop() {
		if s := summarize(records, o); s.Completed != n {
			b.Fatalf("%d completed, want %d", s.Completed, n)
		}
	}
}

func BenchmarkSummarize1e5(b *testing.B)     { benchmarkSummarize(b, 1e5, Summarize) }
func BenchmarkSummarize1e6(b *testing.B)     { benchmarkSummarize(b, 1e6, Summarize) }
func BenchmarkSummarizeVLLM1e5(b *testing.B) { benchmarkSummarize(b, 1e5, SummarizeVLLM) }

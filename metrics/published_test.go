package metrics

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// published is a result file of `vllm bench serve` (against a tiny model on a CPU;
// the generated texts are left out): arrays in s, figures in ms.
type published struct {
	name    string
	figures map[string]float64

	InputLens  []int       `json:"input_lens"`
	OutputLens []int       `json:"output_lens"`
	TTFTs      []float64   `json:"ttfts"`
	ITLs       [][]float64 `json:"itls"`
	Latencies  []float64   `json:"latencies"`
	StartTimes []float64   `json:"start_times"`
	QueueTimes []float64   `json:"queue_times"`
}

func readPublished(t *testing.T) []published {
	t.Helper()
	paths, err := filepath.Glob("testdata/vllm_bench_*.json")
	if err != nil || len(paths) != 3 {
		t.Fatalf("%d published files (%v), want 3", len(paths), err)
	}
	var all []published
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := published{name: filepath.Base(path), figures: map[string]float64{}}
		var raw map[string]any
		if err := json.Unmarshal(data, &p); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatal(err)
		}
		for key, value := range raw {
			if x, ok := value.(float64); ok {
				p.figures[key] = x
			}
		}
		all = append(all, p)
	}
	return all
}

// check compares one metric with the figures of the file.
func (p published) check(t *testing.T, metric string, d Dist) {
	t.Helper()
	for i, key := range []string{"p50", "p90", "p95", "p99", "mean", "median", "std"} {
		got := append(append([]float64{}, d.P...), d.Mean, d.Median, d.Std)[i]
		want, ok := p.figures[key+"_"+metric+"_ms"]
		if !ok || !near(got, want) {
			t.Errorf("%s: %s_%s_ms = %.17g, the file says %.17g", p.name, key, metric, got, want)
		}
	}
}

// vLLM's own arrays, as the floats they are, through our statistics.
func TestPublishedArrays(t *testing.T) {
	for _, p := range readPublished(t) {
		d := newDescriber([]float64{50, 90, 95, 99})
		var ttft, tpot, itl, e2el []float64
		for i := range p.TTFTs {
			ttft = append(ttft, 1e3*p.TTFTs[i])
			e2el = append(e2el, 1e3*p.Latencies[i])
			tpot = append(tpot, 1e3*(p.Latencies[i]-p.TTFTs[i])/float64(p.OutputLens[i]-1))
			for _, gap := range p.ITLs[i] {
				itl = append(itl, 1e3*gap)
			}
		}
		p.check(t, "ttft", d.dist(ttft))
		p.check(t, "tpot", d.dist(tpot))
		p.check(t, "itl", d.dist(itl))
		p.check(t, "e2el", d.dist(e2el))
	}
}

// records rebuilds what the wire showed. Python's clock counts whole ns, so
// rounding loses nothing but the floats' own noise. The file's duration is taken
// after the last task was collected, 0.6 to 1.2 ms after the last chunk: the last
// request ends then.
func (p published) records() []Record {
	ns := func(s float64) int64 { return int64(math.Round(s * 1e9)) }
	var records []Record
	first, last := 0, 0
	for i := range p.TTFTs {
		r := Record{
			Sent: ns(p.StartTimes[i]), InputServer: p.InputLens[i],
			OutputTokens: p.OutputLens[i], OutputSource: "usage",
		}
		r.Due = r.Sent
		at := r.Sent + ns(p.TTFTs[i])
		r.RoleArrival = at
		for _, gap := range p.ITLs[i] {
			at += ns(gap)
			r.Arrivals = append(r.Arrivals, at)
		}
		r.LastToken, r.End = at, at
		records = append(records, r)
		if r.Sent < records[first].Sent {
			first = i
		}
		if r.End > records[last].End {
			last = i
		}
	}
	records[last].End = records[first].Due + ns(p.figures["duration"])
	return records
}

func TestSummarizeVLLMPublished(t *testing.T) {
	for _, p := range readPublished(t) {
		s := SummarizeVLLM(p.records(), Options{MaxConcurrency: 4})
		p.check(t, "ttft", s.TTFT)
		p.check(t, "tpot", s.TPOT)
		p.check(t, "e2el", s.E2EL)
		for _, f := range []struct {
			key string
			got float64
		}{
			// A gap of 6 µs between floats of 1,401 s carries noise of 2e-13 s,
			// 4e-8 of it: sums are equal to 1e-9, single small gaps are not.
			{"mean_itl_ms", s.ITL.Mean},
			{"std_itl_ms", s.ITL.Std},
			{"p99_itl_ms", s.ITL.P[3]},
			{"duration", s.Duration},
			{"completed", float64(s.Completed)},
			{"failed", float64(s.Failed)},
			{"total_input_tokens", float64(s.InputTokens)},
			{"total_output_tokens", float64(s.OutputTokens)},
			{"request_throughput", s.RequestThroughput},
			{"output_throughput", s.OutputThroughput},
			{"total_token_throughput", s.TotalTokenThroughput},
			{"max_output_tokens_per_s", s.MaxOutputTokensPerS},
			{"max_concurrent_requests", float64(s.MaxConcurrentRequests)},
		} {
			if want, ok := p.figures[f.key]; !ok || !near(f.got, want) {
				t.Errorf("%s: %s = %.17g, the file says %.17g", p.name, f.key, f.got, want)
			}
		}
		if got, want := s.ITL.Median, p.figures["median_itl_ms"]; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: median_itl_ms = %.17g, the file says %.17g", p.name, got, want)
		}
	}
}

// The same answers by our definitions: the role chunk is no token, and four
// requests at a time are four, not the 8 to 12 that touch a whole second.
func TestSummarizeDiffersFromVLLM(t *testing.T) {
	for _, p := range readPublished(t) {
		records := p.records()
		ours, theirs := Summarize(records, Options{MaxConcurrency: 4}), SummarizeVLLM(records, Options{MaxConcurrency: 4})
		if ours.MaxConcurrentRequests != 4 || theirs.MaxConcurrentRequests < 8 {
			t.Errorf("%s: peak %d, vLLM's %d; want 4 and at least 8", p.name, ours.MaxConcurrentRequests, theirs.MaxConcurrentRequests)
		}
		if !(ours.TTFT.Mean > theirs.TTFT.Mean) || ours.E2EL.Mean != theirs.E2EL.Mean {
			t.Errorf("%s: mean TTFT %g ms, vLLM's %g; E2EL %g, %g; want TTFT later, E2EL the same",
				p.name, ours.TTFT.Mean, theirs.TTFT.Mean, ours.E2EL.Mean, theirs.E2EL.Mean)
		}
	}
}

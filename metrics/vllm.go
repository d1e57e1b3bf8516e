package metrics

import (
	"math"
	"slices"

	"llmsweep/client"
)

// SummarizeVLLM is Summarize with the rules of vLLM's benchmarks/serve.py
// (calculate_metrics, 0.32) for what vLLM defines:
//
//   - a request succeeds once a chunk with choices came and the stream ended, with
//     or without a finish_reason, and in spite of an error event;
//   - ttft ends at the first chunk with choices, a role-only one too, latency (and
//     e2el) at the last; itl holds every gap between them;
//   - tpot = (latency − ttft) ÷ (output tokens − 1), from 2 tokens on; an unknown
//     output length counts as 1;
//   - duration goes from the start of the load to the last end; goodput knows no
//     itl limit;
//   - max_output_tokens_per_s counts chunks, and max_concurrent_requests the
//     requests that touch one, in whole seconds after the first send;
//   - results of embeddings and reranking have latencies, but neither tokens nor
//     goodput (calculate_metrics_for_embeddings).
//
// A Record keeps the role chunk, the token-bearing chunks and the finish chunk:
// other chunks without a token, and chunks of those kinds that share one arrival,
// are not told apart as vLLM would (its gap between them is the time it took to
// parse). An empty sample stays NaN, where vLLM prints 0. Everything that vLLM
// does not define, the verdict among it, is as Summarize gives it.
func SummarizeVLLM(records []Record, o Options) Summary {
	s := Summarize(records, o)
	o.Percentiles = s.Percentiles
	l := newLoad(records, o)

	var answers []vllmAnswer
	s.InputTokens, s.OutputTokens = 0, 0
	for _, r := range l.measured {
		if a, ok := newVLLMAnswer(r); ok {
			answers = append(answers, a)
			s.InputTokens += int64(inputTokens(r))
			s.OutputTokens += int64(a.tokens)
		}
	}
	s.Completed = len(answers)
	s.countFailures(l.measured, func(r *Record) bool { return !r.Censored && !vllmSuccess(r) })
	s.Duration = vllmDuration(l)
	if pooled(l.completed) {
		s.OutputTokens, s.Goodput = 0, nil
		s.rates()
		return s
	}
	s.rates()
	s.describeVLLM(answers, o)
	s.Goodput = vllmGoodput(l.measured, o, s.Duration)
	s.MaxOutputTokensPerS, s.MaxConcurrentRequests = vllmPeaks(answers)
	return s
}

// pooled reports whether what came were results, and no answers of tokens: they have
// neither tokens nor a finish_reason.
func pooled(completed []*Record) bool {
	token := func(r *Record) bool { return len(r.Arrivals) > 0 || r.OutputTokens > 0 || r.FinishReason != "" }
	return len(completed) > 0 && !slices.ContainsFunc(completed, token)
}

// A vllmAnswer is what vLLM keeps of a request that succeeded.
type vllmAnswer struct {
	sent   int64
	chunks []int64 // arrivals of the chunks with choices; at least one
	tokens int
}

// vllmSuccess: status 200, a chunk with choices, and a stream that did not break.
func vllmSuccess(r *Record) bool {
	if r.Censored {
		return false
	}
	switch client.Class(r.ErrorClass) {
	case "", client.Truncated, client.InBandError:
		return r.Sent != 0 && (r.RoleArrival != 0 || len(r.Arrivals) > 0)
	}
	return false
}

func newVLLMAnswer(r *Record) (vllmAnswer, bool) {
	if !vllmSuccess(r) {
		return vllmAnswer{}, false
	}
	a := vllmAnswer{sent: r.Sent, tokens: max(1, r.OutputTokens), chunks: make([]int64, 0, len(r.Arrivals)+2)}
	if first := firstToken(r); r.RoleArrival != 0 && (first == 0 || r.RoleArrival < first) {
		a.chunks = append(a.chunks, r.RoleArrival)
	}
	a.chunks = append(a.chunks, r.Arrivals...)
	if last := a.chunks[len(a.chunks)-1]; r.LastToken > last {
		a.chunks = append(a.chunks, r.LastToken)
	}
	return a, true
}

func (a vllmAnswer) ttft() float64 { return float64(a.chunks[0]-a.sent) / 1e6 }

func (a vllmAnswer) latency() float64 { return float64(a.last()-a.sent) / 1e6 }

// tpot is 0 for fewer than 2 tokens; such a request is left out of the sample.
func (a vllmAnswer) tpot() float64 {
	if a.tokens < 2 {
		return 0
	}
	return float64(a.last()-a.chunks[0]) / 1e6 / float64(a.tokens-1)
}

func (a vllmAnswer) last() int64 { return a.chunks[len(a.chunks)-1] }

func (s *Summary) describeVLLM(answers []vllmAnswer, o Options) {
	var ttft, tpot, itl, e2el []float64
	for _, a := range answers {
		ttft = append(ttft, a.ttft())
		e2el = append(e2el, a.latency())
		if a.tokens > 1 {
			tpot = append(tpot, a.tpot())
		}
		for i := 1; i < len(a.chunks); i++ {
			itl = append(itl, float64(a.chunks[i]-a.chunks[i-1])/1e6)
		}
	}
	d := newDescriber(o.Percentiles)
	s.TTFT, s.TPOT, s.ITL, s.E2EL = d.dist(ttft), d.dist(tpot), d.dist(itl), d.dist(e2el)
}

// vllmDuration is from the start of the load, which is when the first request
// was due, to the last end, s.
func vllmDuration(l load) float64 {
	if len(l.measured) == 0 {
		return math.NaN()
	}
	start := l.measured[0].Due
	for _, r := range l.measured {
		start = min(start, r.Due)
	}
	return float64(l.end-start) / 1e9
}

// vllmGoodput: each of ttft, tpot and e2el at or under its limit, which is the
// request's own scenario's as in goodput.
func vllmGoodput(measured []*Record, o Options, duration float64) *Goodput {
	var g Goodput
	limited, due, tokens := false, 0, 0
	meets := func(ms, limit float64) bool { return limit <= 0 || ms <= limit }
	for _, r := range measured {
		slo := o.slo(r.Scenario)
		if slo.TTFT <= 0 && slo.TPOT <= 0 && slo.E2EL <= 0 {
			continue
		}
		limited = true
		if r.Censored {
			continue
		}
		due++
		a, ok := newVLLMAnswer(r)
		if ok && meets(a.ttft(), slo.TTFT) && meets(a.tpot(), slo.TPOT) && meets(a.latency(), slo.E2EL) {
			g.Requests++
			tokens += a.tokens
		}
	}
	if !limited {
		return nil
	}
	g.PerSecond = ratio(float64(g.Requests), duration)
	g.TokensPerSecond = ratio(float64(tokens), duration)
	g.Share = ratio(float64(g.Requests), float64(due))
	return &g
}

// vllmPeaks buckets time into whole seconds since the first send: the most
// chunks in one, and the most requests in flight at any time in one, the one
// in which they end included.
func vllmPeaks(answers []vllmAnswer) (chunks float64, requests int) {
	if len(answers) == 0 {
		return 0, 0
	}
	start, end := answers[0].sent, answers[0].last()
	for _, a := range answers {
		start, end = min(start, a.sent), max(end, a.last())
	}
	chunkCount := make([]int, (end-start)/second+1)
	open := make([]int, (end-start)/second+2) // changes, summed up below
	for _, a := range answers {
		for _, at := range a.chunks {
			chunkCount[(at-start)/second]++
		}
		open[(a.sent-start)/second]++
		open[(a.last()-start)/second+1]--
	}
	mostChunks, n := 0, 0
	for i, c := range chunkCount {
		n += open[i]
		mostChunks, requests = max(mostChunks, c), max(requests, n)
	}
	return float64(mostChunks), requests
}

package metrics

// The latencies of one request, in ms. Each is ok only for a completed request
// that was sent and on which it is defined; a failed request has none.

// TTFT is the time to first token: first chunk that carries a generated token
// (content, reasoning, tool call, audio) − sent, in ms. vLLM's ttft starts from
// the same instant but ends at the first chunk with choices, token or not.
func TTFT(r *Record) (ms float64, ok bool) {
	return since(r, r.Sent, firstToken(r))
}

// TTFE is the time to the first event of any kind with data: first event − sent,
// in ms.
func TTFE(r *Record) (ms float64, ok bool) {
	return since(r, r.Sent, r.First)
}

// TTFO is the time to the first token of the answer proper, after any
// reasoning: first answer token − sent, in ms.
func TTFO(r *Record) (ms float64, ok bool) {
	return since(r, r.Sent, r.FirstContent)
}

// E2EL is the end-to-end latency: last token-bearing or finish chunk − sent, in
// ms, as vLLM's latency. The usage chunk and [DONE] that follow do not count.
func E2EL(r *Record) (ms float64, ok bool) {
	return since(r, r.Sent, r.LastToken)
}

// TPOT is the time per output token after the first: (last token − first token)
// ÷ (output tokens − 1), in ms. ok is false for fewer than 2 tokens or a count
// that is unknown, and for an answer in one chunk, which shows no pace. vLLM's
// tpot is (latency − ttft) ÷ (output_len − 1).
func TPOT(r *Record) (ms float64, ok bool) {
	n := len(r.Arrivals)
	if !r.Completed() || n < 2 || r.OutputTokens < 2 {
		return 0, false
	}
	return float64(r.Arrivals[n-1]-r.Arrivals[0]) / 1e6 / float64(r.OutputTokens-1), true
}

// ITLs are the inter-token latencies: every gap between token-bearing chunks, in
// ms, in order. Events of one read share their arrival, so a gap may be 0.
func ITLs(r *Record) []float64 { return appendITLs(nil, r) }

func appendITLs(gaps []float64, r *Record) []float64 {
	if !r.Completed() {
		return gaps
	}
	for i := 1; i < len(r.Arrivals); i++ {
		gaps = append(gaps, float64(r.Arrivals[i]-r.Arrivals[i-1])/1e6)
	}
	return gaps
}

// appendITLsPerToken appends the same gaps, each divided by the tokens of the chunk
// that ended it, in ms. There is none for a chunk that the server counts as no token.
func appendITLsPerToken(gaps []float64, r *Record) []float64 {
	if !r.Completed() || !tokensTold(r) {
		return gaps
	}
	for i := 1; i < len(r.Arrivals); i++ {
		if n := r.Tokens[i]; n > 0 {
			gaps = append(gaps, float64(r.Arrivals[i]-r.Arrivals[i-1])/1e6/float64(n))
		}
	}
	return gaps
}

// tokensTold reports whether the tokens of each chunk are known.
func tokensTold(r *Record) bool { return len(r.Tokens) == len(r.Arrivals) }

// QueueTime is how long the request waited before it was sent: sent − due, in ms.
func QueueTime(r *Record) (ms float64, ok bool) {
	return since(r, r.Due, r.Sent)
}

// TTFTFromDue is first token − due, in ms: what a user who came on schedule saw,
// whether or not the request could be sent then. It is free of coordinated
// omission (Tene).
func TTFTFromDue(r *Record) (ms float64, ok bool) {
	return since(r, r.Due, firstToken(r))
}

// E2ELFromDue is last token-bearing or finish chunk − due, in ms.
func E2ELFromDue(r *Record) (ms float64, ok bool) {
	return since(r, r.Due, r.LastToken)
}

// since is to − from in ms. An instant of 0 did not happen; only Due may be 0,
// the run's very start.
func since(r *Record, from, to int64) (ms float64, ok bool) {
	if !r.Completed() || r.Sent == 0 || to == 0 {
		return 0, false
	}
	return float64(to-from) / 1e6, true
}

func firstToken(r *Record) int64 {
	if len(r.Arrivals) == 0 {
		return 0
	}
	return r.Arrivals[0]
}

// inputTokens is the server's count, else the client's; 0 = unknown.
func inputTokens(r *Record) int {
	if r.InputServer > 0 {
		return r.InputServer
	}
	return r.InputClient
}

// ChunkTokens is how many tokens the i-th token-bearing chunk carried: the
// server's count of that chunk where told, else an even share of the whole
// answer in whole tokens, so that the chunks always sum to OutputTokens.
func ChunkTokens(r *Record, i int) int64 {
	if tokensTold(r) {
		return int64(r.Tokens[i])
	}
	n := len(r.Arrivals)
	return int64((i+1)*r.OutputTokens/n - i*r.OutputTokens/n)
}

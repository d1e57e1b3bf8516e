package simserver

import "time"

// limits bound what one engine step takes.
type limits struct {
	seqs   int // running sequences
	tokens int // tokens a step: one a decoding sequence, the rest prefill
	kv     int // tokens of all running sequences, at their full length
}

// A view is what scheduling needs to know of one sequence, in tokens.
type view struct {
	left    int // prompt tokens still to compute; 0 = decoding
	context int // tokens held in the KV cache
	full    int // prompt + output: what it will hold in the end
}

// A step is the plan of one engine step. Grants are the prompt tokens that each
// running sequence, and then each admitted one, computes in it.
type step struct {
	grants   []int
	admitted int // how many of the waiting ones start, in their order
	prefill  int // prompt tokens, summed
	seqs     int // sequences that work in this step
	context  int // tokens in the KV cache at its start
}

// plan is first come, first served with chunked prefill, as vLLM's scheduler does
// it: decoding sequences get a token each, then started prompts go on, then
// waiting ones start while sequences, tokens and cache allow. A waiting request
// that does not fit holds back all behind it.
func plan(l limits, running, waiting []view) step {
	var s step
	tokens, kv := l.tokens, l.kv
	for _, v := range running {
		kv -= v.full
		if v.left == 0 {
			tokens--
		}
	}
	take := func(v view) {
		grant := min(v.left, max(tokens, 0))
		tokens -= grant
		s.grants = append(s.grants, grant)
		s.prefill += grant
		s.context += v.context
		if v.left == 0 || grant > 0 {
			s.seqs++
		}
	}
	for _, v := range running {
		take(v)
	}
	for _, v := range waiting {
		if len(running)+s.admitted >= l.seqs || tokens < 1 || v.full > kv {
			break
		}
		kv -= v.full
		s.admitted++
		take(v)
	}
	return s
}

// duration is StepBase + PerPrefillToken·prefill + PerSeq·sequences +
// PerKVToken·context.
func (t Timing) duration(s step) time.Duration {
	return t.StepBase + t.PerPrefillToken*time.Duration(s.prefill) +
		t.PerSeq*time.Duration(s.seqs) + t.PerKVToken*time.Duration(s.context)
}

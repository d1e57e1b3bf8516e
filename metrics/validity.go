package metrics

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/client"
)

// Verdicts, from best to worst.
const (
	Valid   = "valid"
	Suspect = "suspect"
	Invalid = "invalid"
)

// The limits of the verdict, as docs/definitions.md has them.
const (
	lengthInvalid = 0.05 // mean share by which prompts are off, or outputs too short
	littleInvalid = 0.15 // |Little residual|
	littleSuspect = 0.05
	lagFloor      = 1.0  // ms; below it the client's lag never matters
	lagShare      = 0.02 // of the median TTFT
)

// Add gives one more reason for a verdict, Suspect or Invalid. The case's
// verdict becomes the worst given; reasons for Invalid stand before the others.
func (v *Validity) Add(verdict, reason string) {
	if verdict == Invalid {
		v.Verdict = Invalid
		v.Reasons = slices.Insert(v.Reasons, v.Invalid, reason)
		v.Invalid++
		return
	}
	if v.Verdict != Invalid {
		v.Verdict = Suspect
	}
	v.Reasons = append(v.Reasons, reason)
}

// judge says whether a summary can be trusted, and why not. What only the runner
// knows (a restarted server, the limits of the self-test) it adds itself.
func judge(s *Summary, o Options) Validity {
	v := Validity{Verdict: Valid}
	v.judgeFailures(s, o)
	v.judgeLengths(s, o)
	v.judgeClient(s)
	v.judgeLittle(s)
	v.judgePrompts(s, o)
	return v
}

func (v *Validity) judgeFailures(s *Summary, o Options) {
	if s.Sent == 0 {
		v.Add(Invalid, "no measured request was sent, want at least 1")
		return
	}
	share := float64(s.Failed) / float64(s.Sent)
	what := "failed"
	if s.Failures[string(client.Cancelled)] == s.Failed { // by the user, not by the server
		what = "were cancelled"
	}
	failed := fmt.Sprintf("%d of %d requests %s (%s), allowed %s",
		s.Failed, s.Sent, what, percentAbove(share, o.FailuresAllowed), percent(o.FailuresAllowed))
	switch {
	case share > o.FailuresAllowed:
		v.Add(Invalid, failed)
	case s.Completed == 0:
		v.Add(Invalid, fmt.Sprintf("none of %d requests completed, want at least 1", s.Sent))
	case s.Failed > 0:
		v.Add(Suspect, failed)
	}
}

func (v *Validity) judgeLengths(s *Summary, o Options) {
	l := s.Lengths
	switch {
	case math.Abs(l.InputMeanOff) > lengthInvalid:
		v.Add(Invalid, fmt.Sprintf("prompts are %s on average, limit %s", offBy(l.InputMeanOff), percent(lengthInvalid)))
	case l.InputWorst > 0:
		v.Add(Suspect, fmt.Sprintf("prompts are off by up to %s from the length asked for, limit 0", tokens(l.InputWorst)))
	}
	if !o.IgnoreEOS {
		return // the model may stop when it likes
	}
	switch {
	case l.OutputMeanOff < -lengthInvalid:
		v.Add(Invalid, fmt.Sprintf("outputs are %s on average though EOS is ignored, limit %s", offBy(l.OutputMeanOff), percent(lengthInvalid)))
	case l.OutputWorst > 0:
		v.Add(Suspect, fmt.Sprintf("outputs are off by up to %s from the length asked for though EOS is ignored, limit 0", tokens(l.OutputWorst)))
	}
}

// judgeClient holds the client's own lag against what it measured. NaN, where
// nothing is known, breaks no limit.
func (v *Validity) judgeClient(s *Summary) {
	limit := lagFloor
	if share := lagShare * s.TTFT.Median; share > limit {
		limit = share
	}
	c := s.Client
	if c.LagP99 > limit {
		v.Add(Suspect, fmt.Sprintf("reader lag p99 %s, limit %s", aboveText(c.LagP99, limit), msText(limit)))
	}
	if c.SendP99 > limit {
		v.Add(Suspect, fmt.Sprintf("send lag p99 %s, limit %s", aboveText(c.SendP99, limit), msText(limit)))
	}
	if c.SharedShare > 0 && c.LagP99 >= lagFloor {
		why := percent(c.SharedShare) + " of the token events shared a read, so TTFT, TPOT and ITL are off"
		if c.LagP99 <= limit { // else it was said
			why += fmt.Sprintf(": reader lag p99 %s, limit %s for these", aboveText(c.LagP99, lagFloor), msText(lagFloor))
		}
		v.Add(Suspect, why)
	}
}

func (v *Validity) judgeLittle(s *Summary) {
	if s.SteadyState == nil {
		return
	}
	switch off := math.Abs(s.SteadyState.LittleResidual); {
	case off > littleInvalid:
		v.Add(Invalid, fmt.Sprintf("Little residual %s, limit %s", percentAbove(s.SteadyState.LittleResidual, littleInvalid), percent(littleInvalid)))
	case off > littleSuspect:
		v.Add(Suspect, fmt.Sprintf("Little residual %s, limit %s", percentAbove(s.SteadyState.LittleResidual, littleSuspect), percent(littleSuspect)))
	}
}

// judgePrompts looks for caches that a dataset of distinct prompts must not hit.
func (v *Validity) judgePrompts(s *Summary, o Options) {
	if !o.UniquePrompts {
		return
	}
	l := s.Lengths
	if again := s.Completed - l.DistinctPrompts; l.DistinctPrompts > 0 && again > 0 {
		v.Add(Suspect, fmt.Sprintf("%d of %d prompts were repeated, limit 0", again, s.Completed))
	}
	if l.CachedTokens > 0 && !o.SharedPrefixes {
		v.Add(Suspect, fmt.Sprintf("%d of %d prompt tokens came from the prefix cache, limit 0", l.CachedTokens, s.InputTokens))
	}
}

func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

func msText(ms float64) string {
	if ms >= 100 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.3g ms", ms)
}

// aboveText and percentAbove are figures with as many digits as show that they are not
// their limit.
func aboveText(ms, limit float64) string { return apart(ms, limit, "ms", msText) }

func percentAbove(share, limit float64) string {
	return apart(100*share, 100*limit, "%", func(x float64) string { return percent(x / 100) })
}

func apart(x, limit float64, unit string, text func(float64) string) string {
	said := text(x)
	for digits := 4; strings.TrimPrefix(said, "-") == text(limit) && digits < 10; digits++ {
		said = fmt.Sprintf("%.*g %s", digits, x, unit)
	}
	return said
}

func tokens(n int) string {
	if n == 1 {
		return "1 token"
	}
	return fmt.Sprintf("%d tokens", n)
}

func offBy(share float64) string {
	if share < 0 {
		return percentAbove(-share, lengthInvalid) + " shorter than asked"
	}
	return percentAbove(share, lengthInvalid) + " longer than asked"
}

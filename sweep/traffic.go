package sweep

import (
	"context"
	"fmt"
	"math"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/telemetry"
)

// foreignShare is by how much of ours the server's tokens may be more before
// another client is suspected. Requests are counted exactly.
const foreignShare = 0.02

// A serverCount is what the server counted around a case; nil = it does not tell.
type serverCount struct {
	before telemetry.Counters // right before the first request
	during telemetry.Counters // from there to the case's end
	after  telemetry.Counters // at the case's end
	whole  bool               // the two pages are of one run of one server
	ended  bool               // there was a page at the case's end
}

// countBefore reads the server's counters before a case.
func countBefore(ctx context.Context, pages pageReader) *serverCount {
	page, err := pages.metrics(ctx)
	if err != nil {
		return nil
	}
	return &serverCount{before: page.Counters}
}

// countAfter reads them at the case's end. It may be called on nil.
func (s *serverCount) countAfter(ctx context.Context, pages pageReader) {
	if s == nil {
		return
	}
	if page, err := pages.metrics(ctx); err == nil {
		s.after = page.Counters
		s.during, s.whole = s.after.Since(s.before)
		s.ended = true
	}
}

// facts are the counters as the case JSON has them; nil = not told.
func (s *serverCount) facts() map[string]any {
	if s == nil || !s.ended || !s.whole {
		return nil
	}
	return s.during.Map()
}

// A share is the most that a case's own requests can have made a server count.
// NaN tokens: no bound is known.
type share struct {
	requests           float64
	prompt, generation float64 // tokens
}

// ourShare adds up a case's requests, warm-up included, that reached the server.
// One that did not end well counts with all that it asked for: the server may have
// answered it. each is how many answers a request asks for.
func ourShare(records []metrics.Record, each int) share {
	var s share
	for i := range records {
		r := &records[i]
		if r.Sent == 0 {
			continue
		}
		s.requests++
		s.prompt += float64(max(r.InputServer, r.InputClient, r.InputAsked))
		switch {
		case r.Completed() && r.OutputTokens > 0:
			s.generation += float64(max(r.OutputTokens, r.OutputAsked))
		case r.OutputAsked > 0:
			s.generation += float64(r.OutputAsked)
		default:
			s.generation = math.NaN()
		}
	}
	s.requests *= float64(each)
	s.generation *= float64(each)
	return s
}

// plus is both shares.
func (s share) plus(o share) share {
	return share{s.requests + o.requests, s.prompt + o.prompt, s.generation + o.generation}
}

// rest is what of the share the server had not counted yet: requests that were cut
// off, at which it may still work when the next case begins.
func (s share) rest(c telemetry.Counters) share {
	left := func(ours, counted float64) float64 {
		if math.IsNaN(counted) {
			return 0
		}
		return max(0, ours-counted)
	}
	settled := c.Finished
	if c.Aborted > 0 {
		settled += c.Aborted
	}
	return share{left(s.requests, settled), left(s.prompt, c.PromptTokens), left(s.generation, c.GenerationTokens)}
}

// foreign says that others' requests were on the server during the case; "" = not
// known to be. allowed is what can be ours.
func foreign(c telemetry.Counters, allowed share) string {
	if c.Finished > allowed.requests {
		return fmt.Sprintf("foreign traffic: the server finished %.0f requests during the case, at most %.0f were ours", c.Finished, allowed.requests)
	}
	for _, t := range []struct {
		did           string
		counted, ours float64
	}{{"generated", c.GenerationTokens, allowed.generation}, {"read", c.PromptTokens, allowed.prompt}} {
		if t.counted > (1+foreignShare)*t.ours {
			return fmt.Sprintf("foreign traffic: the server %s %.0f tokens during the case, at most %.0f were ours", t.did, t.counted, t.ours)
		}
	}
	return ""
}

// answersEach is how many answers a request of the config asks for.
func (c *Config) answersEach() int {
	for _, body := range []map[string]any{c.ExtraBody, c.Sampling} {
		switch n := body["n"].(type) {
		case int:
			return max(n, 1)
		case int64:
			return int(max(n, 1))
		}
	}
	return 1
}

// judgeTraffic holds the server's own counters against what the case sent.
func (r *Runner) judgeTraffic(c *Config, res *Result) {
	count := res.counted
	before := r.unsettled[res.base]
	delete(r.unsettled, res.base)
	if count == nil {
		return
	}
	if !count.ended {
		if res.Status == runlog.StatusMeasured { // else its end is told already
			res.Notes = append(res.Notes, "whether others used the server was not checked: its counters were there before the case, and not after it")
		}
		return
	}
	v := &res.Summary.Validity
	if !count.whole {
		v.Add(metrics.Suspect, "the server's counters went back during the case: it was restarted, or several servers answer at base_url")
		return
	}
	ours := ourShare(res.Records, c.answersEach())
	if why := foreign(count.during, ours.plus(before)); why != "" {
		v.Add(metrics.Suspect, why)
	}
	if r.unsettled == nil {
		r.unsettled = map[string]share{}
	}
	r.unsettled[res.base] = ours.rest(count.during)
	if why := r.cacheHits(c, res, ours.requests); why != "" {
		v.Add(metrics.Suspect, why)
	}
}

// cacheHits says that the server's prefix cache answered for prompts that share
// nothing but what goes around each of them; "" = not so, or said already by the
// answers' own usage. A preempted request finds its own tokens there.
func (r *Runner) cacheHits(c *Config, res *Result, requests float64) string {
	d, hits := &c.Dataset, res.counted.during.CacheHits
	allowed := requests * float64(r.inputs.of(c).counter.Around())
	switch {
	case d.Repeats(), d.SharesPrefixes(), res.Summary.Lengths.CachedTokens > 0, res.counted.during.Preemptions > 0, !(hits > allowed):
		return ""
	}
	return fmt.Sprintf("the server found %.0f prompt tokens in its prefix cache during the case, at most %.0f go around prompts that share nothing else; reset clears it before each case", hits, allowed)
}

// noteBusy says that somebody is on the server before the first case, or that this
// cannot be seen.
func (r *Runner) noteBusy(ctx context.Context, pages pageReader) {
	page, err := pages.metrics(ctx)
	if err != nil {
		r.Progress.Note(fmt.Sprintf("whether others use %s is not checked: it tells no counters: %v", maskURL(pages.base), err))
		return
	}
	if c := page.Counters; c.Running > 0 || c.Waiting > 0 {
		note := fmt.Sprintf("the server works on %s before the first case: others use it, and slow the cases down", busyText(c))
		r.warnings = append(r.warnings, note)
		r.Progress.Warn(note)
	}
}

// busyText is 3 requests, with 2 more waiting.
func busyText(c telemetry.Counters) string {
	text := "0 requests"
	if c.Running > 0 {
		text = plural(int(c.Running), "request")
	}
	if c.Waiting > 0 {
		text += fmt.Sprintf(", with %.0f more waiting,", c.Waiting)
	}
	return text
}

package sweep

import (
	"context"
	"fmt"
	"math"

	"llmsweep/client"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
	"llmsweep/telemetry"
)

// foreignShare is by how much of ours the server's tokens may be more before
// another client is suspected. Requests are counted exactly.
const foreignShare = 0.02

// A serverCount is what one server counted around a case.
type serverCount struct {
	base   string             // where it is
	before telemetry.Counters // right before the first request
	during telemetry.Counters // from there to the case's end
	after  telemetry.Counters // at the case's end
	whole  bool               // the two pages are of one run of one server
	ended  bool               // there was a page at the case's end
}

// serverCounts are those of the servers that tell.
type serverCounts []*serverCount

// countBefore reads the servers' counters before a case.
func countBefore(ctx context.Context, pages []pageReader) (all serverCounts) {
	for _, p := range pages {
		if page, err := p.metrics(ctx); err == nil {
			all = append(all, &serverCount{base: p.base, before: page.Counters})
		}
	}
	return all
}

// countAfter reads them at the case's end.
func (all serverCounts) countAfter(ctx context.Context, pages []pageReader) {
	for _, s := range all {
		for _, p := range pages {
			if p.base != s.base {
				continue
			}
			if page, err := p.metrics(ctx); err == nil {
				s.after = page.Counters
				s.during, s.whole = s.after.Since(s.before)
				s.ended = true
			}
		}
	}
}

// facts are the counters as the case JSON has them: one server's own, of several
// each under its address; nil = not told.
func (all serverCounts) facts(several bool) map[string]any {
	each := map[string]any{}
	for _, s := range all {
		switch {
		case !s.ended || !s.whole:
		case !several:
			return s.during.Map()
		default:
			each[redact.URL(s.base)] = s.during.Map()
		}
	}
	if len(each) == 0 {
		return nil
	}
	return each
}

// recordsAt are those of the requests that went to one of several servers; where
// there are not several, all.
func recordsAt(records []metrics.Record, base string) []metrics.Record {
	var own []metrics.Record
	for i := range records {
		if r := &records[i]; r.Server == "" && r.Sent > 0 {
			return records
		} else if r.Server == base {
			own = append(own, *r)
		}
	}
	return own
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
func answersEach(c *plan.Config) int {
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

// judgeTraffic holds each server's own counters against what the case sent it.
func (r *Runner) judgeTraffic(c *plan.Config, res *Result) {
	for _, base := range client.BaseURLs(res.base) {
		before := r.unsettled[base]
		delete(r.unsettled, base)
		for _, count := range res.counted {
			if count.base == base {
				r.judgeServer(c, res, count, before)
			}
		}
	}
}

// judgeServer is judgeTraffic for one server; before is what of the case before it
// may still count.
func (r *Runner) judgeServer(c *plan.Config, res *Result, count *serverCount, before share) {
	if !count.ended {
		if res.Status == runlog.StatusMeasured { // else its end is told already
			res.Notes = append(res.Notes, about(c, count.base, "whether others used the server was not checked: its counters were there before the case, and not after it"))
		}
		return
	}
	doubt := func(why string) { res.Summary.Validity.Add(metrics.Suspect, about(c, count.base, why)) }
	if !count.whole {
		doubt("the server's counters went back during the case: it was restarted, or several servers answer behind one address; list them in base_url")
		return
	}
	ours := ourShare(recordsAt(res.Records, count.base), answersEach(c))
	if why := foreign(count.during, ours.plus(before)); why != "" {
		doubt(why)
	}
	if r.unsettled == nil {
		r.unsettled = map[string]share{}
	}
	r.unsettled[count.base] = ours.rest(count.during)
	if why := r.cacheHits(c, res, count.during, ours.requests); why != "" {
		doubt(why)
	}
}

// cacheHits says that the server's prefix cache answered for prompts that share
// nothing but what goes around each of them; "" = not so, or said already by the
// answers' own usage. A preempted request finds its own tokens there.
func (r *Runner) cacheHits(c *plan.Config, res *Result, counted telemetry.Counters, requests float64) string {
	d, hits := &c.Dataset, counted.CacheHits
	allowed := requests * float64(r.inputs.of(c).counter.Around())
	switch {
	case d.Repeats(), d.SharesPrefixes(), res.Summary.Lengths.CachedTokens > 0, counted.Preemptions > 0, !(hits > allowed):
		return ""
	}
	return fmt.Sprintf("the server found %.0f prompt tokens in its prefix cache during the case, where prompts that share nothing have at most %.0f: these were sent before; reset clears it before each case, and seed: random sends others", hits, allowed)
}

// about is what is said of one server of the config's, with its address where there
// are several.
func about(c *plan.Config, base, what string) string {
	if c.SeveralServers() {
		return redact.URL(base) + ": " + what
	}
	return what
}

// noteBusy says that somebody is on a server before the first case, or that this
// cannot be seen.
func (r *Runner) noteBusy(ctx context.Context, servers []pageReader) {
	for _, pages := range servers {
		r.noteBusyAt(ctx, pages)
	}
}

func (r *Runner) noteBusyAt(ctx context.Context, pages pageReader) {
	page, err := pages.metrics(ctx)
	if err != nil {
		r.Progress.Note(fmt.Sprintf("whether others use %s is not checked: it tells no counters: %v", redact.URL(pages.base), err))
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
		text = wording.Plural(int(c.Running), "request")
	}
	if c.Waiting > 0 {
		text += fmt.Sprintf(", with %.0f more waiting,", c.Waiting)
	}
	return text
}

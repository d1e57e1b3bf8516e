package sweep

import (
	"context"
	"maps"

	"llmsweep/client"
	"llmsweep/sweep/plan"
	"llmsweep/telemetry"
)

// noticeRestart sees, by a server's own counters, that it was started anew since
// the case before, or during this one: what it told of itself is asked again, since
// it may be another version now. Servers that the run starts are asked at each start.
func (r *Runner) noticeRestart(ctx context.Context, c *plan.Config, res *Result) {
	anew := false
	for _, count := range res.counted {
		anew = r.startedAnew(c, res, count) || anew
	}
	if anew {
		r.learnAnew(ctx, c, res.base)
	}
}

// startedAnew is noticeRestart for one server.
func (r *Runner) startedAnew(c *plan.Config, res *Result, count *serverCount) bool {
	last, known := r.last[count.base]
	delete(r.last, count.base)
	if count.ended {
		if r.last == nil {
			r.last = map[string]telemetry.Counters{}
		}
		r.last[count.base] = count.after
	}
	_, whole := count.before.Since(last)
	between, during := known && !whole, count.ended && !count.whole
	if between {
		res.Notes = append(res.Notes, about(c, count.base, "the server was started anew since the case before, or another one answers at base_url"))
		delete(r.unsettled, count.base) // what was left to do is gone with the one before
	}
	return between || during // of the latter the verdict tells
}

// learnAnew asks the server at base what it is, whatever it told before.
func (r *Runner) learnAnew(ctx context.Context, c *plan.Config, base string) {
	server, err := client.New(r.driver(c, base).clientConfig())
	if err != nil {
		return // no case would have been sent
	}
	defer server.Close()
	maps.DeleteFunc(r.facts, func(of served, _ map[string]any) bool { return of.base == base })
	r.learn(ctx, server, base, c)
}

package sweep

import (
	"context"
	"maps"

	"llmsweep/client"
	"llmsweep/telemetry"
)

// noticeRestart sees, by the server's own counters, that it was started anew since
// the case before, or during this one: what it told of itself is asked again, since
// it may be another version now. Servers that the run starts are asked at each start.
func (r *Runner) noticeRestart(ctx context.Context, c *Config, res *Result) {
	if res.counted == nil {
		return
	}
	last, known := r.last[res.base]
	delete(r.last, res.base)
	if res.counted.ended {
		if r.last == nil {
			r.last = map[string]telemetry.Counters{}
		}
		r.last[res.base] = res.counted.after
	}
	_, whole := res.counted.before.Since(last)
	between, during := known && !whole, res.counted.ended && !res.counted.whole
	if between {
		res.Notes = append(res.Notes, "the server was started anew since the case before, or another one answers at base_url")
		delete(r.unsettled, res.base) // what was left to do is gone with the one before
	}
	if between || during { // of the latter the verdict tells
		r.learnAnew(ctx, c, res.base)
	}
}

// learnAnew asks the server at base what it is, whatever it told before.
func (r *Runner) learnAnew(ctx context.Context, c *Config, base string) {
	server, err := client.New(r.driver(c, base).clientConfig())
	if err != nil {
		return // no case would have been sent
	}
	defer server.Close()
	maps.DeleteFunc(r.facts, func(of served, _ map[string]any) bool { return of.base == base })
	r.learn(ctx, pageReader{server, base}, c)
}

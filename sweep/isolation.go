package sweep

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

const (
	resetPatience = 5 * time.Second // for a server that still works on what was cut off
	resetEvery    = 250 * time.Millisecond
	resetTimeout  = time.Minute // of a reset that is a command
)

// coolDown waits between cases.
func (r *Runner) coolDown(ctx context.Context) error {
	first := !r.cooled
	r.cooled = true
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if first || r.Config.Cooldown <= 0 {
		return nil
	}
	r.Progress.Note("cooling down for " + wording.Span(r.Config.Cooldown))
	return pause(ctx, r.Config.Cooldown)
}

// pause waits, and returns the context's cause if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// prepareServer learns what the server is, where it was started anew, and empties
// its cache. The doubt is what that leaves against the case; "" = none.
func (r *Runner) prepareServer(ctx context.Context, base string, pc plan.Case) (doubt string) {
	if pc.Config.Reset == "" && r.learned(base, pc.Config) {
		return ""
	}
	c, err := client.New(r.driver(pc.Config, base).clientConfig())
	if err != nil {
		return "" // the case will say so
	}
	defer c.Close()
	if !r.learned(base, pc.Config) {
		r.learn(ctx, c, base, pc.Config)
		r.noteBusy(ctx, pagesOfEach(c, base))
	}
	if err := r.reset(ctx, pagesOfEach(c, base), pc); err != nil && ctx.Err() == nil {
		doubt = fmt.Sprintf("reset before the case failed: %v", err)
		r.warnReset(base, pc.Name, doubt)
	}
	return doubt
}

// warnReset tells of a server's first reset that failed. Each case has its own among
// its reasons.
func (r *Runner) warnReset(base, name, doubt string) {
	if r.unreset[base] {
		return
	}
	if r.unreset == nil {
		r.unreset = map[string]bool{}
	}
	r.unreset[base] = true
	r.Progress.Warn(fmt.Sprintf("%s: %s; each case of %s that this happens to is suspect, and told of no more", name, doubt, redact.URL(base)))
}

// reset empties the server's cache by its page, of several each one's, or by a
// command.
func (r *Runner) reset(ctx context.Context, servers []pageReader, pc plan.Case) error {
	how, err := conf.Expand(pc.Config.Reset, r.Config.CaseVariables(&pc))
	switch {
	case err != nil:
		return err
	case how == "":
		return nil
	case strings.HasPrefix(how, "/"):
		var errs []error
		for _, pages := range servers {
			errs = append(errs, postReset(ctx, pages, how))
		}
		return errors.Join(errs...)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, resetTimeout, fmt.Errorf("the command took longer than %s", resetTimeout))
	defer cancel()
	return r.hooks.run(ctx, "reset", pc.Config.Reset, r.Config.CaseVariables(&pc), pc.Name, "LLMSWEEP_CASE="+pc.Name)
}

// postReset asks for the page until the server has done it: SGLang refuses while
// requests are in flight, and those of the case before may just be ending.
func postReset(ctx context.Context, pages pageReader, path string) error {
	deadline := time.Now().Add(resetPatience)
	for {
		_, err := pages.do(ctx, http.MethodPost, path)
		refused, answered := errors.AsType[*pageError](err)
		switch {
		case err == nil:
			return nil
		case answered && refused.status == http.StatusNotFound:
			return fmt.Errorf("%w; the server has no such page: vLLM wants VLLM_SERVER_DEV_MODE=1 for /reset_prefix_cache, SGLang's is /flush_cache", err)
		case !answered, time.Now().After(deadline):
			return err
		}
		if err := pause(ctx, resetEvery); err != nil {
			return err
		}
	}
}

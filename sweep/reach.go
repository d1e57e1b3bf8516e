package sweep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/sweep/launch"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
)

// probeTimeout is how long one question to a server may take at least.
const probeTimeout = launch.AskTimeout

// reach starts the simulators, and waits up to ready_timeout for each real server
// to answer. It comes before any file is moved.
func (r *Runner) reach(ctx context.Context) error {
	if err := r.checkSockets(); err != nil {
		return &ConfigError{err}
	}
	asked := map[string]bool{}
	r.warnInsecure()
	for i := range r.plan {
		c := r.plan[i].Config
		if q := asksFor(c); !asked[q] && c.Server.Launch == "" {
			asked[q] = true
			if err := r.reachServer(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// asksFor is equal for configs of which reachServer would ask the same.
func asksFor(c *plan.Config) string {
	return fmt.Sprintf("%q", []any{
		c.BaseURL, c.Model, c.Backend, c.Endpoint, c.APIKeyEnv, c.TLS, c.Protocol, c.Server.Ready, c.Ready, c.ReadyTimeout, c.ModelCheck, c.LoRA,
	})
}

// warnInsecure says once that some server's certificate is not checked.
func (r *Runner) warnInsecure() {
	if slices.ContainsFunc(r.plan, func(pc plan.Case) bool { return pc.Config.TLS.Insecure }) {
		r.Progress.Warn("tls.insecure: the server's certificate is not checked: anyone on the way can be the server, and read the key")
	}
}

func (r *Runner) reachServer(ctx context.Context, c *plan.Config) error {
	if _, sim := c.Preset(); sim {
		_, err := r.baseURL(ctx, c)
		return err
	}
	if t := c.ReadyTimeout; t > 0 {
		r.Progress.Note(fmt.Sprintf("waiting up to %s for %s", t, redact.URL(c.BaseURL)))
	}
	for _, base := range client.BaseURLs(c.BaseURL) {
		doubt, err := askServer(ctx, c, base, r.apiKey(c), r.Progress.Note)
		switch {
		case err != nil:
			return err
		case doubt == nil:
		case r.strict || c.ModelCheck:
			return &ConfigError{doubt}
		default:
			r.Progress.Warn(doubt.Error())
		}
	}
	return nil
}

// checkSockets faults a plan with a case that needs more connections at once than
// this process can have.
func (r *Runner) checkSockets() error {
	most := map[string]int{} // by base_url
	for _, pc := range r.plan {
		n := max(pc.NumPrompts, pc.Warmup)
		switch s := r.Config.Search; {
		case s.Over(plan.OverConcurrency):
			n = int(s.Max)
		case pc.MaxConcurrency > 0:
			n = min(n, pc.MaxConcurrency)
		case pc.OpenLoop(): // as many as the server is slow: known afterwards
			n = openAhead(pc)
		}
		most[pc.Config.BaseURL] = max(most[pc.Config.BaseURL], n)
	}
	for _, base := range slices.Sorted(maps.Keys(most)) {
		remote := base
		if strings.Contains(base, ",") || strings.HasPrefix(base, "unix:") { // several, or without ports
			remote = ""
		}
		if err := client.CheckSockets(most[base], remote); err != nil {
			return err
		}
	}
	return nil
}

// askServer waits until the one server at base answers. The doubt is about its
// models; nil = it has those that the config names, or does not tell.
func askServer(ctx context.Context, c *plan.Config, base, apiKey string, progress func(string)) (doubt, err error) {
	d := Driver{Config: c, BaseURL: base, APIKey: apiKey, Start: time.Now()}
	server, err := client.New(d.clientConfig())
	if err != nil {
		return nil, &ConfigError{err}
	}
	defer server.Close()
	if err := waitReady(ctx, readiness(c, pageReader{server, base}), c.ReadyTimeout, func(waited time.Duration, last error) {
		progress(launch.WaitText(redact.URL(base), waited, c.ReadyTimeout, last.Error()))
	}); err != nil {
		return nil, err
	}
	return checkModels(ctx, c, pageReader{server, base}), nil
}

// probe asks once, and waits no longer than timeout for the answer.
func probe(ctx context.Context, ready func(context.Context) error, timeout time.Duration) error {
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := ready(within)
	if err != nil && ctx.Err() == nil && within.Err() != nil {
		return fmt.Errorf("the server took the connection and did not answer within %s: %w; is it still loading its model? ready_timeout waits longer", timeout.Round(time.Second), err)
	}
	return err
}

// waitReady asks until the server answers; a timeout of 0 asks once. The error has
// the last answer; told hears of each meanwhile that a user is to know of.
func waitReady(ctx context.Context, ready func(context.Context) error, timeout time.Duration, told func(waited time.Duration, last error)) error {
	began := time.Now()
	deadline := began.Add(timeout)
	var notes launch.Notes
	for {
		err := probe(ctx, ready, max(probeTimeout, time.Until(deadline)))
		switch {
		case err == nil || ctx.Err() != nil || timeout == 0 || client.IsFinal(err):
			return err
		case !time.Now().Before(deadline):
			return fmt.Errorf("not ready within %s (ready_timeout): %w", timeout, err)
		}
		if waited := time.Since(began); notes.Due(waited) {
			told(waited, err)
		}
		select {
		case <-time.After(launch.AskEvery):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// A simKey is what simulators differ by.
type simKey struct{ preset, model, tokenizer string }

func simKeyOf(c *plan.Config, preset string) simKey { return simKey{preset, c.Model, c.Tokenizer} }

// address is where the config's server is, or was last; "" = not started yet.
func (r *Runner) address(c *plan.Config) string {
	preset, sim := c.Preset()
	switch child := r.sims[simKeyOf(c, preset)]; {
	case !sim:
		return c.BaseURL
	case child == nil:
		return ""
	default:
		return child.BaseURL
	}
}

// baseURL is where the config's server is. The simulator is started when it is not up:
// at first, and again after it died.
func (r *Runner) baseURL(ctx context.Context, c *plan.Config) (string, error) {
	preset, sim := c.Preset()
	if !sim {
		return c.BaseURL, nil
	}
	key := simKeyOf(c, preset)
	child := r.sims[key]
	if child != nil && child.Alive() {
		return child.BaseURL, nil
	}
	if child != nil {
		r.Progress.Warn("the simulator ended; starting it again")
	}
	child, err := launch.StartSim(ctx, r.Executable, preset, c.Model, c.Tokenizer, simLog(r.Config.ResultsDir))
	if refused, ok := errors.AsType[*launch.RefusedError](err); ok {
		err = &ConfigError{refused}
	}
	if err != nil {
		return "", err
	}
	if r.sims == nil {
		r.sims = map[simKey]*launch.Sim{}
	}
	r.sims[key] = child
	return child.BaseURL, nil
}

func (r *Runner) stopSims() {
	for _, child := range r.sims {
		if err := child.Stop(); err != nil {
			r.Progress.Warn(err.Error())
		}
	}
}

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
)

// readyEvery is how often a server that is not there yet is asked again.
const readyEvery = 500 * time.Millisecond

// probeTimeout is how long one question to a server may take at least.
const probeTimeout = 10 * time.Second

// reach starts the simulators, and waits up to ready_timeout for each real server
// to answer. It comes before any file is moved.
func (r *Runner) reach(ctx context.Context) error {
	if err := r.checkSockets(); err != nil {
		return &ConfigError{err}
	}
	type served struct{ baseURL, model, key string }
	asked := map[served]bool{}
	for i := range r.plan {
		c := r.plan[i].Config
		if s := (served{c.BaseURL, c.Model, c.APIKeyEnv}); !asked[s] && c.Server.Launch == "" {
			asked[s] = true
			if err := r.reachServer(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Runner) reachServer(ctx context.Context, c *Config) error {
	if _, sim := c.preset(); sim {
		_, err := r.baseURL(ctx, c)
		return err
	}
	if t := c.ReadyTimeout; t > 0 {
		r.Progress.Note(fmt.Sprintf("waiting up to %s for %s", t, c.BaseURL))
	}
	note, err := askServer(ctx, c, r.apiKey(c))
	switch {
	case err != nil || note == "":
		return err
	case r.strict:
		return errors.New(note)
	}
	r.Progress.Warn(note)
	return nil
}

// checkSockets faults a plan with a case that needs more connections at once than
// this process can have.
func (r *Runner) checkSockets() error {
	most := map[string]int{} // by base_url
	for _, pc := range r.plan {
		n := max(pc.NumPrompts, pc.Warmup)
		switch s := r.Config.Search; {
		case s.over(overConcurrency):
			n = int(s.Max)
		case pc.MaxConcurrency > 0:
			n = min(n, pc.MaxConcurrency)
		case pc.open(): // as many as the server is slow: known afterwards
			n = openAhead(pc)
		}
		most[pc.Config.BaseURL] = max(most[pc.Config.BaseURL], n)
	}
	for _, base := range slices.Sorted(maps.Keys(most)) {
		if err := client.CheckSockets(most[base], base); err != nil {
			return err
		}
	}
	return nil
}

// askServer waits until the server answers. The note is a doubt about its model,
// which the cases will settle; "" = none.
func askServer(ctx context.Context, c *Config, apiKey string) (note string, err error) {
	d := Driver{Config: c, BaseURL: c.BaseURL, APIKey: apiKey, Start: time.Now()}
	server, err := client.New(d.clientConfig())
	if err != nil {
		return "", &ConfigError{err}
	}
	defer server.Close()
	if err := waitReady(ctx, server, c.ReadyTimeout); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	models, err := server.Models(ctx)
	if err == nil && len(models) > 0 && !slices.Contains(models, c.Model) {
		return fmt.Sprintf("model %s is not among those that %s lists: %s", c.Model, c.BaseURL, strings.Join(models, ", ")), nil
	}
	return "", nil
}

// probe asks once, and waits no longer than timeout for the answer.
func probe(ctx context.Context, c *client.Client, timeout time.Duration) error {
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := c.Ready(within)
	if err != nil && ctx.Err() == nil && within.Err() != nil {
		return fmt.Errorf("the server took the connection and did not answer within %s: %w; is it still loading its model? ready_timeout waits longer", timeout.Round(time.Second), err)
	}
	return err
}

// waitReady asks until the server answers; a timeout of 0 asks once.
func waitReady(ctx context.Context, c *client.Client, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for {
		err := probe(ctx, c, max(probeTimeout, time.Until(deadline)))
		if err == nil || ctx.Err() != nil || !time.Now().Before(deadline) {
			return err
		}
		select {
		case <-time.After(readyEvery):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// A simKey is what simulators differ by.
type simKey struct{ preset, model, tokenizer string }

func (c *Config) simKey(preset string) simKey { return simKey{preset, c.Model, c.Tokenizer} }

// address is where the config's server is, or was last; "" = not started yet.
func (r *Runner) address(c *Config) string {
	preset, sim := c.preset()
	switch child := r.sims[c.simKey(preset)]; {
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
func (r *Runner) baseURL(ctx context.Context, c *Config) (string, error) {
	preset, sim := c.preset()
	if !sim {
		return c.BaseURL, nil
	}
	key := c.simKey(preset)
	child := r.sims[key]
	if child != nil && child.Alive() {
		return child.BaseURL, nil
	}
	if child != nil {
		r.Progress.Warn("the simulator ended; starting it again")
	}
	child, err := startSim(ctx, r.Executable, preset, c.Model, c.Tokenizer, simLog(r.Config.ResultsDir))
	if err != nil {
		return "", err
	}
	if r.sims == nil {
		r.sims = map[simKey]*simChild{}
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

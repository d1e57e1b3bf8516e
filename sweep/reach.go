package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"llmsweep/client"
)

// readyEvery is how often a server that is not there yet is asked again.
const readyEvery = 500 * time.Millisecond

// probeTimeout is how long one question to a server may take at least.
const probeTimeout = 10 * time.Second

// reach starts the simulator, or waits up to ready_timeout for a real server to
// answer. It comes before any file is moved.
func (r *Runner) reach(ctx context.Context) error {
	if err := r.checkSockets(); err != nil {
		return &ConfigError{err}
	}
	if _, sim := r.Config.preset(); sim {
		_, err := r.baseURL(ctx)
		return err
	}
	if t := r.Config.ReadyTimeout; t > 0 {
		r.Progress.Note(fmt.Sprintf("waiting up to %s for %s", t, r.Config.BaseURL))
	}
	note, err := askServer(ctx, r.Config, r.apiKey())
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
	most := 0
	for _, pc := range r.plan {
		n := max(pc.NumPrompts, pc.Warmup)
		switch {
		case pc.MaxConcurrency > 0:
			n = min(n, pc.MaxConcurrency)
		case pc.open(): // as many as the server is slow: known afterwards
			n = openAhead(pc)
		}
		most = max(most, n)
	}
	return client.CheckSockets(most, r.Config.BaseURL)
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

// baseURL is where the server is. The simulator is started when it is not up:
// at first, and again after it died.
func (r *Runner) baseURL(ctx context.Context) (string, error) {
	preset, sim := r.Config.preset()
	if !sim {
		return r.Config.BaseURL, nil
	}
	if r.sim != nil && r.sim.Alive() {
		return r.sim.BaseURL, nil
	}
	if r.sim != nil {
		r.Progress.Warn("the simulator ended; starting it again")
	}
	var err error
	r.sim, err = startSim(ctx, r.Executable, preset, r.Config.Model, r.Config.Tokenizer, simLog(r.Config.ResultsDir))
	if err != nil {
		return "", err
	}
	return r.sim.BaseURL, nil
}

func (r *Runner) stopSim() {
	if r.sim == nil {
		return
	}
	if err := r.sim.Stop(); err != nil {
		r.Progress.Warn(err.Error())
	}
}

package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"

	"llmsweep/client"
)

// read makes the plan and checks what can be checked without a server: dataset,
// tokenizer, and mostly that each prompt can be made.
func (r *Runner) read(ctx context.Context) error {
	if err := r.checkOnly(); err != nil {
		return &ConfigError{err}
	}
	r.plan = r.Config.Plan()
	r.inputs = inputs{config: r.Config, getenv: r.Getenv, progress: r.Progress}
	return configError(ctx, r.inputs.read(ctx, r.plan))
}

// ask waits for the server, and asks it for what the prompts want of it. It comes
// before any file is moved.
func (r *Runner) ask(ctx context.Context) error {
	if err := r.reach(ctx); err != nil {
		if absent := r.inputs.absent; absent != nil && ctx.Err() == nil {
			return &ConfigError{fmt.Errorf("tokenizer: %w; nor can the server be asked to count: %w", absent, err)}
		}
		return err
	}
	base, err := r.baseURL(ctx)
	if err != nil {
		return err
	}
	server, err := client.New(r.driver(base).clientConfig())
	if err != nil {
		return &ConfigError{err}
	}
	err = r.inputs.ask(ctx, server, base, r.plan)
	if err == nil {
		pages := pageReader{server, base}
		r.learn(ctx, pages)
		r.noteBusy(ctx, pages)
	}
	if r.inputs.server != server {
		server.Close()
	}
	if err != nil {
		return configError(ctx, err)
	}
	return configError(ctx, r.hash())
}

// configError makes err the config's, unless the run was ended meanwhile.
func configError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &ConfigError{err}
}

// hash gives the plan's cases their hashes.
func (r *Runner) hash() error {
	for i := range r.plan {
		hash, err := r.Config.CaseHash(r.plan[i], r.inputs.tok.Hash())
		if err != nil {
			return err
		}
		r.plan[i].Hash = hash
	}
	return nil
}

// replan plans anew, by another seed.
func (r *Runner) replan() error {
	r.plan = r.Config.Plan()
	if err := r.inputs.deal(r.plan); err != nil {
		return &ConfigError{err}
	}
	return r.hash()
}

// Validate checks what Run checks before it moves or measures anything: the
// dataset's files and, online, tokenizer, server and prompts too. All that is
// wrong is told at once; a *ConfigError is among it where it is the config's.
func (r *Runner) Validate(ctx context.Context, online bool) error {
	if !online {
		return configError(ctx, checkFiles(r.Config))
	}
	logs, err := os.MkdirTemp("", "llmsweep-validate-") // of the simulator; a results folder is not made
	if err != nil {
		return err
	}
	defer os.RemoveAll(logs)
	c := *r.Config
	c.ResultsDir = logs
	r.Config = &c
	defer r.inputs.close()
	defer r.stopSim()
	r.strict = true
	err = r.read(ctx)
	if _, sim := c.preset(); err != nil && !sim {
		return errors.Join(err, r.reach(ctx))
	}
	if err != nil {
		return err
	}
	return r.ask(ctx)
}

package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"

	"llmsweep/client"
	"llmsweep/sweep/plan"
)

// read makes the plan and checks what can be checked without a server: dataset,
// tokenizer, and mostly that each prompt can be made.
func (r *Runner) read(ctx context.Context) error {
	if err := r.checkOnly(); err != nil {
		return &ConfigError{err}
	}
	r.plan = r.Config.Cases()
	r.inputs = newInputSet(r.plan, r.Getenv, r.Progress)
	return configError(ctx, r.inputs.read(ctx))
}

// ask waits for the server, and asks it for what the prompts want of it. It comes
// before any file is moved.
func (r *Runner) ask(ctx context.Context) error {
	if err := r.reach(ctx); err != nil {
		if absent := r.inputs.absent(); absent != nil && ctx.Err() == nil {
			return &ConfigError{fmt.Errorf("tokenizer: %w; nor can the server be asked to count: %w", absent, err)}
		}
		return err
	}
	if err := r.inputs.ask(ctx, func(c *plan.Config) (*client.Client, string, error) { return r.connect(ctx, c) }); err != nil {
		return configError(ctx, err)
	}
	if err := r.survey(ctx); err != nil {
		return configError(ctx, err)
	}
	return configError(ctx, r.hash())
}

// survey asks each server of the plan what it is, and whether others use it.
func (r *Runner) survey(ctx context.Context) error {
	asked := map[*plan.Config]bool{}
	for i := range r.plan {
		c := r.plan[i].Config
		if asked[c] || c.Server.Launch != "" {
			continue
		}
		asked[c] = true
		if err := r.surveyServer(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) surveyServer(ctx context.Context, c *plan.Config) error {
	server, base, err := r.connect(ctx, c)
	if err != nil {
		return err
	}
	defer server.Close()
	if r.learned(base, c) {
		return nil
	}
	r.learn(ctx, server, base, c)
	r.noteBusy(ctx, pagesOfEach(server, base))
	return nil
}

// connect is a client of the config's server, and where that is.
func (r *Runner) connect(ctx context.Context, c *plan.Config) (*client.Client, string, error) {
	base, err := r.baseURL(ctx, c)
	if err != nil {
		return nil, "", err
	}
	server, err := client.New(r.driver(c, base).clientConfig())
	return server, base, err
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
func (r *Runner) hash() (err error) {
	r.hashed = map[*plan.Config]hashedConfig{}
	for i := range r.plan {
		if r.plan[i].Hash, err = r.hashOf(&r.plan[i]); err != nil {
			return err
		}
	}
	return nil
}

// hashedConfig is a config and its tokenizer as they were known when the plan was
// hashed: a server that is launched later may tell more, and the hash of a case that
// is planned then is to be what it is in the next run.
type hashedConfig struct {
	plan.Config
	tokenizer string
}

func (r *Runner) hashOf(pc *plan.Case) (string, error) {
	h, known := r.hashed[pc.Config]
	if !known {
		h = hashedConfig{*pc.Config, r.inputs.of(pc.Config).tokenizerHash()}
		r.hashed[pc.Config] = h
	}
	return h.CaseHash(*pc, h.tokenizer)
}

// replan plans anew, by another seed.
func (r *Runner) replan() error {
	r.plan = r.Config.Cases()
	r.inputs.plan(r.plan)
	if err := r.inputs.each((*inputs).redeal); err != nil {
		return &ConfigError{err}
	}
	return r.hash()
}

// Validate checks what Run checks before it moves or measures anything: the
// dataset's files and, online, tokenizer, server and prompts too; of servers that
// the run starts, what can be known before. All that is wrong is told at once; a *ConfigError is among it where it is the config's.
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
	defer r.close()
	r.strict = true
	err = r.read(ctx)
	if r.plan == nil {
		return err
	}
	err = errors.Join(err, r.checkLaunches(ctx))
	if err != nil && !allSimulated(&c) {
		return errors.Join(err, r.reach(ctx))
	}
	if err != nil {
		return err
	}
	if err := r.ask(ctx); err != nil {
		return err
	}
	r.tellServers()
	return nil
}

// checkLaunches says which servers are not asked because the run starts them, and
// checks what can be known without that: commands that a shell can read, a program
// that is there, a port that is free. All that is wrong is told.
func (r *Runner) checkLaunches(ctx context.Context) error {
	var errs []error
	checked := map[string]bool{}
	for i := range r.plan {
		key, l, err := r.launchOf(&r.plan[i])
		if key == "" && err == nil || checked[key] {
			continue
		}
		checked[key] = true
		if err != nil {
			errs = append(errs, &ConfigError{err})
			continue
		}
		r.Progress.Note(fmt.Sprintf("server %s is launched by the run: not asked", l.Name))
		if err := l.CheckCommands(ctx); err != nil {
			errs = append(errs, &ConfigError{err})
		}
		errs = append(errs, l.CheckFree(ctx, nil))
	}
	return errors.Join(errs...)
}

package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/runlog"
	"llmsweep/sweep/launch"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
)

// maxRestarts is how often a server that died is started again in a run: one that
// keeps dying would cost the night.
const maxRestarts = 2

// A launched is one server that the run starts for its cases, over all its starts.
type launched struct {
	entry  launch.Entry
	server *launch.Server // nil = it is not up
	client *client.Client // asks whether it is ready
	deaths int
	failed error // why it is not started again
}

// serve has the case's server up, where the run starts it: one at a time, for its
// consecutive cases. The error is why the case cannot be run.
func (r *Runner) serve(ctx context.Context, pc plan.Case) error {
	key, entry, err := r.launchOf(&pc)
	if err != nil {
		return err
	}
	if r.up != nil && r.up != r.launches[key] {
		r.stopServer(ctx)
	}
	if key == "" {
		return nil
	}
	s := r.launches[key]
	if s == nil {
		if r.launches == nil {
			r.launches = map[string]*launched{}
		}
		s = &launched{entry: entry}
		r.launches[key] = s
	}
	if s.failed != nil {
		return s.failed
	}
	if err := r.start(ctx, pc.Config, s); err != nil {
		return err
	}
	in := r.inputs.of(pc.Config)
	if in.asked {
		return nil
	}
	if err := r.inputs.askOne(ctx, in, func(c *plan.Config) (*client.Client, string, error) { return r.connect(ctx, c) }); err != nil {
		return err
	}
	return r.checkCounting(in)
}

// start starts the server unless it is up.
func (r *Runner) start(ctx context.Context, c *plan.Config, s *launched) error {
	if s.server != nil && s.server.Alive() {
		return nil
	}
	if s.server != nil {
		r.up = s
		words := s.server.LastWords()
		r.stopServer(ctx) // what is left of it
		if s.deaths++; s.deaths > maxRestarts {
			s.failed = fmt.Errorf("server %s died %d times and is not started again; %s", s.entry.Name, s.deaths, words)
			return s.failed
		}
		r.Progress.Warn(fmt.Sprintf("server %s ended; starting it again", s.entry.Name))
	}
	r.forget(c)
	var err error
	if s.client, err = client.New(r.driver(c, c.BaseURL).clientConfig()); err != nil {
		return err
	}
	r.up = s
	s.server, err = s.entry.Start(ctx, readiness(c, pageReader{s.client, c.BaseURL}), r.Progress.Note)
	if err != nil {
		if ctx.Err() == nil {
			s.failed = err
		}
		r.stopServer(ctx)
		return err
	}
	if doubt := checkModels(ctx, c, pageReader{s.client, c.BaseURL}); doubt != nil && c.ModelCheck {
		s.failed = doubt
		r.stopServer(ctx)
		return doubt
	}
	return nil
}

// stopServer ends the server that is up, also after an interruption.
func (r *Runner) stopServer(ctx context.Context) {
	s := r.up
	if r.up = nil; s == nil {
		return
	}
	if s.server != nil {
		r.warn(telling(func() error { return s.server.Stop(context.WithoutCancel(ctx)) }, func() {
			r.Progress.Note(fmt.Sprintf("stopping server %s: up to %s, then it is killed", s.entry.Name, cmp.Or(s.entry.StopWait, launch.StopWait)))
		}))
		s.server = nil
	}
	if s.client != nil {
		s.client.Close()
		s.client = nil
	}
}

// telling does what mostly is quick, and tells a user who waits for it.
func telling(do func() error, tell func()) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(2 * time.Second):
		tell()
		return <-done
	}
}

// forget drops what is known of the server at the config's address: another one
// is to be there.
func (r *Runner) forget(c *plan.Config) {
	delete(r.facts, served{c.BaseURL, c.Model})
	for _, base := range client.BaseURLs(c.BaseURL) {
		delete(r.unsettled, base)
		delete(r.last, base)
	}
}

// died says that the server ended during the case, with its last words; "" = not so.
func (r *Runner) died(ctx context.Context, res *Result) string {
	if r.up == nil || r.up.server == nil || res.Status != runlog.StatusFailed || ctx.Err() != nil {
		return ""
	}
	s := r.up.server
	select { // its connections end before it does
	case <-s.Exited():
	case <-time.After(time.Second):
	}
	if s.Alive() {
		return ""
	}
	return s.Death()
}

// launchOf is how the case's server is started, and a key that differs where that
// does; "" = it is there already.
func (r *Runner) launchOf(pc *plan.Case) (key string, l launch.Entry, err error) {
	c := pc.Config
	if c.Server.Launch == "" {
		return "", l, nil
	}
	secrets := []string{r.apiKey(c)}
	of := c.CaseVariables(pc)
	e, err := c.ExpandServer(pc, func(name string) (string, bool) {
		text, ok := of(name)
		if redact.SecretName(name) {
			secrets = append(secrets, text)
		}
		return text, ok
	})
	if err != nil {
		return "", l, err
	}
	for name, text := range e.Env {
		if redact.Text(name, text) != text {
			secrets = append(secrets, text)
		}
	}
	dir := r.Config.ResultsDir
	l = launch.Entry{
		Name: e.Name, Command: e.Launch, Env: e.Env,
		LogPath: filepath.Join(dir, ".run", "logs", "server-"+url.PathEscape(e.Name)+".log"),
		Mask:    func(text string) string { return redact.Command(redact.Values(secrets, text)) },
		BaseURL: c.BaseURL, ReadyTimeout: c.ReadyTimeout,
		Stop: e.Stop, StopWait: e.StopWait, PidDir: pidDir(dir),
	}
	return fmt.Sprintf("%q %q %q %q", e.Name, e.Launch, e.Env, c.BaseURL), l, nil
}

// pidDir has the records of launched servers in a results folder.
func pidDir(dir string) string { return filepath.Join(dir, ".run", runlog.PidsDir) }

// endLeftovers ends the servers that runs left behind when they were killed: in this
// run's folder, and, where its name has the date in it, in those of other days that
// no run is at work in.
func (r *Runner) endLeftovers(ctx context.Context, dir string) {
	folders, _ := filepath.Glob(filepath.Join(r.Config.ResultsPattern(), ".run")) // the pattern is whole
	for _, folder := range folders {
		folder = filepath.Dir(folder)
		if filepath.Clean(folder) != filepath.Clean(dir) && !runlog.AtWork(folder) {
			r.warn(launch.EndLeftovers(ctx, pidDir(folder), r.Progress.Warn))
		}
	}
	r.warn(launch.EndLeftovers(ctx, pidDir(dir), r.Progress.Warn))
}

// readiness asks whether one of the config's servers is ready. The error is a
// *client.FinalError where it is of no use to ask again.
func readiness(c *plan.Config, server pageReader) func(context.Context) error {
	page := cmp.Or(c.Server.Ready, c.Ready)
	ask := server.client.Ready
	switch {
	case page == plan.ReadyAuto:
	case page == plan.ReadyProbe:
		ask = server.client.Probe
	case strings.HasPrefix(page, "/"):
		ask = func(ctx context.Context) error {
			_, err := server.do(ctx, http.MethodGet, page)
			return err
		}
	default:
		return func(ctx context.Context) error { return askURL(ctx, page) }
	}
	return func(ctx context.Context) error { return server.client.Final(ctx, ask(ctx)) }
}

// askURL asks for a page that may be anybody's: without key, headers and TLS settings.
func askURL(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if client.IsFinal(err) {
		return &client.FinalError{Err: fmt.Errorf("ready: %w; a URL is asked without tls: take a page of base_url, as in ready: /health", err)}
	}
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("ready: " + resp.Status)
	}
	return nil
}

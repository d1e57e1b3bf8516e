package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/httpload"
	"llmsweep/sweep/plan"
)

// wrk's defaults.
const (
	httpThreads     = 2
	httpConnections = 10
	httpDuration    = 10 * time.Second
	httpTimeout     = 2 * time.Second
)

// httpFlags are the flags of http, as written.
type httpFlags struct {
	connections, threads counts
	duration, timeout    wrkTime
	script, method, body string
	headers              []string
	latency, corrected   bool
	insecure             bool
	rate                 wrkRate
	config, resultsDir   string
}

func httpCommand() *cobra.Command {
	f := httpFlags{duration: wrkTime(httpDuration), timeout: wrkTime(httpTimeout)}
	cmd := &cobra.Command{
		Use:     "http [flags] URL [-- script arguments]",
		Short:   "Send one request over and over for a time, as wrk does",
		Version: version, // wrk has -v
		Long: `http does wrk's job with wrk's flags, Lua scripts and report. -R sends at a
constant rate, as wrk2 does. Several settings in one call are compared, and read
together:

  llmsweep http -t10 -c100 -d60s --timeout 30s -s post.lua http://127.0.0.1:8000/v1/chat/completions
  llmsweep http -c 20,100,200 -d 60s --timeout 30s --body body.json http://127.0.0.1:8000/v1/chat/completions
  llmsweep http --config config.yaml     settings from its http section

Several settings, or those of a config, are kept as one JSON each in the results
folder. Numbers may have a unit (1k, 1M), times too (10s, 2m, 1h, 500ms).

Exit status: 0 measured; 1 no connection, or a setting without an answer in time,
or with errors alone; 2 the command line, config or script is wrong; 130 interrupted.`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch at := cmd.ArgsLenAtDash(); {
			case f.config != "" && len(args) > 0 && at != 0:
				return errors.New("http: --config names the URL; leave it out here")
			case f.config == "" && (len(args) == 0 || at == 0):
				return errors.New("http: want a URL, as in llmsweep http -c 100 -d 60s http://127.0.0.1:8000/health")
			case f.config == "" && len(args) > 1 && at != 1:
				return fmt.Errorf("http: %q after the URL; arguments of the script come after --", args[1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return httpLoad(cmd, &f, args) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.VarP(&f.connections, "connections", "c", "connections to keep open, one or a list: 20,100,200 (default 10)")
	fl.VarP(&f.duration, "duration", "d", "duration of each test")
	fl.VarP(&f.threads, "threads", "t", "threads, one or a list; each has a Lua state and a Req/Sec of its own (default 2)")
	fl.StringVarP(&f.script, "script", "s", "", "Lua script `file`, with wrk's API")
	fl.StringArrayVarP(&f.headers, "header", "H", nil, "header of each request, \"Name: value\"; may be repeated")
	fl.BoolVarP(&f.latency, "latency", "L", false, "print the latency distribution")
	fl.VarP(&f.timeout, "timeout", "T", "an answer that takes as long counts as a timeout")
	fl.VarP(&f.rate, "rate", "R", "constant rate, requests/s, with latencies from when each is due")
	fl.BoolVar(&f.corrected, "corrected", false, "correct latencies by the expected interval, as wrk always does")
	fl.StringVar(&f.body, "body", "", "`file` with the request's body; - is stdin")
	fl.StringVar(&f.method, "method", "", "method (default GET, or POST with a body)")
	fl.BoolVar(&f.insecure, "insecure", false, "take any certificate, as wrk does")
	fl.StringVar(&f.config, "config", "", "take the settings from this config's http section")
	fl.StringVar(&f.resultsDir, "results-dir", "", "keep a JSON of each setting in this folder (default results, for several settings)")
	return cmd
}

// httpLoad runs the settings one after the other.
func httpLoad(cmd *cobra.Command, f *httpFlags, args []string) error {
	plan, err := httpPlan(cmd, f, args)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	for _, why := range plan.left {
		fmt.Fprintf(cmd.ErrOrStderr(), "left out: %v\n", why)
	}
	if plan.dir != "" { // before anything is sent: hours may depend on it
		if err := os.MkdirAll(plan.dir, 0o777); err != nil {
			return withStatus(exitUsage, fmt.Errorf("http: %w; make its parent writable or choose another --results-dir", err))
		}
	}
	out := cmd.OutOrStdout()
	var files []*httpload.CaseFile
	var failures []error
	var cut error // why the settings were not all run to their end
	for i, o := range plan.settings {
		if i > 0 {
			fmt.Fprintln(out)
		}
		ended := func(r *httpload.Result) error {
			file := r.CaseFile(version)
			files = append(files, file)
			if err := r.Nothing(); err != nil {
				failures = append(failures, plan.named(i, err))
			}
			if err := r.Print(out); err != nil || plan.dir == "" {
				return err
			}
			path, err := file.Save(plan.dir)
			if err == nil {
				fmt.Fprintln(cmd.ErrOrStderr(), path)
			}
			return err
		}
		err := httpload.Run(cmd.Context(), o, func() { _ = o.PrintStart(out) }, ended) // a broken stdout shows in the report
		if err != nil || cmd.Context().Err() != nil {
			cut = httpEnd(cmd.Context(), plan.named(i, err), len(files))
			break
		}
	}
	if len(files) > 1 { // those of a test that was cut short too
		fmt.Fprintln(out)
		if err := httpload.PrintTable(out, files); err != nil {
			return withStatus(exitFailed, err)
		}
	}
	switch failed := errors.Join(failures...); {
	case cut != nil:
		return withStatus(statusOf(cut), errors.Join(failed, cut))
	case failed != nil:
		return withStatus(exitFailed, failed)
	}
	return nil
}

// httpEnd is why the settings were not all run to their end; err may be nil.
func httpEnd(ctx context.Context, err error, measured int) error {
	_, inScript := errors.AsType[*httpload.ScriptError](err)
	switch {
	case ctx.Err() != nil && measured == 0:
		return withStatus(exitInterrupted, errors.New("interrupted before anything was measured"))
	case ctx.Err() != nil:
		said := errors.New("interrupted: the figures above are of a part of the test")
		if inScript {
			said = errors.Join(said, err)
		}
		return withStatus(exitInterrupted, said)
	case inScript:
		return withStatus(exitUsage, err)
	}
	return withStatus(exitFailed, err)
}

// An httpSettings is what one call of http runs, and where its files go.
type httpSettings struct {
	settings []httpload.Options
	left     []error // why others of the lists cannot be
	dir      string  // "" = none are written
}

// named is err with the setting that it is of, where there are several.
func (p *httpSettings) named(i int, err error) error {
	if err == nil || len(p.settings) == 1 {
		return err
	}
	o := &p.settings[i]
	return fmt.Errorf("connections %d, threads %d: %w", o.Connections, o.Threads, err)
}

func httpPlan(cmd *cobra.Command, f *httpFlags, args []string) (httpSettings, error) {
	o := httpload.Options{Stdout: cmd.OutOrStdout(), Insecure: f.insecure}
	p := httpSettings{dir: f.resultsDir}
	if f.config != "" {
		if err := f.readConfig(cmd, &o, &p); err != nil {
			return p, err
		}
		o.Args = args
	} else {
		o.URL, o.Args = args[0], args[1:]
	}
	if err := f.fill(cmd, &o); err != nil {
		return p, err
	}
	if err := p.expand(o, f.connections, f.threads); err != nil {
		return p, err
	}
	if p.dir == "" && len(p.settings) > 1 {
		p.dir = plan.Default().ResultsDir
	}
	return p, nil
}

// readConfig takes from the config what no flag says.
func (f *httpFlags) readConfig(cmd *cobra.Command, o *httpload.Options, p *httpSettings) error {
	h, err := plan.ReadHTTP(f.config, configEnv())
	if err != nil {
		return err
	}
	given := cmd.Flags().Changed
	o.URL = h.URL
	if !given("connections") {
		f.connections = h.Connections
	}
	if !given("threads") {
		f.threads = h.Threads
	}
	if !given("duration") && h.Duration > 0 {
		f.duration = wrkTime(h.Duration)
	}
	if !given("timeout") && h.Timeout > 0 {
		f.timeout = wrkTime(h.Timeout)
	}
	if !given("rate") {
		f.rate = wrkRate(h.Rate)
	}
	if !given("method") {
		f.method = h.Method
	}
	if !given("script") {
		f.script = h.Script
	}
	f.latency, f.corrected = f.latency || h.Latency, f.corrected || h.Corrected
	for _, name := range slices.Sorted(maps.Keys(h.Headers)) {
		o.Headers = append(o.Headers, httpload.Header{Name: name, Value: h.Headers[name]})
	}
	switch {
	case given("body"):
	case h.Body != "":
		o.Body = []byte(h.Body)
	default:
		f.body = h.BodyFile
	}
	if p.dir == "" {
		p.dir = h.ResultsDir
	}
	return nil
}

package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// watchFlags say who watches a sweep, and how.
type watchFlags struct {
	quiet, events bool
	metricsAddr   string
}

func (f *watchFlags) register(fs *pflag.FlagSet) {
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "nothing on stderr but warnings and errors")
	fs.BoolVar(&f.events, "json", false, "events on stdout, a JSON object a line; the table goes to stderr")
	fs.StringVar(&f.metricsAddr, "metrics-addr", "", "serve Prometheus metrics at this `host:port` while it runs; port 0 = a free one")
}

// A watch is all who watch a sweep: a Progress, and where its results are printed.
type watch struct {
	sweep.Progress
	results  io.Writer // for tables
	events   *events   // nil = none
	exporter *exporter // nil = none
}

// open starts watching a sweep that has a results folder, or "" none.
// An address that cannot be listened on is an error of the
// command line. The watch must be closed.
func (f *watchFlags) open(cmd *cobra.Command, resultsDir string) (*watch, error) {
	// A signal that is caught leaves the write to fail: without this, one to a pipe
	// that nobody reads any more (tee was killed) would end the run on the spot.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	stdout, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	l := newLive()
	w := &watch{results: stdout}
	all := several{l}
	if f.metricsAddr != "" {
		var err error
		if w.exporter, err = newExporter(f.metricsAddr, l); err != nil {
			return nil, withStatus(exitUsage, err)
		}
		all = append(all, w.exporter)
	}
	if f.events {
		w.events = newEvents(stdout, stderr, l, resultsDir)
		all = append(all, w.events)
		w.results = stderr
	}
	switch {
	case f.quiet && f.events:
		w.results = io.Discard
		fallthrough
	case f.quiet:
		all = append(all, &quiet{w: stderr})
	case f.events && isTerminal(stdout): // bars would be drawn over the events
		all = append(all, newLines(stderr, l))
	default:
		all = append(all, newDisplay(stderr, l))
	}
	w.Progress = all
	if w.exporter != nil {
		if w.events != nil {
			w.events.metricsURL = w.exporter.url
		}
		w.Note("metrics are at " + w.exporter.url)
	}
	return w, nil
}

// close ends the watching of a sweep that ended so.
func (w *watch) close(err error) {
	if w.events != nil {
		w.events.ended(err)
	}
	if w.exporter != nil {
		w.exporter.close()
	}
}

// newProgress is for a terminal or a log, and no one else.
func newProgress(stderr io.Writer) sweep.Progress {
	l := newLive()
	return several{l, newDisplay(stderr, l)}
}

// newDisplay shows two lines that move on a terminal, and plain lines elsewhere.
func newDisplay(w io.Writer, l *live) sweep.Progress {
	if isTerminal(w) && os.Getenv("TERM") != "dumb" {
		return &bars{w: w, live: l}
	}
	return newLines(w, l)
}

func isTerminal(w io.Writer) bool {
	f, ok := fileOf(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is how wide a terminal is; 0 = unknown, or none.
func columns(w io.Writer) int {
	f, ok := fileOf(w)
	if !ok {
		return 0
	}
	width, _, _ := term.GetSize(int(f.Fd()))
	return max(width, 0)
}

// quiet says nothing but what went wrong.
type quiet struct {
	sweep.Silent
	w io.Writer
}

func (q *quiet) Warn(text string) { fmt.Fprintln(q.w, warning+text) }

func (q *quiet) CaseEnded(c plan.Case, r *sweep.Result) {
	if r.Status == runlog.StatusFailed {
		fmt.Fprintln(q.w, summary(c, r, 0))
	}
}

// warning begins a line that is one.
const warning = "warning: "

// several are told one after the other.
type several []sweep.Progress

func (s several) Note(text string) {
	for _, p := range s {
		p.Note(text)
	}
}

func (s several) Warn(text string) {
	for _, p := range s {
		p.Warn(text)
	}
}

func (s several) Reading(done, total int) {
	for _, p := range s {
		p.Reading(done, total)
	}
}

func (s several) SweepStarted(toRun []plan.Case, planned int) {
	for _, p := range s {
		p.SweepStarted(toRun, planned)
	}
}

func (s several) CaseStarted(c plan.Case) {
	for _, p := range s {
		p.CaseStarted(c)
	}
}

func (s several) Preparing(done, total int) {
	for _, p := range s {
		p.Preparing(done, total)
	}
}

func (s several) Sending(inFlight func() int) {
	for _, p := range s {
		p.Sending(inFlight)
	}
}

func (s several) RequestEnded(r *metrics.Record) {
	for _, p := range s {
		p.RequestEnded(r)
	}
}

func (s several) CaseEnded(c plan.Case, r *sweep.Result) {
	for _, p := range s {
		p.CaseEnded(c, r)
	}
}

func (s several) CaseSkipped(c plan.Case, why string) {
	for _, p := range s {
		p.CaseSkipped(c, why)
	}
}

func (s several) SweepEnded() {
	for _, p := range s {
		p.SweepEnded()
	}
}

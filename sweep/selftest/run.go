package selftest

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"llmsweep/client"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/host"
	"llmsweep/sweep/launch"
)

const (
	pacedTokens  = 64                     // of an answer
	pacedAnswer  = 730 * time.Millisecond // what it takes: 100 ms + 63 · 10 ms
	floodTokens  = 256                    // of an answer
	floodStreams = 256                    // at most
	floodLasts   = 2 * time.Second        // at most
	model        = "self-test"
	spareFiles   = 64 // open files beside the connections
)

// A Tester measures the simulator, as a child process, with the client and
// the load generator that cases are measured with.
type Tester struct {
	Version    string        // of this tool
	Executable string        // starts the simulator: this program's own file
	Streams    []int         // of the paced rows, in order; at least one, each at least 1
	Lasts      time.Duration // of the measured part of each row
	Now        func() time.Time
	Row        func(Row) // hears each row as it ends; nil = nobody does
}

// Run measures a paced row for each number of streams, then a flood row, and
// judges them. A row that this machine cannot run at all is marked as skipped.
// An error is this program's, the simulator's, or the context's cause.
func (s *Tester) Run(ctx context.Context) (*Result, error) {
	t := &Result{Schema: Schema, Tool: "llmsweep " + s.Version, Date: s.Now(), Host: host.Facts()}
	files, err := client.RaiseFileLimit()
	if err != nil {
		return nil, err
	}
	logs, err := os.MkdirTemp("", "llmsweep-selftest-")
	if err != nil {
		return nil, err
	}
	flood := min(floodStreams, slices.Max(s.Streams))
	// Whole answers in each stream, so that all streams are at work to the end;
	// where the simulator cannot keep its pace, fewer.
	each := (s.Lasts + pacedAnswer - 1) / pacedAnswer
	paced := series{name: Paced, tokens: pacedTokens, files: files, each: int(each), until: each * pacedAnswer * 3 / 2}
	unpaced := series{name: Flood, tokens: floodTokens, files: files, each: 1 << 20, until: min(s.Lasts, floodLasts)}
	for _, part := range []struct {
		load    series
		streams []int
	}{{paced, s.Streams}, {unpaced, []int{flood}}} {
		rows, err := s.rows(ctx, filepath.Join(logs, part.load.name+".log"), part.load, part.streams)
		if ctx.Err() != nil {
			_ = os.RemoveAll(logs)
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, err // the simulator's log stays
		}
		t.Rows = append(t.Rows, rows...)
	}
	t.judge()
	_ = os.RemoveAll(logs) // what the simulator said is of no use now
	return t, nil
}

// A series is what the rows of one simulator share.
type series struct {
	name   string        // Paced or Flood: the simulator's preset
	tokens int           // of an answer
	each   int           // requests a stream, at most
	until  time.Duration // when no more of them are sent, from the first one on
	files  uint64        // that may be open
}

// rows runs the loads of one simulator.
func (s *Tester) rows(ctx context.Context, log string, load series, streams []int) (rows []Row, err error) {
	sim, err := launch.StartSim(ctx, s.Executable, load.name, model, "builtin:qwen3", log)
	if err != nil {
		return nil, err
	}
	defer sim.Stop()
	for _, n := range streams {
		row := Row{Load: load.name, Streams: n}
		if err := load.measure(ctx, sim.BaseURL, &row); err != nil {
			return nil, fmt.Errorf("self-test, %s, %d streams: %w; the simulator's log is %s", load.name, n, err, log)
		}
		if row.Load == Paced {
			row.Doubts = row.doubts()
		}
		rows = append(rows, row)
		if s.Row != nil {
			s.Row(row)
		}
	}
	return rows, nil
}

// measure fills the row: load in a closed loop, then the comparison with the
// truth.
func (l series) measure(ctx context.Context, baseURL string, row *Row) error {
	if l.files < uint64(row.Streams+spareFiles) {
		row.skip(fmt.Sprintf("%d files may be open, want %d; raise that by ulimit -n", l.files, row.Streams+spareFiles))
		return nil
	}
	if err := resetTruth(ctx, baseURL); err != nil {
		return err
	}
	runtime.GC() // a row pays for its own garbage only
	start := time.Now()
	c, err := client.New(client.Config{
		Backend: client.OpenAI, BaseURL: baseURL, Model: model, Start: start,
		Timeouts: client.Timeouts{Connect: 10 * time.Second, FirstToken: 30 * time.Second, Idle: 30 * time.Second, Request: time.Minute},
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Open(ctx, row.Streams); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		row.skip(err.Error())
		return nil
	}
	var records []metrics.Record
	cpu, began := cpuSeconds(), time.Now()
	err = loadgen.Run(ctx, c, l.plan(row.Streams, start), func(t client.Trace) error {
		records = append(records, metrics.FromTrace(t, nil))
		return nil
	})
	if err != nil {
		return err
	}
	row.ClientCPU = runlog.Float((cpuSeconds() - cpu) / time.Since(began).Seconds())
	writes, err := fetchTruth(ctx, baseURL)
	if err != nil {
		return err
	}
	row.fill(records, compareTruth(records, start.UnixNano(), writes))
	return nil
}

// plan is a warm-up request a stream, undrained, then the measured ones.
func (l series) plan(streams int, start time.Time) loadgen.Plan {
	warmup := requests{prefix: "w", output: l.tokens, least: streams}
	measured := requests{prefix: "m", output: l.tokens, least: streams, most: streams * l.each, until: l.until}
	return loadgen.Plan{
		Warmup:         loadgen.Phase{Source: warmup, Requests: streams},
		Measured:       loadgen.Phase{Source: measured},
		MaxConcurrency: streams,
		Epoch:          start,
	}
}

// skip marks a row that was not run: its figures are undefined.
func (r *Row) skip(why string) {
	r.fill(nil, truthErrors{})
	r.Skipped, r.ClientCPU = why, runlog.NaN()
}

// fill takes the figures that cases have, too, from where they have them.
func (r *Row) fill(records []metrics.Record, e truthErrors) {
	s := metrics.Summarize(records, metrics.Options{MaxConcurrency: r.Streams, RequestRate: math.Inf(1)})
	r.Seconds = runlog.Float(s.Duration)
	r.Requests, r.Failed, r.FirstError, r.Compared = s.Sent, s.Failed, s.FirstError, e.compared
	r.EventsPerS = runlog.Float(eventsPerS(records, s.Duration))
	r.KernelStamps = s.Client.KernelStamps
	r.TTFT, r.ITL = e.ttft(), e.itl()
	r.SendLagP50, r.SendLagP99 = runlog.Float(s.Client.SendP50), runlog.Float(s.Client.SendP99)
	r.SharedShare, r.ReaderLagP99 = runlog.Float(s.Client.SharedShare), runlog.Float(s.Client.LagP99)
}

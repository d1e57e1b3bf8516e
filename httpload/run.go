package httpload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// sampleEvery is how often each thread's requests/s are taken, as in wrk.
const sampleEvery = 100 * time.Millisecond

// ScriptError is a fault of the Lua script.
type ScriptError struct{ Err error }

func (e *ScriptError) Error() string { return e.Err.Error() }

func (e *ScriptError) Unwrap() error { return e.Err }

// A test is one setting while it runs.
type test struct {
	o        *Options
	target   target
	threads  []*thread
	pipeline int // requests that are sent at once

	start time.Time
	until time.Time
	ctx   context.Context // of the test's time alone; done when it is up
	end   context.CancelCauseFunc

	calls    context.Context // of the script's calls: done callGrace after ctx
	endCalls context.CancelCauseFunc
	fault    atomic.Pointer[error] // the first one of the script, even after the test's end
}

// callGrace is how long a call of the script may go on after the test's end.
const callGrace = time.Second

var (
	errTimeUp  = errors.New("the test's time is up")
	errStopped = errors.New("the script stopped all threads")
	errEndless = fmt.Errorf("still running %v after the test's end, and stopped here", callGrace)
)

// Run sends load for the setting's time. begun is called when it begins, ended with
// what came of it, before the script's done, as in wrk. A context that ends earlier
// ends the test: the Result is then Interrupted. The error is a *ScriptError where
// the script is at fault, tells of a server that takes no connection at the start,
// or is that of ended; a test without any answer is none.
func Run(ctx context.Context, o Options, begun func(), ended func(*Result) error) error {
	if err := o.Check(); err != nil {
		return err
	}
	t := &test{o: &o, pipeline: 1}
	t.target, _ = parseTarget(o.URL) // Check has parsed it
	main, err := newScript(ctx, &o, &t.target)
	if err != nil {
		return err
	}
	defer main.close()
	addr, err := t.target.resolve(ctx)
	if err != nil {
		return err
	}
	t.calls, t.endCalls = context.WithCancelCause(context.WithoutCancel(ctx))
	defer t.endCalls(nil)
	defer t.close()
	if err := t.setUp(ctx, main, addr); err != nil {
		return err
	}
	begun()
	r, err := t.run(ctx)
	if err != nil {
		return err
	}
	if err := ended(r); err != nil {
		return err
	}
	if fault := t.fault.Load(); fault != nil {
		return *fault
	}
	return main.done(r)
}

// fail ends the test by a fault of the script.
func (t *test) fail(err error) {
	t.fault.CompareAndSwap(nil, &err)
	t.end(err)
}

func (t *test) close() {
	for _, th := range t.threads {
		th.script.close()
	}
}

// setUp makes the threads and their connections, as wrk's main does.
func (t *test) setUp(ctx context.Context, main *script, addr string) error {
	for i := range t.o.Threads {
		th := newThread(t, addr)
		t.threads = append(t.threads, th)
		if main == nil {
			th.static = format(t.o.method(), t.target.path, t.target.authority(), t.o.headers(&t.target), t.o.Body)
			continue
		}
		var err error
		if th.script, err = newScript(ctx, t.o, &t.target); err != nil {
			return err
		}
		if err := main.setup(th); err != nil {
			return err
		}
		if err := th.script.init(th); err != nil {
			return err
		}
		if i == 0 {
			if err := t.look(th.script); err != nil {
				return err
			}
		}
		if !th.script.dynamic {
			if th.static, err = th.script.request(); err != nil {
				return err
			}
		}
		th.script.l.SetContext(t.calls)
	}
	for i := range t.o.Connections {
		th := t.threads[i%len(t.threads)]
		th.conns = append(th.conns, newConn(th, i))
	}
	return nil
}

// look reads off the script's first request how many there are in one.
func (t *test) look(s *script) error {
	first, err := s.request()
	if err != nil {
		return err
	}
	if t.pipeline, err = countRequests(first); err != nil {
		return &ScriptError{fmt.Errorf("%s: %w", s.path, err)}
	}
	return nil
}

// run lets the connections go until the time is up.
func (t *test) run(ctx context.Context) (*Result, error) {
	t.start = time.Now()
	t.until = t.start.Add(t.o.Duration)
	t.ctx, t.end = context.WithCancelCause(ctx)
	defer t.end(nil)
	timer := time.AfterFunc(t.o.Duration, func() { t.end(errTimeUp) })
	defer timer.Stop()
	stopped := context.AfterFunc(t.ctx, t.stop)
	defer stopped()
	context.AfterFunc(t.ctx, func() {
		select {
		case <-time.After(callGrace):
			t.endCalls(errEndless)
		case <-t.calls.Done():
		}
	})

	var threads, sampler sync.WaitGroup
	over := make(chan struct{})
	sampler.Go(func() { t.sample(over) })
	for _, th := range t.threads {
		threads.Go(th.run)
	}
	threads.Wait()
	t.end(errStopped)
	close(over)
	sampler.Wait()
	switch err := context.Cause(t.ctx); {
	case errors.Is(err, errTimeUp), errors.Is(err, errStopped), ctx.Err() != nil:
		return t.result(ctx.Err() != nil), nil
	default:
		return nil, err
	}
}

// stop ends all threads.
func (t *test) stop() {
	for _, th := range t.threads {
		th.stop()
	}
}

// sample takes each thread's requests/s.
func (t *test) sample(over <-chan struct{}) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for _, th := range t.threads {
				th.sample(now)
			}
		case <-over:
			return
		}
	}
}

// result adds up the threads.
func (t *test) result(interrupted bool) *Result {
	r := &Result{
		Options: *t.o, Started: t.start, Took: time.Since(t.start), Interrupted: interrupted,
		Statuses: map[int]int64{}, Latency: newLatencyTally(), PerSec: newRateTally(), SendLag: newLatencyTally(), TTFT: newLatencyTally(),
	}
	for _, th := range t.threads {
		n := &th.counts
		r.Requests += n.requests
		r.Bytes += n.bytes
		r.Errors.Connect += n.errors.Connect
		r.Errors.Read += n.errors.Read
		r.Errors.Write += n.errors.Write
		r.Errors.Status += n.errors.Status
		r.Errors.Timeout += n.errors.Timeout
		r.FirstError = cmp.Or(r.FirstError, n.first)
		r.Unanswered += n.unanswered
		r.Streams += n.streams
		r.Broken += n.broken
		r.OutputTokens += n.tokens
		r.Uncounted += n.uncounted
		for status, times := range n.statuses {
			r.Statuses[status] += times
		}
		r.Latency.merge(th.latency)
		r.PerSec.merge(th.perSec)
		if th.sendLag != nil {
			r.SendLag.merge(th.sendLag)
		}
		if th.ttft != nil {
			r.TTFT.merge(th.ttft)
		}
	}
	return r
}

// commonStatus is the status above 399 that came most often; 0 = none did.
func commonStatus(statuses map[int]int64) (status int) {
	for s, n := range statuses {
		if s > 399 && (status == 0 || n > statuses[status] || n == statuses[status] && s < status) {
			status = s
		}
	}
	return status
}

// Nothing is why a test measured nothing; nil = something was answered in time, and
// not only by errors.
func (r *Result) Nothing() error {
	url := ShownURL(r.Options.URL)
	switch {
	case r.Requests > 0 && r.Errors.Status == r.Requests:
		status := commonStatus(r.Statuses)
		return fmt.Errorf("%s: every answer was an error, most with status %d (%s)", url, status, statusWords(status))
	case r.Latency.Count() > 0:
		return nil
	case r.FirstError != "":
		return fmt.Errorf("%s: no request was answered: %s; look at the server, and at the URL", url, r.FirstError)
	case r.Errors.Timeout+r.Unanswered > 0:
		return fmt.Errorf("%s: no answer came within the timeout of %v; take a longer one", url, r.Options.Timeout)
	}
	return fmt.Errorf("%s: no request was answered in %v; look at the server, or take a longer duration", url, r.Took.Round(time.Millisecond))
}

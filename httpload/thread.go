package httpload

import (
	"sync"
	"sync/atomic"
	"time"
)

// A thread is what wrk calls one: some of the connections, with a Lua state and
// requests/s of their own. Each connection has a goroutine; the Go scheduler deals
// them out to the cores.
type thread struct {
	test    *test
	addr    string // ip:port; the script may set it
	conns   []*conn
	static  []byte // the request, where it is always the same; nil = the script makes each
	stopped atomic.Bool

	lua    sync.Mutex // held in the script
	script *script    // nil = none

	mu      sync.Mutex // guards all below
	counts  counts
	latency *Tally
	perSec  *Tally
	sendLag *Tally // nil without a rate
	ttft    *Tally // nil until a stream came
	recent  int64  // requests since sampled
	sampled time.Time
}

// counts are a thread's sums; see Result.
type counts struct {
	requests, bytes, unanswered int64
	streams, broken, tokens     int64
	uncounted                   int64  // streams without usage
	first                       string // what broke first
	errors                      Errors
	statuses                    map[int]int64
}

func newThread(t *test, addr string) *thread {
	th := &thread{test: t, addr: addr, latency: newLatencyTally(), perSec: newRateTally()}
	th.counts.statuses = map[int]int64{}
	if t.o.Rate > 0 {
		th.sendLag = newLatencyTally()
	}
	return th
}

// delay asks the script how long to wait before the next request.
func (th *thread) delay() (time.Duration, error) {
	th.lua.Lock()
	defer th.lua.Unlock()
	if th.stopped.Load() {
		return 0, nil // sends nothing any more
	}
	return th.script.delay()
}

// run lets the thread's connections go until it is stopped.
func (th *thread) run() {
	th.mu.Lock()
	th.sampled = time.Now()
	th.mu.Unlock()
	var all sync.WaitGroup
	for _, c := range th.conns {
		all.Go(c.run)
	}
	all.Wait()
}

// stop ends the thread's requests under way, and its goroutines.
func (th *thread) stop() {
	th.stopped.Store(true)
	for _, c := range th.conns {
		c.interrupt()
	}
}

// sample records the requests/s since the last sample in which there were any, in
// whole numbers, as wrk's record_rate does.
func (th *thread) sample(now time.Time) {
	th.mu.Lock()
	defer th.mu.Unlock()
	if ms := now.Sub(th.sampled).Milliseconds(); th.recent > 0 && ms > 0 && !th.sampled.IsZero() {
		th.perSec.add(int64(float64(th.recent)/float64(ms)*1000), 1)
		th.recent, th.sampled = 0, now
	}
}

// An exchange is one request, or several pipelined ones, and what came of it.
type exchange struct {
	from    time.Time // what the latency counts from: sent, or due
	sent    time.Time
	end     time.Time
	late    time.Duration // from when it was due, and the connection free, to sent
	answers int64
	bytes   int64
	status  []int // of each answer
}

// record counts an exchange that was answered to its end.
func (th *thread) record(x *exchange) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.counts.requests += x.answers
	th.recent += x.answers
	th.counts.bytes += x.bytes
	if x.end.Sub(x.sent) >= th.test.o.Timeout {
		th.counts.errors.Timeout++
	} else {
		th.latency.add(x.end.Sub(x.from).Microseconds(), 1)
	}
	for _, status := range x.status {
		th.counts.statuses[status]++
		if status > 399 {
			th.counts.errors.Status++
		}
	}
	if th.sendLag != nil {
		th.sendLag.add(x.late.Microseconds(), 1)
	}
}

// count changes the counts.
func (th *thread) count(change func(*counts)) {
	th.mu.Lock()
	defer th.mu.Unlock()
	change(&th.counts)
}

// Package httpload does wrk's job: it sends a fixed request, or those that a Lua
// script makes, over a number of connections for a time, and reports as wrk does.
//
// In: Options. Out: a Result, which prints itself as wrk's report and as a JSON
// file; of several, a table and a Reading.
package httpload

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Options are one setting: what to send, how and for how long.
type Options struct {
	URL     string   // http(s)://host[:port][/path][?query]
	Method  string   // "" = GET, or POST with a Body
	Headers []Header // sent with each request
	Body    []byte   // nil = none

	Threads     int           // the connections are dealt out to them; each has a Lua state and a Req/Sec of its own
	Connections int           // kept open
	Duration    time.Duration // of the test
	Timeout     time.Duration // an answer that took as long counts as a timeout, and is in no latency

	Rate      float64 // requests/s over all connections, latencies from the due time; 0 = each as soon as the last is answered
	Corrected bool    // the report's latencies are corrected by the expected interval
	Latency   bool    // the report has the latency distribution

	Script   string   // path of a Lua script; "" = none
	Args     []string // for the script's init
	Insecure bool     // any certificate will do

	Stdout io.Writer // of the script's print and io.write; nil = nowhere
}

// A Header is one line of a request's head.
type Header struct{ Name, Value string }

// Bounds of what an honest setting asks for.
const (
	maxThreads     = 10_000
	maxConnections = 100_000
	maxRate        = 1e6 // requests/s
	maxLatency     = time.Hour * 24
)

// Check reports all that is wrong with the options, each in the spelling of the
// command line.
func (o *Options) Check() error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if _, err := parseTarget(o.URL); err != nil {
		faults = append(faults, err)
	}
	if o.Threads < 1 || o.Threads > maxThreads {
		bad("threads %d: want 1 to %d", o.Threads, maxThreads)
	}
	if o.Connections < 1 || o.Connections > maxConnections {
		bad("connections %d: want 1 to %d", o.Connections, maxConnections)
	} else if o.Connections < o.Threads {
		bad("connections %d: want at least as many as threads, %d; take fewer threads or more connections", o.Connections, o.Threads)
	}
	if o.Duration <= 0 {
		bad("duration %v: want more than 0", o.Duration)
	}
	if o.Timeout <= 0 || o.Timeout > maxLatency {
		bad("timeout %v: want more than 0, up to %v", o.Timeout, maxLatency)
	}
	if o.Rate < 0 || o.Rate > maxRate {
		bad("rate %v: want requests/s up to %.0f; 0 = as fast as answers come", o.Rate, float64(maxRate))
	}
	if o.Rate > 0 && o.Corrected {
		bad("corrected: with a rate, latencies are from the due time, and there is nothing to correct; take one of the two")
	}
	if strings.ContainsFunc(o.Method, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		bad("method %q: want a word, as in GET, POST or PUT", o.Method)
	}
	for _, h := range o.Headers {
		if err := h.check(); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// Errors are counted as wrk counts them.
type Errors struct {
	Connect int64 `json:"connect"` // connections that could not be opened
	Read    int64 `json:"read"`    // that broke before an answer was whole
	Write   int64 `json:"write"`   // that broke while a request was sent
	Status  int64 `json:"status"`  // answers with a status above 399
	Timeout int64 `json:"timeout"` // answers that took as long as the timeout
}

// Sockets reports whether there was any but those of status.
func (e *Errors) Sockets() bool { return e.Connect+e.Read+e.Write+e.Timeout > 0 }

// A Result is what one setting came to.
type Result struct {
	Options Options
	Started time.Time
	Took    time.Duration // until the last connection stopped

	Requests    int64 // answered, with any status
	Bytes       int64 // read, heads included
	Errors      Errors
	FirstError  string        // what a thread's first connect, read or write error was; "" = there was none
	Statuses    map[int]int64 // answers by status
	Unanswered  int64         // requests that had waited as long as the timeout when the test ended
	Interrupted bool          // the test was ended before its time

	Latency *Tally // µs, of answers in time
	PerSec  *Tally // requests/s of one thread over 100 ms
	SendLag *Tally // µs from when a request was due, and its connection free, to sent; empty without a rate

	Streams      int64  // answers that were event streams
	Broken       int64  // of them, those that are not whole
	TTFT         *Tally // µs from sent to the first token
	OutputTokens int64  // of whole streams
	Uncounted    int64  // whole streams without usage: their token-bearing events were counted
}

// ReqPerSec is the requests answered a second.
func (r *Result) ReqPerSec() float64 { return float64(r.Requests) / r.Took.Seconds() }

// BytesPerSec is the bytes read a second.
func (r *Result) BytesPerSec() float64 { return float64(r.Bytes) / r.Took.Seconds() }

// expected is the interval by which latencies are corrected: how often a
// connection was answered on average, as in wrk; 0 = too few answers to say.
func (r *Result) expected() time.Duration {
	per := r.Requests / int64(r.Options.Connections)
	if per == 0 {
		return 0
	}
	return r.Took / time.Duration(per)
}

// reported is the latency that the report prints.
func (r *Result) reported() *Tally {
	if e := r.expected(); r.Options.Corrected && e > 0 {
		return r.Latency.corrected(e.Microseconds())
	}
	return r.Latency
}

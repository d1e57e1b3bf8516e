package httpload

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"sync/atomic"
	"time"

	"llmsweep/client"
	"llmsweep/loadgen"
)

const (
	// connectAgain is how long a connection that could not be opened waits.
	connectAgain = 10 * time.Millisecond
	// preciseRate is the rate, requests/s, above which sends are timed by timers
	// alone, up to 1 ms late: more precise waits take CPU each.
	preciseRate = 1000
)

// A conn is one connection that is kept open, and the goroutine that uses it.
type conn struct {
	th     *thread
	number int
	raw    *client.Raw // nil = not connected
	live   atomic.Pointer[client.Raw]
	sent   int64     // exchanges begun
	ready  time.Time // when the connection could have sent the next one

	sink    client.RawSink
	headers []Header // of the answer, for the script
	body    []byte   // likewise
	began   time.Time
	stream  *client.RawStream // of the answer; nil = it is none
	status  []int             // of the answers, for use again
}

func newConn(th *thread, number int) *conn {
	c := &conn{th: th, number: number}
	c.sink.Head = c.onHead
	if th.script.wantsResponse() {
		c.sink.Body = c.keepBody
	}
	return c
}

// run sends one request after the other until the thread is stopped.
func (c *conn) run() {
	defer c.close()
	for !c.th.stopped.Load() {
		if c.raw == nil && !c.connect() {
			continue
		}
		due, err := c.pace()
		if err != nil {
			return
		}
		request, err := c.request()
		if err != nil {
			c.th.test.fail(err)
			return
		}
		if c.th.stopped.Load() {
			return
		}
		c.exchange(request, due)
	}
}

// connect opens the connection.
func (c *conn) connect() bool {
	t := c.th.test
	raw, err := client.DialRaw(t.ctx, c.th.addr, t.target.tls(t.o.Insecure))
	if err != nil {
		if t.ctx.Err() == nil {
			c.th.count(func(n *counts) {
				n.errors.Connect++
				n.first = cmp.Or(n.first, "connect: "+cause(err).Error())
			})
			_ = loadgen.WaitUntil(t.ctx, time.Now().Add(connectAgain)) // its end is seen by the caller
		}
		return false
	}
	c.raw = raw
	c.live.Store(raw)
	return !c.th.stopped.Load() // one that stopped meanwhile did not see it
}

func (c *conn) interrupt() {
	if raw := c.live.Load(); raw != nil {
		raw.Interrupt()
	}
}

func (c *conn) close() {
	if c.raw != nil {
		c.live.Store(nil)
		c.raw.Close()
		c.raw = nil
	}
}

// pace waits until the next request is due; zero = it is sent as it comes.
// Request k of connection i of n is due (i + k·n) / rate after the start.
func (c *conn) pace() (due time.Time, err error) {
	t := c.th.test
	c.ready = time.Now()
	if t.o.Rate > 0 {
		nth := float64(c.number) + float64(c.sent)*float64(t.o.Connections)
		due = t.start.Add(time.Duration(math.Round(nth / t.o.Rate * 1e9)))
		if t.o.Rate <= preciseRate {
			return due, loadgen.WaitUntil(t.ctx, due)
		}
		return due, nap(t.ctx, time.Until(due))
	}
	if c.th.script.delays() {
		wait, err := c.th.delay()
		if err != nil {
			t.fail(err)
			return due, err
		}
		return due, nap(t.ctx, wait)
	}
	return due, nil
}

// nap waits by a timer.
func nap(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *conn) request() ([]byte, error) {
	if c.th.static != nil {
		return c.th.static, nil
	}
	c.th.lua.Lock()
	defer c.th.lua.Unlock()
	if c.th.stopped.Load() {
		return nil, nil // sends nothing any more
	}
	return c.th.script.request()
}

// exchange sends a request and reads what answers it.
func (c *conn) exchange(request []byte, due time.Time) {
	x := exchange{sent: time.Now(), answers: int64(c.th.test.pipeline), status: c.status[:0]}
	if x.from = due; due.IsZero() {
		x.from = x.sent
	}
	x.late = x.sent.Sub(x.from)
	if c.ready.After(x.from) {
		x.late = x.sent.Sub(c.ready) // until then it waited for an answer: no fault of ours
	}
	c.began = x.sent
	c.sent++
	if err := c.raw.Send(request); err != nil {
		c.broken(&x, func(n *counts) {
			n.errors.Write++
			n.first = cmp.Or(n.first, "write: "+cause(err).Error())
		})
		return
	}
	noBody := bytes.HasPrefix(request, []byte("HEAD "))
	last := false
	for range x.answers {
		c.stream = nil
		a, err := c.raw.Receive(noBody, &c.sink)
		x.end = time.Now()
		if err != nil {
			c.broken(&x, func(n *counts) {
				n.errors.Read++
				n.first = cmp.Or(n.first, "read: "+cause(err).Error())
			})
			return
		}
		if c.stream != nil {
			c.streamed(&x)
		}
		x.status = append(x.status, a.Status)
		if c.th.script.wantsResponse() && !c.respond(a.Status) {
			return
		}
		last = a.Close
	}
	x.bytes, c.status = c.raw.Bytes(), x.status
	c.th.record(&x)
	if last {
		c.close()
	}
}

// broken counts an exchange that failed, unless it was the test that ended it.
func (c *conn) broken(x *exchange, failed func(*counts)) {
	read := c.raw.Bytes()
	c.close()
	ended := c.th.stopped.Load()
	c.th.count(func(n *counts) {
		n.bytes += read
		switch {
		case !ended:
			failed(n)
		case time.Since(x.sent) >= c.th.test.o.Timeout:
			n.unanswered++
		}
	})
}

// onHead looks whether an answer is a stream, and keeps what the script wants.
func (c *conn) onHead(a client.RawAnswer, head []byte) {
	if a.EventStream && a.Status < 300 {
		c.stream = client.NewRawStream()
		c.sink.Body = c.streamBody
	}
	if c.th.script.wantsResponse() {
		c.headers = appendHeaders(c.headers[:0], head)
		c.body = c.body[:0]
	}
}

func (c *conn) keepBody(p []byte) { c.body = append(c.body, p...) }

// streamBody takes a stream's bytes.
func (c *conn) streamBody(p []byte) {
	if c.stream != nil {
		c.stream.Take(p, time.Since(c.began))
	}
	if c.th.script.wantsResponse() {
		c.keepBody(p)
	}
}

// streamed counts a stream's tokens.
func (c *conn) streamed(x *exchange) {
	got := c.stream.End()
	late := x.end.Sub(x.sent) >= c.th.test.o.Timeout
	c.th.mu.Lock()
	defer c.th.mu.Unlock()
	n := &c.th.counts
	n.streams++
	if got.Err != nil {
		n.broken++
		return
	}
	n.tokens += int64(got.Tokens)
	if !got.Usage {
		n.uncounted++
	}
	if got.First > 0 && !late {
		if c.th.ttft == nil {
			c.th.ttft = newLatencyTally()
		}
		c.th.ttft.add(got.First.Microseconds(), 1)
	}
}

// respond hands an answer to the script; false ends the connection.
func (c *conn) respond(status int) bool {
	c.th.lua.Lock()
	defer c.th.lua.Unlock()
	if c.th.stopped.Load() {
		return false // by the script, in another connection's answer: as in wrk, nothing comes after that
	}
	if err := c.th.script.response(status, c.headers, c.body); err != nil {
		c.th.test.fail(err)
		return false
	}
	return true
}

// appendHeaders takes a head apart.
func appendHeaders(to []Header, head []byte) []Header {
	for i, line := range bytes.Split(head, []byte("\r\n")) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && i > 0 {
			to = append(to, Header{string(name), string(bytes.TrimSpace(value))})
		}
	}
	return to
}

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// lastWait is how long a stream may stay open after its [DONE]: the answer is
// whole, and only the end of the framing is still to come.
const lastWait = time.Second

// limits holds what bounds one request, and decides which bound was broken.
// Instants are ns since the run's start.
type limits struct {
	ctx   context.Context // of one Do; a limits lives no longer
	to    Timeouts
	start time.Time

	sent  int64 // 0 = not yet
	event int64 // last event with data; 0 = none
	token bool  // a token came
	asked int64 // when expired was asked last
	done  bool  // [DONE] came
}

// next is the instant at which expired is to be asked; zero = never. It may lie
// before the true bound (a token may have come that is not decoded yet), never
// after it.
func (l *limits) next() time.Time {
	var at int64
	sooner := func(from int64, d time.Duration) {
		if d > 0 && (at == 0 || from+int64(d) < at) {
			at = from + int64(d)
		}
	}
	sooner(l.sent, l.to.Request)
	if !l.token {
		sooner(l.sent, l.to.FirstToken)
	}
	if l.event > 0 {
		from := l.event
		if !l.token && l.to.FirstToken > 0 {
			from = max(from, l.asked) // FirstToken's wait goes on; only look again whether a token is among what came
		}
		sooner(from, l.to.Idle)
		if l.done {
			sooner(l.event, lastWait)
		}
	}
	if at == 0 {
		return time.Time{}
	}
	return l.start.Add(time.Duration(at))
}

// expired is the class of the bound that is broken at now; "" = none. The wait
// for the first token is FirstToken's alone, so that early events without a
// token do not start the idle time; without FirstToken it is Idle's.
func (l *limits) expired(now int64) Class {
	l.asked = now
	over := func(from int64, d time.Duration) bool { return d > 0 && now >= from+int64(d) }
	switch {
	case l.done && over(l.event, lastWait):
		return Truncated // after [DONE]: counts only if the answer was not whole
	case !l.token && over(l.sent, l.to.FirstToken):
		return TimeoutFirstToken
	case l.event > 0 && (l.token || l.to.FirstToken == 0) && over(l.event, l.to.Idle):
		return TimeoutIdle
	case over(l.sent, l.to.Request):
		return TimeoutRequest
	}
	return ""
}

// now is the time since the run's start, ns.
func (l *limits) now() int64 { return int64(time.Since(l.start)) }

// classify is the failure that err, from reading or writing, stands for.
func (l *limits) classify(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e := cancelled(l.ctx); e != nil {
		return e
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return l.timeout(l.expired(l.now()))
	case isReset(err):
		return &Error{Class: Reset, Err: err}
	case isEOF(err):
		return &Error{Class: Truncated, Err: errors.New("the server closed the connection before the answer was whole")}
	case isTLS(err):
		return &Error{Class: TLS, Err: advised(err)}
	case errors.Is(err, errChunk), errors.Is(err, errHead):
		return &Error{Class: Protocol, Err: err}
	}
	return &Error{Class: Reset, Err: err}
}

func (l *limits) timeout(c Class) *Error {
	switch c {
	case TimeoutFirstToken:
		return &Error{Class: c, Err: fmt.Errorf("no token %v after the request was sent", l.to.FirstToken)}
	case TimeoutIdle:
		return &Error{Class: c, Err: fmt.Errorf("no event for %v", l.to.Idle)}
	case Truncated:
		return &Error{Class: c, Err: errors.New("[DONE] came before a finish_reason or usage")}
	}
	return &Error{Class: TimeoutRequest, Err: fmt.Errorf("no end %v after the request was sent", l.to.Request)}
}

// cancelled is the failure of a request whose context is over; nil = it is not.
func cancelled(ctx context.Context) *Error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, ErrCaseTimeout) {
		return &Error{Class: TimeoutCase, Err: cause}
	}
	return &Error{Class: Cancelled, Err: cause}
}

// A road carries requests to the server.
type road interface {
	// send sends one request and returns when the head of its answer is there.
	// It notes the instants up to then in t.
	send(l *limits, m message, t *Trace) (*answer, error)
	// open opens connections ahead until n idle ones exist.
	open(ctx context.Context, n int) error
	// endSession gives up the connection kept for a session.
	endSession(id string)
	// notes says what the road found out about the server, a sentence each.
	notes() []string
	close()
}

// A message is one request: its id and its session's, as headers, and its body.
type message struct {
	id      string
	session string // "" = none
	last    bool   // of the session
	body    []byte
}

// headers are the message's own headers, the session's under the given name. An
// id that is no header value is left out.
func (m *message) headers(session string) (nameValue [][2]string) {
	for _, h := range [][2]string{{"X-Request-Id", m.id}, {session, m.session}} {
		if h[0] != "" && h[1] != "" && headerValue(h[1]) {
			nameValue = append(nameValue, h)
		}
	}
	return nameValue
}

// An answer is the head of a response and the way to its body.
type answer struct {
	status int
	header http.Header
	body   body
}

// A body is read one socket read at a time. The error is io.EOF at the end that
// the framing announced, os.ErrDeadlineExceeded at the deadline (reading may go
// on after it), io.ErrUnexpectedEOF where it was cut.
type body interface {
	read(p []byte) (int, stamp, error)
	setDeadline(time.Time)
	// release gives the connection back, or closes it if the body has not ended.
	release()
}

package client

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"strings"
)

// maxRefusal is how much of a failed answer is read, bytes.
const maxRefusal = 64 << 10

// exchange sends one request and fills t with what came. refusal is the body of
// an answer with an error status.
func (c *Client) exchange(ctx context.Context, m message, t *Trace) (refusal string) {
	l := &limits{ctx: ctx, to: c.cfg.Timeouts, start: c.cfg.Start}
	if t.Err = cancelled(ctx); t.Err == nil {
		refusal = c.converse(l, m, t)
	}
	if t.End == 0 {
		t.End = l.now()
	}
	if t.Err != nil {
		t.Err.Status = t.Status
		t.Err.Body = c.Redact(t.Err.Body)
		if len(t.Err.Body) > maxWords {
			t.Err.Body = t.Err.Body[:maxWords]
		}
		t.Err.Err = c.redactError(t.Err.Err)
	}
	return refusal
}

func (c *Client) converse(l *limits, m message, t *Trace) (refusal string) {
	a, err := c.road.send(l, m, t)
	if err != nil {
		t.Err = l.classify(err)
		return ""
	}
	defer a.body.release()
	t.Status = a.status
	if a.status >= 400 {
		return c.refusal(l, a, t)
	}
	switch enc := a.header.Get("Content-Encoding"); {
	case a.status >= 300:
		t.Err = &Error{Class: Protocol, Err: fmt.Errorf("the server redirects to %s; set base_url to the address it means", a.header.Get("Location"))}
	case enc != "" && !strings.EqualFold(enc, "identity"):
		t.Err = &Error{Class: Protocol, Err: fmt.Errorf("the server compressed its stream (%s), which hides when events came", enc)}
	default:
		c.stream(l, a, t)
	}
	return ""
}

// refusal reads the body of an answer with an error status.
func (c *Client) refusal(l *limits, a *answer, t *Trace) string {
	class := HTTP4xx
	if a.status >= 500 {
		class = HTTP5xx
	}
	body := make([]byte, 0, 4096)
	for len(body) < maxRefusal {
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, st, err := a.body.read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		t.End = st.at
		if errors.Is(err, os.ErrDeadlineExceeded) && l.ctx.Err() == nil && l.expired(l.now()) == "" {
			a.body.setDeadline(l.next())
			continue
		}
		if err != nil {
			break // the status says why it failed, whatever became of the body
		}
	}
	t.Err = &Error{Class: class, Body: string(body)}
	if a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed {
		t.Err.Err = c.noEndpoint(string(body))
	}
	t.Err.RetryAfter = a.header.Get("Retry-After")
	return string(body)
}

// ErrNoEndpoint says that requests are sent to a page that the server does not have.
var ErrNoEndpoint = errors.New("the server has no such endpoint")

// noEndpoint is what to do where the server has no page of the requests' path; nil
// where it is another thing that was not found, such as the model.
func (c *Client) noEndpoint(body string) error {
	if strings.Contains(strings.ToLower(Words(body)), "model") {
		return nil
	}
	return fmt.Errorf("%w: %s of backend %s; set backend to the server's kind, or endpoint", ErrNoEndpoint, c.target.EscapedPath(), c.cfg.Backend)
}

// stream reads an answer with status 2xx, and says whether it is whole.
func (c *Client) stream(l *limits, a *answer, t *Trace) {
	s := newStream(c.newBlock, c.dialect.shape)
	marks := c.marks.Get().(*[]mark)
	s.dec.t, s.marks = t, (*marks)[:0]
	if n := min(t.Request.MaxTokens, 1024); n > 0 {
		t.Arrivals, t.Lags = make([]int64, 0, n), make([]int32, 0, n)
	}
	err := s.run(a.body, l)
	s.end()
	s.dec.finishTrace(c.cfg.KeepText)
	t.Err = c.judge(l, &s.dec, err)
	if t.Err != nil && t.Err.Class == Protocol && t.Err.Err == nil {
		t.Err.Body = string(s.opening())
		c.explain(t, a.header.Get("Content-Type"))
	}
	if err == nil {
		t.End = s.last.at
	}
	*marks = s.marks
	c.marks.Put(marks)
	c.freeBlock(s.block)
	c.freeBlock(s.spare)
}

// judge is the failure of a stream that ended by err; nil = completed. An error
// event or a malformed one outweighs all; a whole answer outweighs how the
// connection ended.
func (c *Client) judge(l *limits, d *decoder, err error) *Error {
	switch {
	case d.fault != nil:
		return d.fault
	case d.complete(), d.shape.unsaid && len(d.t.Arrivals) > 0 && (d.done || err == nil):
		return nil
	case d.t.FinishReason != "":
		return &Error{Class: Truncated, Err: fmt.Errorf("the server ended the answer itself: finish_reason %q", d.t.FinishReason), Body: string(d.reason)}
	case err != nil:
		return l.classify(err)
	case d.t.RoleArrival == 0: // nothing but comments and [DONE], or no stream at all
		return &Error{Class: Protocol}
	}
	return &Error{Class: Truncated, Err: errors.New("the stream ended before a finish_reason or usage")}
}

// explain says what an answer with status 2xx was, if no stream of events.
func (c *Client) explain(t *Trace, contentType string) {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case c.dialect.shape.single:
		t.Err.Err = fmt.Errorf("the server answered %d with no result in it", t.Status)
	case t.Events > 0 || len(t.Err.Body) == 0:
		t.Err.Err = fmt.Errorf("the server answered %d and sent no token", t.Status)
	case kind == "application/json":
		t.Err.Err = fmt.Errorf("the server did not stream: it answered %d with one JSON document", t.Status)
	default:
		t.Err.Err = fmt.Errorf("the server did not stream: it answered %d with %q", t.Status, contentType)
	}
}

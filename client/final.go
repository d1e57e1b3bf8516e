package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// knockTimeout is how long a server may take to say whether it speaks TLS.
const knockTimeout = 2 * time.Second

// A FinalError is what a server says however often it is asked: its certificate is
// refused, the API key is, or one side does not speak what the other one does.
type FinalError struct{ Err error }

func (e *FinalError) Error() string { return e.Err.Error() }
func (e *FinalError) Unwrap() error { return e.Err }

// Final is err, from asking the server whether it is ready, with what to do: one that
// IsFinal where waiting is of no use. What a server that is starting may say, or a proxy
// before it, is not: connections refused, reset or closed, and most statuses. Where plain
// HTTP has no answer that is one, it is seen whether the server speaks TLS.
func (c *Client) Final(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	switch status := statusOf(err); {
	case IsFinal(err):
	case status == http.StatusUnauthorized:
		return &FinalError{fmt.Errorf("%w; %s", err, setKey)}
	case c.base.Scheme != "http" || status != http.StatusBadRequest && !unlikeHTTP(err) || c.roundabout():
	case c.cfg.Protocol == HTTP2 && c.speaksHTTP1(ctx):
		return &FinalError{fmt.Errorf("%w (it does answer by HTTP/1.1)", err)}
	case c.speaksTLS(ctx):
		return &FinalError{fmt.Errorf("%w; the server speaks TLS there: set base_url to https://", err)}
	}
	return err
}

// setKey is what to do about a server that refuses the key.
const setKey = "set the API key in the environment variable that api_key_env names"

// IsFinal reports whether an error says that asking again is of no use.
func IsFinal(err error) bool {
	if err == nil {
		return false
	}
	_, told := errors.AsType[*FinalError](err)
	return told || tlsAdvice(err) != ""
}

// statusOf is the HTTP status that an error from asking a server carries; 0 = none.
func statusOf(err error) int {
	if e, ok := errors.AsType[interface {
		error
		HTTPStatus() int
	}](err); ok {
		return e.HTTPStatus()
	}
	return httpStatus(err)
}

// HTTPStatus is the status that was seen; 0 = none.
func (e *Error) HTTPStatus() int { return e.Status }

// unlikeHTTP reports whether err is how a question ends that was not understood, or
// whose answer was not.
func unlikeHTTP(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class == Reset || e.Class == Truncated || e.Class == Protocol
	}
	return isOldHTTP(err) || strings.Contains(err.Error(), "malformed HTTP") // no exported type
}

// roundabout reports whether the server is not where base_url's host and port say.
func (c *Client) roundabout() bool {
	return c.cfg.Proxy != "" && c.cfg.Proxy != "none" || c.servers[0].socket != ""
}

// speaksTLS reports whether the server shakes hands by TLS, or refuses to in its words.
// Nothing is sent to it by that, and nothing of it is trusted.
func (c *Client) speaksTLS(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, knockTimeout)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := d.DialContext(ctx, "tcp", hostPort(c.base))
	if err != nil {
		return alert(err) != ""
	}
	conn.Close()
	return true
}

// speaksHTTP1 reports whether the server answers HTTP/1.1, whatever it says.
func (c *Client) speaksHTTP1(ctx context.Context) bool {
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, knockTimeout)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", hostPort(c.base))
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(knockTimeout))
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c.base.Host)
	said := make([]byte, len("HTTP/1."))
	_, err = io.ReadFull(conn, said)
	return err == nil && string(said) == "HTTP/1."
}

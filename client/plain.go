package client

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// HTTP sends one request that is not timed to the server, such as one to its
// /tokenize: with the client's headers, which replace req's own, its key, proxy
// and TLS settings. It refuses any other host, to which the key is not to be
// shown, and follows no redirect. Connections are kept until Close. A body that can be
// read twice (see http.NewRequest) is sent again where the server had closed the
// connection, so a page that changes something is not for it. An answer outside
// 2xx has only its first 64 KiB, without secrets.
func (c *Client) HTTP(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != c.base.Scheme || req.URL.Host != c.base.Host {
		return nil, fmt.Errorf("%s: not on the server that base_url names, %s://%s, and the key is shown to no other", req.URL.Redacted(), c.base.Scheme, c.base.Host)
	}
	resp, err := c.plain.Do(req)
	if err != nil {
		return nil, c.unready(req.URL.Redacted(), err)
	}
	if resp.StatusCode >= 300 {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // the status says why it failed, whatever becomes of the body
		resp.Body.Close()
		said = []byte(c.Redact(string(said)))
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(said)), int64(len(said))
	}
	return resp, nil
}

// plainClient is net/http with the config's headers, roots and proxy, for what
// is not timed.
func (c *Client) plainClient(proxy func(*http.Request) (*url.URL, error)) *http.Client {
	return &http.Client{CheckRedirect: stay, Transport: withHeader{
		header: c.header,
		next: &http.Transport{
			Proxy:               proxy,
			DialContext:         (&net.Dialer{Timeout: c.cfg.Timeouts.Connect}).DialContext,
			TLSClientConfig:     &tls.Config{RootCAs: c.cfg.RootCAs},
			MaxIdleConnsPerHost: openAtOnce,
		},
	}}
}

// stay follows no redirect: the timed road would not either, and the headers carry
// the key.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// withHeader adds a request's headers.
type withHeader struct {
	header http.Header
	next   *http.Transport
}

func (w withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range w.header {
		r.Header[name] = values
	}
	r.Header.Set("Accept", "application/json")
	r.Header["Idempotency-Key"] = []string{} // not sent; net/http may send again what a closing server did not take
	if host := w.header.Get("Host"); host != "" {
		r.Host = host
	}
	return w.next.RoundTrip(r)
}

func (w withHeader) CloseIdleConnections() { w.next.CloseIdleConnections() }

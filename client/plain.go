package client

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// HTTP sends one request that is not timed to the server, such as one to its
// /tokenize: with the client's headers, which replace req's own, its key, proxy
// and TLS settings. It refuses any other host, to which the key is not to be
// shown, and follows no redirect. Connections are kept until Close. A body that can be
// read twice (see http.NewRequest) is sent again where the server had closed the
// connection, so a page that changes something is not for it. An answer outside
// 2xx has only its first 64 KiB, without secrets.
func (c *Client) HTTP(req *http.Request) (*http.Response, error) {
	page := c.page(req.URL)
	if page == nil {
		return nil, fmt.Errorf("%s: not on the server that base_url names, %s, and the key is shown to no other", req.URL.Redacted(), c.names())
	}
	if page != req.URL {
		req = req.Clone(req.Context())
		req.URL, req.Host = page, ""
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
func (c *Client) plainClient(p plan) *http.Client {
	t := c.cfg.transport(p)
	t.MaxIdleConnsPerHost = openAtOnce
	return &http.Client{CheckRedirect: stay, Transport: withHeader{header: c.header, next: t}}
}

// page is where a page of one of the servers is asked for; nil = u is on none of
// them.
func (c *Client) page(u *url.URL) *url.URL {
	for i := range c.servers {
		if page := c.servers[i].page(u); page != nil {
			return page
		}
	}
	return nil
}

// names are the servers as base_url has them.
func (c *Client) names() string {
	all := make([]string, len(c.servers))
	for i := range c.servers {
		all[i] = c.servers[i].name
	}
	return strings.Join(all, ", ")
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
	} else if strings.HasSuffix(r.URL.Hostname(), socketHost) {
		r.Host = "localhost"
	}
	return w.next.RoundTrip(r)
}

func (w withHeader) CloseIdleConnections() { w.next.CloseIdleConnections() }

package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"

	openai "github.com/sashabaranov/go-openai"
)

// Models is the ids that GET /v1/models lists.
func (c *Client) Models(ctx context.Context) ([]string, error) {
	ids, _, err := c.models(ctx)
	return ids, err
}

// models is Models with the status of a failed answer; 0 = none came.
func (c *Client) models(ctx context.Context) (ids []string, status int, err error) {
	h := c.plainClient()
	defer h.CloseIdleConnections()
	cfg := openai.DefaultConfig("") // our own headers carry the key
	cfg.BaseURL = below(c.base, "/v1").String()
	cfg.HTTPClient = h
	list, err := openai.NewClientWithConfig(cfg).ListModels(ctx)
	if err != nil {
		return nil, httpStatus(err), c.unready(cfg.BaseURL+"/models", err)
	}
	ids = make([]string, len(list.Models))
	for i, m := range list.Models {
		ids[i] = m.ID
	}
	return ids, 0, nil
}

// Ready asks the server once whether it answers: GET /v1/models, or /health
// where it has no such page. The error says what to do.
func (c *Client) Ready(ctx context.Context) error {
	_, status, err := c.models(ctx)
	if status != http.StatusNotFound {
		return err
	}
	h := c.plainClient()
	defer h.CloseIdleConnections()
	u := below(c.base, "/health").String()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := h.Do(req)
	if err != nil {
		return c.unready(u, err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxWords))
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: status %d: %s; there is no /v1/models either: check base_url", u, resp.StatusCode, Words(c.redact(string(said))))
	}
	return nil
}

// plainClient is net/http with the config's headers, roots and proxy, for what
// is not timed.
func (c *Client) plainClient() *http.Client {
	_, proxy, _ := c.cfg.check() // New has checked it
	return &http.Client{CheckRedirect: stay, Transport: withHeader{
		header: c.header,
		next: &http.Transport{
			Proxy:           proxy,
			DialContext:     (&net.Dialer{Timeout: c.cfg.Timeouts.Connect}).DialContext,
			TLSClientConfig: &tls.Config{RootCAs: c.cfg.RootCAs},
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
	if host := w.header.Get("Host"); host != "" {
		r.Host = host
	}
	return w.next.RoundTrip(r)
}

func (w withHeader) CloseIdleConnections() { w.next.CloseIdleConnections() }

// httpStatus is the status that a go-openai error carries; 0 = none.
func httpStatus(err error) int {
	if e, ok := errors.AsType[*openai.RequestError](err); ok { // it may hold an APIError without a status
		return e.HTTPStatusCode
	}
	if e, ok := errors.AsType[*openai.APIError](err); ok {
		return e.HTTPStatusCode
	}
	return 0
}

// unready says what is wrong with the server at u, and what to do next.
func (c *Client) unready(u string, err error) error {
	status, refused := httpStatus(err), errors.Is(err, syscall.ECONNREFUSED)
	err = c.redactError(err)
	switch {
	case refused:
		return fmt.Errorf("%s: connection refused; start the server, or set base_url to where it listens", u)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fmt.Errorf("%s: %w; set the API key in the environment variable that api_key_env names", u, err)
	}
	return fmt.Errorf("%s: %w", u, err)
}

package sweep

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/telemetry"
)

// pageTimeout bounds a question to the server that no case waits for longer.
const pageTimeout = 2 * time.Second

// maxServerPage bounds what is read of a page, bytes.
const maxServerPage = 16 << 20

// A pageReader reads pages of a server beside its endpoint: with the key and
// headers of a case's requests, within pageTimeout each.
type pageReader struct {
	client *client.Client
	base   string // of the one server, as config's base_url
}

// pagesOfEach reads the pages of each server that base names.
func pagesOfEach(c *client.Client, base string) []pageReader {
	var all []pageReader
	for _, one := range client.BaseURLs(base) {
		all = append(all, pageReader{c, one})
	}
	return all
}

// url is the address of a page at the server's root: a base_url may end with /v1.
func (p pageReader) url(path string) string {
	return strings.TrimSuffix(strings.TrimSuffix(p.base, "/"), "/v1") + path
}

// do asks for a page, and returns its body where the status is one of success.
func (p pageReader) do(ctx context.Context, method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.url(path), nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.client.HTTP(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxServerPage))
	if resp.StatusCode >= 300 {
		return nil, &pageError{path, resp.StatusCode, client.Words(string(body))}
	}
	return body, err
}

// A pageError is an answer outside of success.
type pageError struct {
	path   string
	status int
	words  string // the server's own
}

func (e *pageError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("%s: status %d: %s", e.path, e.status, e.words), ": ")
}

// HTTPStatus is for those who ask an error for it.
func (e *pageError) HTTPStatus() int { return e.status }

// metrics is the server's /metrics page.
func (p pageReader) metrics(ctx context.Context) (telemetry.Page, error) {
	body, err := p.do(ctx, http.MethodGet, "/metrics")
	if err != nil {
		return telemetry.Page{}, err
	}
	return telemetry.ReadPage(strings.NewReader(string(body)))
}

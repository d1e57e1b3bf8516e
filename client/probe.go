package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"

	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

// Models is the ids that GET /v1/models lists.
func (c *Client) Models(ctx context.Context) ([]string, error) {
	ids, _, err := c.models(ctx)
	return ids, err
}

// models is Models with the status of a failed answer; 0 = none came.
func (c *Client) models(ctx context.Context) (ids []string, status int, err error) {
	defer c.plain.CloseIdleConnections()
	cfg := openai.DefaultConfig("") // our own headers carry the key
	cfg.BaseURL = below(c.base, "/v1").String()
	cfg.HTTPClient = c.plain
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

// Ready asks the server once whether it answers: GET /v1/models, or
// /health (the backend's own page of that kind) where it has no such page. The error says what to do.
func (c *Client) Ready(ctx context.Context) error {
	_, status, err := c.models(ctx)
	if status != http.StatusNotFound {
		return err
	}
	defer c.plain.CloseIdleConnections()
	u := below(c.base, cmp.Or(find(c.cfg.Backend).health, "/health")).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := c.plain.Do(req)
	if err != nil {
		return c.unready(u, err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxWords))
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: status %d: %s; there is no /v1/models either: check base_url", u, resp.StatusCode, Words(c.Redact(string(said))))
	}
	return nil
}

// ErrNoUsage says that a whole answer came without the server's count of the
// prompt.
var ErrNoUsage = errors.New("the server told no usage.prompt_tokens; have it report usage, or count with a tokenizer alone")

// PromptTokens is the server's own count of r's prompt, special tokens and chat
// template included: r is sent and answered as any request. The error is a
// *Error where it failed, and ErrNoUsage where nothing was counted.
func (c *Client) PromptTokens(ctx context.Context, r dataset.Request) (int, error) {
	t := c.Do(ctx, r)
	switch {
	case t.Err != nil:
		return 0, fmt.Errorf("asking %s to count a prompt: %w", c.target.Redacted(), t.Err)
	case t.Usage == nil || t.Usage.Prompt == 0: // an empty prompt is refused: 0 is none told
		return 0, fmt.Errorf("asking %s to count a prompt: %w", c.target.Redacted(), ErrNoUsage)
	}
	return t.Usage.Prompt, nil
}

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

package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"

	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

// Models is what GET /v1/models lists. Of several servers the first is asked, as by
// all questions here.
func (c *Client) Models(ctx context.Context) (Models, error) {
	m, _, err := c.models(ctx)
	return m, err
}

// Models are those that a server says it serves.
type Models struct {
	IDs     []string
	AnyName bool // the server answers to any name: llama.cpp, which has one model
}

// models is Models with the status of a failed answer; 0 = none came.
func (c *Client) models(ctx context.Context) (m Models, status int, err error) {
	defer c.plain.CloseIdleConnections()
	cfg := openai.DefaultConfig("") // our own headers carry the key
	cfg.BaseURL = below(c.base, "/v1").String()
	cfg.HTTPClient = c.plain
	list, err := openai.NewClientWithConfig(cfg).ListModels(ctx)
	if err != nil {
		return m, httpStatus(err), c.unready(cfg.BaseURL+"/models", err)
	}
	for _, one := range list.Models {
		m.IDs = append(m.IDs, one.ID)
		m.AnyName = m.AnyName || one.OwnedBy == "llamacpp"
	}
	return m, 0, nil
}

// Probe sends one request of one token, or as few as may be asked for: a server that answers it to its end is
// ready to be measured.
func (c *Client) Probe(ctx context.Context) error {
	if t := c.Do(ctx, dataset.Request{ID: "ready", Prompt: "Hello to you all", MaxTokens: max(1, c.dialect.shape.fewest)}); t.Err != nil {
		return fmt.Errorf("%s: a probe of one token: %w", c.named(c.target.Redacted()), t.Err)
	}
	return nil
}

// Ready asks the server once whether it answers: GET /v1/models, or /health (the
// backend's own page of that kind) where it has no such page. The error says what
// to do.
func (c *Client) Ready(ctx context.Context) error {
	_, status, err := c.models(ctx)
	if status != http.StatusNotFound {
		return err
	}
	defer c.plain.CloseIdleConnections()
	u := below(c.base, find(c.cfg.Backend).healthPage()).String()
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
		return fmt.Errorf("%s: status %d: %s; there is no /v1/models either: check base_url", c.named(u), resp.StatusCode, Words(c.Redact(string(said))))
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
	r.MaxTokens = max(r.MaxTokens, c.dialect.shape.fewest)
	t := c.Do(ctx, r)
	switch {
	case t.Err != nil:
		return 0, fmt.Errorf("asking %s to count a prompt: %w", c.named(c.target.Redacted()), t.Err)
	case t.Usage == nil || t.Usage.Prompt == 0: // an empty prompt is refused: 0 is none told
		return 0, fmt.Errorf("asking %s to count a prompt: %w", c.named(c.target.Redacted()), ErrNoUsage)
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
	u = c.named(u)
	status, refused, step := httpStatus(err), errors.Is(err, syscall.ECONNREFUSED), tlsAdvice(err)
	absent := errors.Is(err, syscall.ENOENT) // a Unix socket
	if step == "" && c.base.Scheme == "https" {
		step = overtaken(err)
	}
	if c.base.Scheme == "http" && c.cfg.Protocol == HTTP2 && isOldHTTP(err) {
		step = useHTTP1
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		step = setKey
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // without the address, which u says
	}
	final := IsFinal(err) || status == http.StatusUnauthorized
	err = c.redactError(err)
	switch {
	case refused:
		return fmt.Errorf("%s: connection refused; start the server, or set base_url to where it listens", u)
	case absent:
		return fmt.Errorf("%s: no such socket; start the server, or set base_url to where it listens", u)
	case final:
		return &FinalError{fmt.Errorf("%s: %w; %s", u, err, step)}
	case step != "":
		return fmt.Errorf("%s: %w; %s", u, err, step)
	}
	return fmt.Errorf("%s: %w", u, err)
}

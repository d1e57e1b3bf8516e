package tokenizer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// errOtherForm reports a server that does not know a path or a form of request.
var errOtherForm = errors.New("the server has no such /tokenize")

const (
	askTimeout = time.Minute
	maxAnswer  = 1 << 28 // bytes: the ids of a text of 30 MB
	shownWords = 200     // bytes of a server's own words in an error
)

// An asker sends JSON to a server and reads JSON, a few requests at a time.
type asker struct {
	ctx     context.Context // of the tokenizer's life: its methods take none
	do      func(*http.Request) (*http.Response, error)
	base    string // without credentials and /v1
	header  http.Header
	key     bool     // whether one was given
	secrets []string // not to be shown
	slots   chan struct{}
}

func newAsker(ctx context.Context, base *url.URL, cfg ServerConfig) asker {
	a := asker{ctx: ctx, do: cfg.Do, header: http.Header{}, key: cfg.APIKey != "", slots: make(chan struct{}, 8)}
	if a.do == nil {
		a.do = http.DefaultClient.Do
	}
	if cfg.Concurrency > 0 {
		a.slots = make(chan struct{}, cfg.Concurrency)
	}
	if base.User != nil {
		password, _ := base.User.Password()
		r := http.Request{Header: a.header}
		r.SetBasicAuth(base.User.Username(), password)
		a.secrets = append(a.secrets, password)
		base.User = nil
	}
	if a.key {
		a.header.Set("Authorization", "Bearer "+cfg.APIKey)
		a.secrets = append(a.secrets, cfg.APIKey)
	}
	for name, value := range cfg.Headers {
		a.header.Set(name, value)
		if len(value) >= 8 { // shorter ones hide more of an error than they protect
			a.secrets = append(a.secrets, value)
		}
	}
	base.RawQuery, base.Fragment = "", ""
	a.base = base.String()
	return a
}

func (a *asker) post(path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("tokenizer server:%s: %s: %w", a.base, path, err)
	}
	return a.exchange(http.MethodPost, path, text, into)
}

func (a *asker) get(path string, into any) error {
	return a.exchange(http.MethodGet, path, nil, into)
}

// exchange sends body to path and reads the answer into into.
func (a *asker) exchange(method, path string, body []byte, into any) error {
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
	ctx, cancel := context.WithTimeout(a.ctx, askTimeout)
	defer cancel()
	status, answer, err := a.send(ctx, method, path, body)
	if closedConnection(err) && ctx.Err() == nil { // counting changes nothing, so it may be asked twice
		status, answer, err = a.send(ctx, method, path, body)
	}
	switch {
	case a.ctx.Err() != nil:
		return context.Cause(a.ctx)
	case err != nil:
		return fmt.Errorf("tokenizer server:%s: %s; is the server up? Else name a tokenizer (a path, a hub id, builtin:qwen3)", a.base, a.hide(err.Error()))
	case status != http.StatusOK:
		return a.refusal(path, status, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("tokenizer server:%s: %s answered %q, want JSON with tokens: %w", a.base, path, a.words(answer), errOtherForm)
	}
	return nil
}

func (a *asker) send(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header = a.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, answer, err
}

// closedConnection reports a kept connection that the server had closed.
func closedConnection(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || err != nil && strings.Contains(err.Error(), "server closed idle connection")
}

// refusal is the error of a status that is not 200, with the server's own words.
func (a *asker) refusal(path string, status int, answer []byte) error {
	said := fmt.Sprintf("tokenizer server:%s: %s: status %d: %s", a.base, path, status, a.words(answer))
	switch {
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && a.key:
		return fmt.Errorf("%s; api_key_env names a key that the server refuses: set the variable to one that it takes", said)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("%s; the server wants a key: set the variable that api_key_env names (OPENAI_API_KEY)", said)
	case status == http.StatusNotFound && !bytes.Contains(bytes.ToLower(answer), []byte("model")),
		status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented,
		status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		return fmt.Errorf("%s: %w", said, errOtherForm)
	}
	return errors.New(said)
}

// words are the beginning of what a server said, on one line, without secrets.
func (a *asker) words(answer []byte) string {
	said := a.hide(strings.Join(strings.Fields(string(answer)), " "))
	if len(said) > shownWords {
		said = said[:shownWords]
	}
	return strings.ToValidUTF8(said, "")
}

func (a *asker) hide(text string) string {
	for _, s := range a.secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	return text
}

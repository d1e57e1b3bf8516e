package tokenizer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Server is the spec of a server's own /tokenize, which LoadServer makes.
const Server = "server"

// ServerConfig says how to ask a server's /tokenize.
type ServerConfig struct {
	Do      func(*http.Request) (*http.Response, error) // nil = http.DefaultClient.Do
	BaseURL string                                      // with or without /v1 at its end
	Model   string                                      // "" = the server's own choice
	Headers map[string]string                           // of every request
	APIKey  string                                      // sent as bearer token; "" = none

	Concurrency int // requests in flight at once; 0 = 8
}

// A ChatCounter is a tokenizer that counts messages by a chat template that it
// may not show: the count includes the generation prompt.
type ChatCounter interface {
	CountChat(messages []Message) (int, error)
}

// A server is a tokenizer that asks a server: vLLM, SGLang or llama.cpp.
type server struct {
	asker
	dialect
	id            string
	hash          string
	model         string
	maxLength     int
	before, after string         // llama.cpp: what special adds, as text
	args          map[string]any // of the chat template
}

// A dialect is one of the forms of /tokenize.
type dialect struct {
	name       string
	tokenize   string // paths
	detokenize string
}

// The dialects, in the order in which they are tried. SGLang is vLLM's in all
// but the answer of /detokenize; an SGLang router knows only the paths below /v1.
var dialects = []dialect{
	{"vLLM", "/tokenize", "/detokenize"},
	{"llama.cpp", "/tokenize", "/detokenize"},
	{"vLLM", "/v1/tokenize", "/v1/detokenize"},
}

// probe is what a server is asked first. Its ids tell models apart, so it never
// changes.
const probe = "The quick brown fox: 1234567 jumps, naïvely, über 3.14 lazy dogs!\n\tfunc main() { return }\n中文と日本語 и русский 👍🏽"

// LoadServer asks which form of /tokenize the server at cfg.BaseURL has. Later
// requests, too, last no longer than ctx. A server without any gives ErrNotFound.
func LoadServer(ctx context.Context, cfg ServerConfig) (Tokenizer, error) {
	base, err := url.Parse(strings.TrimSuffix(strings.TrimRight(cfg.BaseURL, "/"), "/v1"))
	if err != nil || base.Host == "" && base.Scheme != "unix" { // a Unix socket's Do takes its address as it is
		return nil, errors.New("tokenizer server: base_url is no URL; want one like http://localhost:8000") // it may hold a password: not shown
	}
	s := &server{asker: newAsker(ctx, base, cfg), model: cfg.Model}
	s.id = "server:" + s.base
	var refused error
	for _, d := range dialects {
		s.dialect = d
		ids, err := s.AppendIDs(nil, probe, true)
		switch {
		case err == nil:
			if err := s.introduce(ids); err != nil {
				return nil, err
			}
			return s, nil
		case !errors.Is(err, errOtherForm):
			return nil, err
		case refused == nil:
			refused = err // the first is the one that most servers mean
		}
	}
	return nil, fmt.Errorf("%w: %w; name a tokenizer (a path, a hub id, builtin:qwen3), or use ids:FROM-TO with prompt_token_ids: true", ErrNotFound, refused)
}

// introduce takes the hash over the probe's ids, and what llama.cpp tells elsewhere.
func (s *server) introduce(ids []uint32) error {
	sum := sha256.New()
	for _, id := range ids {
		_ = binary.Write(sum, binary.LittleEndian, id) // a hash takes everything
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))
	if s.name != "llama.cpp" {
		return nil
	}
	bare, err := s.AppendIDs(nil, probe, false)
	if err != nil {
		return err
	}
	for lead := range len(ids) - len(bare) + 1 { // before, bare, after
		if slices.Equal(ids[lead:lead+len(bare)], bare) {
			s.before = s.Decode(ids[:lead], false)
			s.after = s.Decode(ids[lead+len(bare):], false)
			break
		}
	}
	var props struct {
		Settings struct {
			Context int `json:"n_ctx"`
		} `json:"default_generation_settings"`
	}
	if s.get("/props", &props) == nil { // it may be switched off
		s.maxLength = props.Settings.Context
	}
	return nil
}

func (s *server) ID() string   { return s.id }
func (s *server) Hash() string { return s.hash }

// VocabSize is 0: no server tells it.
func (s *server) VocabSize() int { return 0 }

// Special is false: no server tells it.
func (s *server) Special(uint32) bool { return false }

// ModelMaxLength is the server's context window, tokens; 0 = not said.
func (s *server) ModelMaxLength() int { return s.maxLength }

func (s *server) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	body := map[string]any{"prompt": text, "add_special_tokens": special}
	if s.name == "llama.cpp" {
		body = map[string]any{"content": text, "add_special": special, "parse_special": true}
	}
	a, err := s.ask(body, text != "")
	return append(dst, a.Tokens...), err
}

func (s *server) Count(text string, special bool) (int, error) {
	ids, err := s.AppendIDs(nil, text, special)
	return len(ids), err
}

// An answer is that of /tokenize in every dialect; only vLLM's has a count.
type answer struct {
	Tokens []uint32 `json:"tokens"`
	Count  *int     `json:"count"`
	MaxLen float64  `json:"max_model_len"` // SGLang: that of the tokenizer's config, which can be 1e30
}

// ask asks /tokenize. An answer of another dialect is errOtherForm: llama.cpp
// takes vLLM's request for one without a text.
func (s *server) ask(body map[string]any, some bool) (answer, error) {
	var a answer
	if s.model != "" && s.name == "vLLM" {
		body["model"] = s.model
	}
	if err := s.post(s.tokenize, body, &a); err != nil {
		return a, err
	}
	switch {
	case some && len(a.Tokens) == 0, s.name == "vLLM" && a.Count == nil:
		return answer{}, fmt.Errorf("tokenizer %s: %s gave no tokens in the form of %s: %w", s.id, s.tokenize, s.name, errOtherForm)
	case a.Count != nil && *a.Count != len(a.Tokens):
		return answer{}, fmt.Errorf("tokenizer %s: %s gave %d tokens and counted %d; name a tokenizer instead", s.id, s.tokenize, len(a.Tokens), *a.Count)
	}
	if s.hash == "" && a.MaxLen > 0 && a.MaxLen < 1<<40 {
		s.maxLength = int(a.MaxLen)
	}
	return a, nil
}

// Decode is the server's /detokenize; "" on an error. vLLM and llama.cpp never
// leave special tokens out.
func (s *server) Decode(ids []uint32, skipSpecial bool) string {
	if len(ids) == 0 {
		return ""
	}
	body := map[string]any{"tokens": ids}
	if s.name == "vLLM" {
		body["skip_special_tokens"] = skipSpecial // SGLang's; vLLM passes over it
		if s.model != "" {
			body["model"] = s.model
		}
	}
	var a struct{ Prompt, Content, Text string } // vLLM, llama.cpp, SGLang
	if err := s.post(s.detokenize, body, &a); err != nil {
		return ""
	}
	return a.Prompt + a.Content + a.Text
}

// Chat is llama.cpp's /apply-template; the others do not show what they render.
func (s *server) Chat(messages []Message) (string, error) {
	if s.name != "llama.cpp" {
		return "", fmt.Errorf("%w (%s counts chats, and does not show them)", ErrNoTemplate, s.id)
	}
	var a struct{ Prompt string }
	err := s.post("/apply-template", s.chatBody(messages), &a)
	if err != nil {
		return "", err
	}
	return s.before + a.Prompt + s.after, nil // its chat endpoint adds what special adds
}

// CountChat is how many tokens messages are by the server's chat template.
func (s *server) CountChat(messages []Message) (int, error) {
	if s.name == "llama.cpp" {
		text, err := s.Chat(messages)
		if err != nil {
			return 0, err
		}
		return s.Count(text, false)
	}
	body := s.chatBody(messages)
	body["add_generation_prompt"] = true
	a, err := s.ask(body, true)
	return len(a.Tokens), err
}

func (s *server) chatBody(messages []Message) map[string]any {
	list := make([]map[string]string, len(messages))
	for i, m := range messages {
		list[i] = map[string]string{"role": m.Role, "content": m.Content}
	}
	body := map[string]any{"messages": list}
	if len(s.args) > 0 {
		body["chat_template_kwargs"] = s.args
	}
	return body
}

func (s *server) withTemplateArgs(args map[string]any) *server {
	with := *s
	with.args = args
	return &with
}

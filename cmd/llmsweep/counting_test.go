package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"llmsweep/tokenizer"
)

// A countingServer is an inference server on a real socket that counts prompts in
// a way of its own, and keeps what it was asked.
type countingServer struct {
	tok    tokenizer.Tokenizer
	around int  // tokens that it adds to each prompt's own
	each   int  // and for each word of it
	silent bool // it tells no usage
	status int  // of all answers to prompts; 0 = 200
	window int  // max_model_len; 0 = not told

	mu    sync.Mutex
	asked []askedPrompt
}

// An askedPrompt is a request as the server saw it.
type askedPrompt struct {
	from, session, id string // remote address, X-Session-Id, X-Request-Id
	messages          []tokenizer.Message
	images            int
	maxTokens         int
}

// serve starts the server, which counts by the tokenizer, and returns its base URL.
func (s *countingServer) serve(t *testing.T, spec string) string {
	t.Helper()
	var err error
	if s.tok, err = tokenizer.Load(spec, tokenizer.LoadOptions{}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *countingServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "tokenize") {
		http.NotFound(w, r)
		return
	}
	if r.URL.Path == "/v1/models" {
		fmt.Fprintf(w, `{"object":"list","data":[{"id":"other"},{"id":"m","object":"model","max_model_len":%d}]}`, s.window)
		return
	}
	if r.Method != http.MethodPost { // a page that this server does not have
		http.NotFound(w, r)
		return
	}
	if s.status != 0 {
		http.Error(w, `{"error":{"message":"out of order"}}`, s.status)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a, text := readAsked(body)
	a.from, a.session, a.id = r.RemoteAddr, r.Header.Get("X-Session-Id"), r.Header.Get("X-Request-Id")
	s.mu.Lock()
	s.asked = append(s.asked, a)
	s.mu.Unlock()
	n, err := s.tok.Count(text, false)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	n += s.around + s.each*len(strings.Fields(text))
	w.Header().Set("Content-Type", "text/event-stream")
	for i := range a.maxTokens {
		finish := "null"
		if i == a.maxTokens-1 {
			finish = `"length"`
		}
		word := fmt.Sprintf(`"text":" w%d"`, i)
		if a.messages != nil {
			word = fmt.Sprintf(`"delta":{"content":" w%d"}`, i)
		}
		fmt.Fprintf(w, `data: {"model":"m","choices":[{"index":0,%s,"finish_reason":%s}]}`+"\n\n", word, finish)
	}
	if !s.silent {
		fmt.Fprintf(w, `data: {"model":"m","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n", n, a.maxTokens, n+a.maxTokens)
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// readAsked takes a body apart; text is all that is to be read in it.
func readAsked(body []byte) (a askedPrompt, text string) {
	var b struct {
		Prompt    string `json:"prompt"`
		MaxTokens int    `json:"max_tokens"`
		Messages  []struct {
			Role    string
			Content json.RawMessage
		}
	}
	_ = json.Unmarshal(body, &b) // a body of another form is an empty prompt
	a.maxTokens, text = b.MaxTokens, b.Prompt
	for _, m := range b.Messages {
		var content string
		if json.Unmarshal(m.Content, &content) != nil {
			var parts []struct{ Type, Text string }
			_ = json.Unmarshal(m.Content, &parts)
			for _, p := range parts {
				content += p.Text
				if p.Type == "image_url" {
					a.images++
				}
			}
		}
		a.messages = append(a.messages, tokenizer.Message{Role: m.Role, Content: content})
		text += content
	}
	return a, text
}

// matches reports whether text matches a pattern within a line; "" = always.
func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

// prompts are what was asked, without the probes.
func (s *countingServer) prompts() (all []askedPrompt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if !strings.HasPrefix(a.id, "probe-") {
			all = append(all, a)
		}
	}
	return all
}

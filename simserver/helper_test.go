package simserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"llmsweep/tokenizer"
)

// testTokenizer is the embedded one: reading it takes a while, so once for all.
func testTokenizer(t testing.TB) tokenizer.Tokenizer {
	t.Helper()
	tok, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

var loadBuiltin = sync.OnceValues(func() (tokenizer.Tokenizer, error) {
	return tokenizer.Load("builtin:qwen3", tokenizer.LoadOptions{Getenv: func(string) string { return "" }})
})

// start serves a simulator on loopback; zero fields are the fast preset's, and the
// model's name is the recordings'.
func start(t *testing.T, c Config) (*Server, string) {
	t.Helper()
	if c.Preset == "" {
		c.Preset = "fast"
	}
	if c.Model == "" {
		c.Model = "qwen3-tiny"
	}
	c.Tokenizer = testTokenizer(t)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(s)
	h.Config.ConnContext = ConnContext
	h.Start()
	t.Cleanup(func() {
		s.Close()
		h.CloseClientConnections()
		h.Close()
	})
	return s, h.URL
}

// post sends a JSON body and gives the whole answer.
func post(t *testing.T, url, id, body string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if id != "" {
		req.Header.Set("X-Request-Id", id)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp, string(data), err
}

// must is post where nothing may go wrong.
func must(t *testing.T, url, id, body string) string {
	t.Helper()
	resp, answer, err := post(t, url, id, body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %v %v\n%s", url, resp, err, answer)
	}
	return answer
}

// events are the data of a stream's events.
func events(stream string) []string {
	var data []string
	for sc := bufio.NewScanner(strings.NewReader(stream)); sc.Scan(); {
		if d, ok := strings.CutPrefix(sc.Text(), "data: "); ok {
			data = append(data, d)
		}
	}
	return data
}

// A chunk is what a client reads of an event or a whole answer.
type chunk struct {
	ID      string `json:"id"`
	Choices []struct {
		Text  string `json:"text"`
		Delta struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"delta"`
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Prompt     int `json:"prompt_tokens"`
		Total      int `json:"total_tokens"`
		Completion int `json:"completion_tokens"`
	} `json:"usage"`
}

// chunks decodes a whole stream, which has to end with [DONE].
func chunks(t *testing.T, stream string) []chunk {
	t.Helper()
	data := events(stream)
	if len(data) == 0 || data[len(data)-1] != "[DONE]" {
		t.Fatalf("stream does not end with [DONE]:\n%s", stream)
	}
	var cs []chunk
	for _, d := range data[:len(data)-1] {
		var c chunk
		if err := json.Unmarshal([]byte(d), &c); err != nil {
			t.Fatalf("event %s: %v", d, err)
		}
		cs = append(cs, c)
	}
	return cs
}

func text(cs []chunk) string {
	var b strings.Builder
	for _, c := range cs {
		for _, ch := range c.Choices {
			b.WriteString(ch.Text + ch.Delta.Content + ch.Message.Content)
		}
	}
	return b.String()
}

// compact is JSON without spaces, for comparison.
func compact(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(s)); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return b.String()
}

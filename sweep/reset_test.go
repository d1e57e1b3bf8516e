package sweep

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"llmsweep/client"
)

// The cache of each of several servers is emptied by its page, also where one
// refuses at first: SGLang does while requests are in flight. Of a page that is not
// there the error names the server's own.
func TestResetOfEach(t *testing.T) {
	for _, page := range []string{"/reset_prefix_cache", "/flush_cache"} {
		var posts [2]atomic.Int64
		var urls []string
		for i := range posts {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch n := posts[i].Add(1); {
				case r.Method != http.MethodPost || r.URL.Path != page:
					http.NotFound(w, r)
				case i == 1 && n == 1:
					http.Error(w, "requests are in flight", http.StatusBadRequest)
				}
			}))
			defer s.Close()
			urls = append(urls, s.URL)
		}
		reset := func(path string) error {
			config := parse(t, "reset: "+path+"\n", "base_url=["+strings.Join(urls, ", ")+"]")
			r := Runner{Config: config, Progress: Silent{}}
			c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: config.BaseURL, Model: "m"})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			return r.reset(t.Context(), pagesOfEach(c, config.BaseURL), config.Cases()[0])
		}
		if err := reset(page); err != nil {
			t.Errorf("%s: %v", page, err)
		}
		if got := fmt.Sprint(posts[0].Load(), posts[1].Load()); got != "1 2" {
			t.Errorf("%s: posted %s times, want 1 and 2", page, got)
		}
		if err := reset("/none"); err == nil || strings.Count(err.Error(), "the server has no such page") != 2 {
			t.Errorf("%s: a page that is not there: %v", page, err)
		}
	}
}

// Readiness is asked by a page of the server, or by a request of one token, until
// the time is over; the error has the last answer.
func TestReadyBy(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/v1/models":
			fmt.Fprint(w, `{"data":[{"id":"m"}]}`)
		case r.URL.Path == "/ping" || r.URL.Path == "/v1/completions":
			if asked.Add(1) == 1 {
				http.Error(w, "loading", http.StatusServiceUnavailable)
			} else if r.Method == http.MethodPost {
				fmt.Fprint(w, "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n")
			}
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	for _, tt := range []struct {
		keys, says string
		asked      int64
	}{
		{"ready: auto", "", 0},
		{"ready: /ping\nready_timeout: 30s", "", 2},
		{"ready: probe\nready_timeout: 30s", "", 2},
		{"ready: /ping", "/ping: status 503: loading", 1},
		{"ready: probe", "a probe of one token: http_5xx: status 503: loading", 1},
		{"ready: /none\nready_timeout: 0.6", "not ready within 600ms (ready_timeout): /none: status 404", 0},
	} {
		asked.Store(0)
		c := parse(t, tt.keys+"\n", "base_url="+s.URL)
		doubt, err := askServer(t.Context(), c, c.BaseURL, "", func(string) {})
		if doubt != nil || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, doubt %v; want %q", tt.keys, err, doubt, tt.says)
		}
		if n := asked.Load(); n != tt.asked {
			t.Errorf("%s: asked %d times, want %d", tt.keys, n, tt.asked)
		}
	}
}

// llama.cpp has one model and answers to any name; a server without /v1/models is
// not asked.
func TestModelsThatAreBelieved(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		doubt      bool
	}{
		{"listed", `{"data":[{"id":"m"}]}`, false},
		{"not listed", `{"data":[{"id":"other"}]}`, true},
		{"llama.cpp", `{"data":[{"id":"/models/m.gguf","owned_by":"llamacpp"}]}`, false},
		{"Ollama's latest", `{"data":[{"id":"m:latest"}]}`, false},
		{"empty", `{"data":[]}`, false},
		{"no such page", "", false},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/models" && tt.page == "" {
				http.NotFound(w, r)
				return
			}
			fmt.Fprint(w, tt.page)
		}))
		c := parse(t, "", "base_url="+s.URL)
		doubt, err := askServer(t.Context(), c, s.URL, "", func(string) {})
		if err != nil || (doubt != nil) != tt.doubt {
			t.Errorf("%s: %v, doubt %v", tt.name, err, doubt)
		}
		s.Close()
	}
}

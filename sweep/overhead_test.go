package sweep

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"llmsweep/client"
	"llmsweep/sweep/plan"
)

// A server without the page that the backend's requests go to ends a run before
// anything is moved, and validate --online tells; the error says what to set.
func TestNoSuchEndpoint(t *testing.T) {
	for _, tt := range []struct {
		words string
		fatal bool
	}{
		{`{"detail":"Not Found"}`, true},
		{`{"error":{"message":"The model m does not exist."}}`, false}, // the endpoint is there: the cases tell
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/models" {
				fmt.Fprint(w, `{"data": [{"id": "m"}]}`)
				return
			}
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, tt.words)
		}))
		defer s.Close()
		c, err := plan.Parse("c.yaml", []byte("model: m\nbase_url: "+s.URL+"\nbackend: tgi\ntokenizer: builtin:qwen3\ninput_output: [[8, 4]]\nconcurrency_prompts: [[1, 1]]\n"), plan.Env{})
		if err != nil {
			t.Fatal(err)
		}
		r := Runner{Config: c, Getenv: os.Getenv, Progress: Silent{}}
		err = r.Validate(t.Context(), true)
		_, isConfig := errors.AsType[*ConfigError](err)
		const want = "status 404: the server has no such endpoint: /generate_stream of backend tgi; set backend to the server's kind, or endpoint: Not Found"
		if tt.fatal != (err != nil) || tt.fatal && (!isConfig || !errors.Is(err, client.ErrNoEndpoint) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v", tt.words, err)
		}
	}
}

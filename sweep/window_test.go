package sweep

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"llmsweep/client"
)

// Of several servers the smallest context is what a request has to fit.
func TestContextWindowOfSeveral(t *testing.T) {
	var urls []string
	for _, models := range []string{`{"id":"other","max_model_len":10},{"id":"m","max_model_len":4096}`, `{"id":"m","max_model_len":2048}`, `{"id":"m"}`} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"data":[%s]}`, models)
		}))
		defer s.Close()
		urls = append(urls, s.URL)
	}
	for _, tt := range []struct {
		servers []string
		want    int
	}{{urls[:1], 4096}, {urls[:2], 2048}, {urls, 2048}, {urls[2:], 0}} {
		base := strings.Join(tt.servers, ",")
		c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: base, Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got := contextWindow(t.Context(), c, base, "m"); got != tt.want {
			t.Errorf("%d servers: %d tokens, want %d", len(tt.servers), got, tt.want)
		}
	}
}

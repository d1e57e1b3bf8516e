package sweep

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llmsweep/client"
)

// A server that takes connections and never answers: the question ends, and the
// error says what was seen.
func TestProbeOfASilentServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: "http://" + ln.Addr().String(), Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = probe(t.Context(), c.Ready, 100*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "did not answer within") || !strings.Contains(err.Error(), "ready_timeout") {
		t.Errorf("error %v", err)
	}
}

// Each server is asked once, however many cases and variants it has.
func TestReachAsksOnce(t *testing.T) {
	var asked [2]atomic.Int64
	var urls []string
	for i := range asked {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked[i].Add(1)
			fmt.Fprint(w, `{"data": [{"id": "m"}]}`)
		}))
		defer s.Close()
		urls = append(urls, s.URL)
	}
	reach := func(yaml string) [2]int64 {
		t.Helper()
		for i := range asked {
			asked[i].Store(0)
		}
		c := parse(t, yaml)
		r := Runner{Config: c, Getenv: os.Getenv, Progress: Silent{}, plan: c.Cases()}
		if err := r.reach(t.Context()); err != nil {
			t.Fatal(err)
		}
		return [2]int64{asked[0].Load(), asked[1].Load()}
	}
	once := reach("matrix: {base_url: [" + urls[0] + "]}\n")[0]
	if once == 0 {
		t.Fatal("a server was not asked")
	}
	got := reach("repeats: 2\nmatrix: {base_url: [" + urls[0] + ", " + urls[1] + "], sampling.temperature: [0, 1]}\n")
	if got != [2]int64{once, once} {
		t.Errorf("the servers were asked %v times, want %d each", got, once)
	}
}

// Variants of one server that want other models of it are each asked for theirs.
func TestReachAsksForEachModel(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"data": [{"id": "m"}, {"id": "adapter"}]}`)
	}))
	defer s.Close()
	entry := func(name, lora string) string {
		return fmt.Sprintf("  - {name: %s, base_url: '%s', lora: [%s]}\n", name, s.URL, lora)
	}
	for _, tt := range []struct{ lora, want string }{{"adapter", ""}, {"adaptor", "adaptor is not served at"}} {
		c := parse(t, "servers:\n"+entry("a", "adapter")+entry("b", tt.lora))
		r := Runner{Config: c, Getenv: os.Getenv, Progress: Silent{}, plan: c.Cases()}
		if err := r.reach(t.Context()); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.lora, err, tt.want)
		}
	}
}

package client

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"llmsweep/dataset"
)

// A body that was made ahead is sent as it is; where the server has refused a field
// since, it is made anew. Neither is kept in the trace.
func TestPrepare(t *testing.T) {
	const refusal = "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 27\r\n\r\n{\"error\":\"no min_tokens!!\"}"
	s := serveRaw(t, func(c net.Conn, _ *http.Request, body []byte) bool {
		answer := sse(good)
		if strings.Contains(string(body), `"min_tokens"`) {
			answer = refusal
		}
		_, err := io.WriteString(c, answer)
		return err == nil
	})
	c := newClient(t, Config{BaseURL: s.url(), IgnoreEOS: "auto"})
	first, second := request, request
	first.ID, second.ID, second.Prompt = "first", "second", "another prompt"
	first, second = c.Prepare(first), c.Prepare(second)
	third := func() dataset.Request { r := second; r.ID = "third"; return r }()
	for _, r := range []dataset.Request{first, second, c.Prepare(third)} {
		if r.Prepared == nil {
			t.Fatalf("%s: nothing was made ahead", r.ID)
		}
		if tr := c.Do(t.Context(), r); tr.Err != nil || tr.Request.Prepared != nil {
			t.Errorf("%s: error %v; kept %v", r.ID, tr.Err, tr.Request.Prepared)
		}
	}
	if n := s.requests.Load(); n != 4 {
		t.Errorf("%d sends, want 4: the first twice, without the field that was refused", n)
	}
	bodies, _ := s.seen()
	for i, want := range []struct{ has, not string }{{`"prompt":"` + request.Prompt, ""}, {request.Prompt, "min_tokens"}, {"another prompt", "min_tokens"}, {"another prompt", "min_tokens"}} {
		if body := string(bodies[i]); !strings.Contains(body, want.has) || want.not != "" && strings.Contains(body, want.not) {
			t.Errorf("body %d: %s", i+1, body)
		}
	}
	// What is wrong with a request is told when it is sent.
	bad := c.Prepare(dataset.Request{Messages: []dataset.Message{}})
	if tr := c.Do(t.Context(), bad); bad.Prepared != nil || class(tr) != Protocol {
		t.Errorf("prepared %v, error %v", bad.Prepared, tr.Err)
	}
}

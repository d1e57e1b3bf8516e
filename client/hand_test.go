package client

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHandWritten(t *testing.T) {
	for _, tt := range []struct {
		file           string
		events, tokens int
		finish         string
		usage          *Usage
		class          Class
		says           string // part of the error
	}{
		{"crlf", 3, 2, "stop", nil, "", ""},
		{"nospace", 3, 2, "stop", nil, "", ""},
		{"fields", 2, 2, "stop", nil, "", ""},
		{"tools", 6, 3, "tool_calls", nil, "", ""},
		{"lastusage", 3, 2, "length", &Usage{Prompt: 3, Completion: 2}, "", ""},
		{"nodone", 2, 2, "length", nil, "", ""},
		{"noblank", 2, 2, "length", nil, "", ""},
		{"cutlast", 1, 1, "", nil, Truncated, "before a finish_reason"},
		{"usageonly", 4, 2, "", &Usage{Prompt: 3, Completion: 1}, "", ""},
		{"abort", 3, 1, "abort", nil, Truncated, `"abort"`},
		{"reasoning", 9, 4, "stop", nil, "", ""},
		{"errorobject", 2, 1, "", nil, InBandError, "out of memory"},
		{"flaterror", 3, 1, "", nil, InBandError, "the engine is gone"},
		{"routererror", 2, 1, "error", nil, InBandError, "the provider disconnected"},
		{"twochoices", 8, 3, "length", &Usage{Prompt: 3, Completion: 4}, "", ""},
		{"eventerror", 2, 1, "", nil, InBandError, "engine overloaded"},
		{"comments", 0, 0, "", nil, Protocol, "200"},
		{"onlydone", 1, 0, "", nil, Protocol, "sent no token"},
		{"empty", 0, 0, "", nil, Protocol, "sent no token"},
	} {
		b, err := os.ReadFile("testdata/hand/" + tt.file + ".sse")
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range cuts {
			for _, framing := range []string{"chunked", "length", "until closed"} {
				head := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
				body := b
				switch framing {
				case "chunked":
					head, body = head+"Transfer-Encoding: chunked\r\n", k.chunked(b, true)
				case "length":
					head += fmt.Sprintf("Content-Length: %d\r\n", len(b))
				}
				s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
					k.write(c, slices.Concat([]byte(head+"\r\n"), body))
					return framing != "until closed"
				})
				got := newClient(t, Config{BaseURL: s.url()}).Do(t.Context(), request)
				name := tt.file + ", " + k.name + ", " + framing
				if got.Events != tt.events || len(got.Arrivals) != tt.tokens || got.FinishReason != tt.finish || class(got) != tt.class {
					t.Errorf("%s: %d events, %d tokens, finish %q, error %v", name, got.Events, len(got.Arrivals), got.FinishReason, got.Err)
				}
				if (got.Usage == nil) != (tt.usage == nil) || tt.usage != nil && *got.Usage != *tt.usage {
					t.Errorf("%s: usage %+v, want %+v", name, got.Usage, tt.usage)
				}
				if want := map[string]int{"tools": 3}[tt.file]; got.Textless != want {
					t.Errorf("%s: %d tokens without text, want %d", name, got.Textless, want)
				}
				if got.Err != nil && !strings.Contains(got.Err.Error(), tt.says) {
					t.Errorf("%s: %q does not say %q", name, got.Err, tt.says)
				}
			}
		}
	}
}

// Reasoning is heard under both its names, apart from the answer; role-only and
// empty deltas are no tokens.
func TestReasoningStream(t *testing.T) {
	b, err := os.ReadFile("testdata/hand/reasoning.sse")
	if err != nil {
		t.Fatal(err)
	}
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		head, answer, _ := strings.Cut(string(b), `data: {"choices":[{"index":0,"delta":{"content":"Rome"`)
		_, _ = c.Write([]byte(sseHead + head))
		time.Sleep(5 * time.Millisecond) // the answer is a read of its own
		_, _ = c.Write([]byte(`data: {"choices":[{"index":0,"delta":{"content":"Rome"` + answer))
		return false
	})
	got := newClient(t, Config{BaseURL: s.url()}).Do(t.Context(), request)
	if got.Reasoning != "Let me think" || got.Text != "Rome." || len(got.Arrivals) != 4 {
		t.Fatalf("reasoning %q, text %q, %d tokens (%v)", got.Reasoning, got.Text, len(got.Arrivals), got.Err)
	}
	if got.FirstContent != got.Arrivals[2] || got.RoleArrival > got.Arrivals[0] || got.LastToken < got.Arrivals[3] {
		t.Errorf("role %d, arrivals %v, first content %d, last token %d", got.RoleArrival, got.Arrivals, got.FirstContent, got.LastToken)
	}
}

// What comes instead of a stream.
func TestOddAnswers(t *testing.T) {
	page, err := os.ReadFile("testdata/hand/error.html")
	if err != nil {
		t.Fatal(err)
	}
	html := func(status string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", status, len(page), page)
	}
	chunked := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, tt := range []struct {
		name, answer string
		class        Class
		says         string
	}{
		{"HTML, 502", html("502 Bad Gateway"), HTTP5xx, "http_5xx: status 502: 502 Bad Gateway"},
		{"HTML, 200", html("200 OK"), Protocol, "did not stream: it answered 200 with \"text/html\": 502 Bad Gateway"},
		{"not HTTP", "SSH-2.0-OpenSSH_9.6\r\n", Protocol, "does not speak HTTP/1.1: SSH-2.0-OpenSSH_9.6"},
		{"malformed head", "HTTP/1.1 abc\r\n\r\n", Protocol, "does not speak HTTP/1.1"},
		{"redirect", "HTTP/1.1 301 Moved\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n", Protocol, "set base_url"},
		{"compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", Protocol, "gzip"},
		{"nothing", "", Truncated, "closed the connection"},
		{"cut head", "HTTP/1.1 200 OK\r\nConte", Truncated, "closed the connection"},
		{"cut chunk", chunked + "ff\r\n" + token, Truncated, "closed the connection"},
		{"malformed chunk", chunked + "zz\r\n" + token, Protocol, "chunked"},
		{"cut after the finish", chunked + fmt.Sprintf("%x\r\n%s\r\n", len(token+finish), token+finish), "", ""},
		{"1xx before", "HTTP/1.1 103 Early Hints\r\n\r\n" + sse(good), "", ""},
		{"error, then DONE", sse(token + "data: {\"error\":\"out of memory\"}\n\n" + ended), InBandError, "out of memory"},
		{"malformed, then whole", sse("data: {\"choices\n\n" + good), Protocol, "not a JSON object"},
		{"DONE alone is not enough", sse(token + ended), Truncated, "finish_reason"},
		{"no content type", "HTTP/1.1 200 OK\r\n\r\n" + good, "", ""},
	} {
		s := serveRaw(t, always(tt.answer, false))
		got := newClient(t, Config{BaseURL: s.url()}).Do(t.Context(), request)
		if class(got) != tt.class {
			t.Errorf("%s: %v, want class %q", tt.name, got.Err, tt.class)
		} else if got.Err != nil && !strings.Contains(got.Err.Error(), tt.says) {
			t.Errorf("%s: %q does not say %q", tt.name, got.Err, tt.says)
		}
	}
}

// A reset is told from a close.
func TestReset(t *testing.T) {
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = c.Write([]byte(sseHead + token))
		time.Sleep(20 * time.Millisecond) // lets the bytes be read before the reset overtakes them
		_ = c.(*net.TCPConn).SetLinger(0)
		return false
	})
	if got := newClient(t, Config{BaseURL: s.url()}).Do(t.Context(), request); class(got) != Reset || got.Events > 1 {
		t.Errorf("%d events, %v; want class reset", got.Events, got.Err)
	}
}

// A stream that stays open after [DONE] is over all the same.
func TestOpenAfterDone(t *testing.T) {
	hold := make(chan struct{})
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = c.Write([]byte(sseHead + good))
		<-hold
		return false
	})
	got := newClient(t, Config{BaseURL: s.url()}).Do(t.Context(), request)
	close(hold)
	if got.Err != nil || len(got.Arrivals) != 2 || got.LastToken == 0 {
		t.Errorf("%d tokens, %v", len(got.Arrivals), got.Err)
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`{"error":{"message":"no such model","code":404}}`, "no such model"},
		{`{"error":"Unauthorized"}`, "Unauthorized"},
		{`{"error":{"code":400}}`, "400"},
		{`{"detail":"Not Found"}`, "Not Found"},
		{`{"detail":[{"loc":["body","a"],"msg":"too long"},{"loc":["body","b",0],"msg":"missing"}]}`, "body.a: too long; body.b.0: missing"},
		{`{"object":"error","message":"m"}`, "m"},
		{`{"error":{"message":"cut off in the mid`, "cut off in the mid"},
		{`{"status": "x"}`, `{"status":"x"}`},
		{"<html><head><TITLE>Bad &amp; worse</TITLE></head>", "Bad & worse"},
		{"<h1>Sorry</h1>\n<p>come back</p>", "Sorry come back"},
		{"  plain\n text ", "plain text"},
		{"", ""},
		{"\x1b[1;31mNo\x1b[0m \x1b]0;mine\x07such\x00 model\u009b2J\r\n", "No such model2J"},
		{`{"error":"\u001b[31mred\u0007"}`, "red"},
		{strings.Repeat("ä", 400), strings.Repeat("ä", 299) + "…"},
	} {
		if got := Words(tt.body); got != tt.want {
			t.Errorf("Words(%q) = %q, want %q", tt.body, got, tt.want)
		}
	}
}

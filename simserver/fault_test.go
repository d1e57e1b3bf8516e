package simserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const streamBody = `{"prompt":"fault","max_tokens":10,"ignore_eos":true,"stream":true}`

// raw sends a request over a plain connection and reads until the server closes
// it; where it is to stay open, until enough has come and nothing comes for a while.
func raw(t *testing.T, url, body string, open bool, enough func(got string) bool) (got string, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/completions HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	buf := make([]byte, 4096)
	for {
		patience := 20 * time.Second
		if open && enough(got) {
			patience = 50 * time.Millisecond
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		n, err := conn.Read(buf)
		got += string(buf[:n])
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
}

// Each fault as a client on a plain connection sees it: what came, and how the
// connection ended.
func TestFaultsOnTheWire(t *testing.T) {
	for _, tt := range []struct {
		fault, body string
		has, hasNot []string
		tokens      int
		end         error // how the server closed the connection; nil = cleanly
		open        bool  // it stays open
	}{
		{fault: "status:code=503,retry_after=7", has: []string{"HTTP/1.1 503", "Retry-After: 7", `"code":503`}, open: true},
		{fault: "html", has: []string{"HTTP/1.1 502", "text/html", "<center>"}, open: true},
		{fault: "html:code=200", has: []string{"HTTP/1.1 200", "<center>"}, open: true},
		{fault: "empty", has: []string{"HTTP/1.1 200", "text/event-stream"}, hasNot: []string{"data:"}, open: true},
		{fault: "garbage", has: []string{"not HTTP"}, hasNot: []string{"HTTP/1.1"}},
		{fault: "stall_first", has: []string{"HTTP/1.1 200"}, hasNot: []string{": ping"}, open: true},
		{fault: "stall_first:ping=true", has: []string{": ping\n\n"}, open: true},
		{fault: "stall:after=3", tokens: 3, hasNot: []string{"[DONE]"}, open: true},
		{fault: "truncate:after=4", tokens: 4, hasNot: []string{"[DONE]", "\r\n0\r\n\r\n", "length"}},
		{fault: "truncate:after=99", tokens: 9, hasNot: []string{"[DONE]", "\r\n0\r\n\r\n", `"length"`}},
		{fault: "reset:after=2", end: syscall.ECONNRESET},
		{fault: "error_event:after=2", tokens: 2, has: []string{`data: {"error": {`, "data: [DONE]\n\n", "\r\n0\r\n\r\n"}, open: true},
		{fault: "malformed:after=2", tokens: 10, has: []string{"{\"index\":0,\n\n", "[DONE]", `"length"`}, open: true},
		{fault: "close_idle", tokens: 10, has: []string{"Connection: keep-alive", "[DONE]", "\r\n0\r\n\r\n"}},
		{fault: "truncate", body: `{"prompt":"x","max_tokens":5}`, has: []string{"HTTP/1.1 200", `{"id"`}, hasNot: []string{`"metrics":null}`}},
		{fault: "malformed", body: `{"prompt":"x","max_tokens":5}`, has: []string{"HTTP/1.1 200", `{"id"`}, hasNot: []string{`"metrics":null}`}, open: true},
		{fault: "error_event", body: `{"prompt":"x","max_tokens":5}`, has: []string{"HTTP/1.1 500", "EngineCore"}, open: true},
		{fault: "close_idle", body: `{"prompt":"x","max_tokens":5}`, has: []string{"keep-alive", `"metrics":null}`}},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			f, err := ParseFault(tt.fault)
			if err != nil {
				t.Fatal(err)
			}
			s, url := start(t, Config{Faults: []Fault{f}})
			body := tt.body
			if body == "" {
				body = streamBody
			}
			got, err := raw(t, url, body, tt.open, func(got string) bool {
				missing := func(part string) bool { return !strings.Contains(got, part) }
				return !slices.ContainsFunc(tt.has, missing) && strings.Count(got, `"text":"`) >= tt.tokens
			})
			var timeout net.Error
			switch stillOpen := errors.As(err, &timeout) && timeout.Timeout(); {
			case stillOpen != tt.open:
				t.Errorf("connection still open: %v, want %v (%v)", stillOpen, tt.open, err)
			case !tt.open && !errors.Is(err, tt.end):
				t.Errorf("the connection ended with %v, want %v", err, tt.end)
			}
			for _, part := range tt.has {
				if !strings.Contains(got, part) {
					t.Errorf("no %q in\n%s", part, got)
				}
			}
			for _, part := range tt.hasNot {
				if strings.Contains(got, part) {
					t.Errorf("%q in\n%s", part, got)
				}
			}
			if n := strings.Count(got, `"text":"`); tt.tokens > 0 && n != tt.tokens {
				t.Errorf("%d tokens came, want %d", n, tt.tokens)
			}
			if tt.open {
				return // a stalled request may not have ended yet
			}
			if l := s.Truth(); len(l) != 1 || l[0].Outcome != faulted || l[0].Fault != f.Kind {
				t.Errorf("truth %+v, want one request faulted by %s", l, f.Kind)
			}
		})
	}
}

// A client that keeps the connection of close_idle finds it closed.
func TestCloseIdleLeavesADeadConnection(t *testing.T) {
	_, url := start(t, Config{Faults: []Fault{{Kind: faultCloseIdle}}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/completions HTTP/1.1\r\nHost: sim\r\nContent-Length: %d\r\n\r\n%s", len(streamBody), streamBody)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.Close || len(chunks(t, string(answer))) != 10 {
		t.Errorf("close announced: %v, error %v; want a whole answer that keeps the connection", resp.Close, err)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("after the answer: %v, want the connection closed", err)
	}
}

func TestPick(t *testing.T) {
	for _, tt := range []struct {
		faults []string
		want   string // a letter a request: the kind's first, - = none
	}{
		{nil, "----"},
		{[]string{"status"}, "ssss"},
		{[]string{"status:times=2"}, "ss--"},
		{[]string{"status:skip=1,times=2"}, "-ss-"},
		{[]string{"exit:after=2"}, "--ee"},
		{[]string{"status:skip=1,times=1", "reset:times=2"}, "rsr-"},
	} {
		var faults []Fault
		for _, s := range tt.faults {
			f, err := ParseFault(s)
			if err != nil {
				t.Fatal(err)
			}
			faults = append(faults, f)
		}
		box, got := newFaultBox(faults, 1), ""
		for range 4 {
			if f := box.pick(); f == nil {
				got += "-"
			} else {
				got += f.Kind[:1]
			}
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.faults, got, tt.want)
		}
	}
}

func TestShareIsSeeded(t *testing.T) {
	hits := func(seed uint64) (at []int) {
		box := newFaultBox([]Fault{{Kind: faultReset, Share: 0.1}}, seed)
		for i := range 1000 {
			if box.pick() != nil {
				at = append(at, i)
			}
		}
		return at
	}
	a := hits(3)
	if n := len(a); n < 60 || n > 140 { // 100 ± 4 standard deviations of 9.5
		t.Errorf("a share of 0.1 hit %d of 1000", n)
	}
	if !slices.Equal(a, hits(3)) || slices.Equal(a, hits(4)) {
		t.Error("the share does not follow the seed")
	}
}

func TestParseFaultErrors(t *testing.T) {
	for text, want := range map[string]string{
		"fire":               "want one of status",
		"status:colour=red":  `key "colour"`,
		"status:code=many":   `code="many"`,
		"status:code=99":     "want 200 to 599",
		"truncate:after=-1":  "want at least 0",
		"reset:share=1.5":    "want 0 to 1",
		"stall:ping=perhaps": `ping="perhaps"`,
	} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestFaultsByPost(t *testing.T) {
	_, url := start(t, Config{})
	must(t, url+"/sim/faults", "", `[{"kind":"status","code":429,"retry_after":"2","times":1}]`)
	resp, body, err := post(t, url+"/v1/completions", "", streamBody)
	if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "2" {
		t.Errorf("%v %v %s, want 429 with Retry-After", resp, err, body)
	}
	must(t, url+"/v1/completions", "", streamBody)
	for _, bad := range []string{`{}`, `[{"kind":"fire"}]`, `[{"kind":"reset","afterwards":1}]`} {
		if resp, body, err := post(t, url+"/sim/faults", "", bad); err != nil || resp.StatusCode != 400 {
			t.Errorf("%s: %v %v %s, want 400", bad, resp, err, body)
		}
	}
}

func TestExitCalls(t *testing.T) {
	exits := make(chan struct{}, 8)
	_, url := start(t, Config{Faults: []Fault{{Kind: faultExit, After: 1}}, OnExit: func() { exits <- struct{}{} }})
	must(t, url+"/v1/completions", "", streamBody)
	if len(exits) != 0 {
		t.Error("exit before its request")
	}
	if _, _, err := post(t, url+"/v1/completions", "", streamBody); err != nil || len(exits) != 1 {
		t.Errorf("%d exits (%v), want 1", len(exits), err)
	}
}

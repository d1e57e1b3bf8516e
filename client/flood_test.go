package client

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

// floodEvent is a token in vLLM's shape.
const floodEvent = `data: {"id":"cmpl-5f3ad1f2c0a94b0e","object":"text_completion","created":1763848800,"model":"m","choices":[{"index":0,"text":" word","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}` + "\n\n"

// flood answers each request on c with so many events, each a chunk of its own,
// as fast as the connection takes them, each in a write of its own or several in
// one.
func flood(c net.Conn, events, perWrite int) {
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	piece := []byte(strings.Repeat(chunk(floodEvent), perWrite))
	last := strings.ReplaceAll(floodEvent, `"finish_reason":null`, `"finish_reason":"length"`)
	usage := fmt.Sprintf(`data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n", events, events+3)
	tail := []byte(chunk(last) + chunk(usage) + chunk("data: [DONE]\n\n") + "0\r\n\r\n")
	for r := bufio.NewReader(c); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		_, err = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
		for left := events - 1; left > 0 && err == nil; left -= perWrite {
			_, err = c.Write(piece[:len(piece)/perWrite*min(left, perWrite)])
		}
		if err == nil {
			_, err = c.Write(tail)
		}
		if err != nil {
			return
		}
	}
}

// TestFloodServer is no test but the process that startFlood starts.
func TestFloodServer(t *testing.T) {
	asked := strings.Split(os.Getenv("LLMSWEEP_FLOOD"), ",")
	if len(asked) != 2 {
		t.Skip("the server of the benchmarks")
	}
	events, _ := strconv.Atoi(asked[0])
	perWrite, _ := strconv.Atoi(asked[1])
	var sim *simserver.Server
	if perWrite == 0 {
		tok, err := tokenizer.Load("builtin:qwen3", tokenizer.LoadOptions{Getenv: os.Getenv})
		if err != nil {
			t.Fatal(err)
		}
		if sim, err = simserver.New(simserver.Config{Preset: "flood", Model: "m", Tokenizer: tok}); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(l.Addr())
	if sim != nil {
		server := http.Server{Handler: sim, ConnContext: simserver.ConnContext}
		t.Fatal(server.Serve(l))
	}
	for {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		go flood(c, events, perWrite)
	}
}

// startFlood starts a process that floods, so that its CPU time is not this one's,
// and returns its address. With perWrite 0 it is the simulator, else it writes that
// many events at once. It ends with the benchmark.
func startFlood(b *testing.B, events, perWrite int) string {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), exe, "-test.run=^TestFloodServer$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), fmt.Sprintf("LLMSWEEP_FLOOD=%d,%d", events, perWrite))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	addr, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

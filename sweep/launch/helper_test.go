//go:build unix

package launch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is also the servers that the tests launch, and the program that
// launches one and is killed.
const (
	serveEnv  = "LLMSWEEP_TEST_SERVE"  // host:port to serve at
	setsidEnv = "LLMSWEEP_TEST_SETSID" // leave the group that it was started in
	launchEnv = "LLMSWEEP_TEST_LAUNCH" // an Entry as JSON: start it, say so, wait
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(launchEnv) != "":
		launchAndWait(os.Getenv(launchEnv))
	case os.Getenv(serveEnv) != "":
		serveHealth(os.Getenv(serveEnv))
	default:
		os.Exit(m.Run())
	}
}

// serveHealth is a server with a /health, until SIGTERM, or for a minute: no test
// that was killed leaves it for long.
func serveHealth(address string) {
	if os.Getenv(setsidEnv) != "" {
		syscall.Setsid()
	}
	time.AfterFunc(time.Minute, func() { os.Exit(4) })
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() {
		<-term
		fmt.Println("bye")
		os.Exit(0)
	}()
	fmt.Println("loading", os.Getenv("WEIGHTS"))
	http.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	fmt.Println(http.ListenAndServe(address, nil))
	os.Exit(3)
}

// launchAndWait starts a server as a run does, and does not live to stop it.
func launchAndWait(launch string) {
	var l Entry
	if err := json.Unmarshal([]byte(launch), &l); err != nil {
		panic(err)
	}
	os.Unsetenv(launchEnv) // its server is none
	if _, err := l.Start(context.Background(), healthy(l.BaseURL), func(string) {}); err != nil {
		panic(err)
	}
	fmt.Println("up")
	io.Copy(io.Discard, os.Stdin)
}

// healthy asks a server's /health.
func healthy(baseURL string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "GET", baseURL+"/health", nil)
		if err != nil {
			return err
		}
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
}

// freeAddress is a host:port of this machine where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// launchOf is an entry with a free port, and serve, a command that serves there.
func launchOf(t *testing.T) (l *Entry, serve string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, address := t.TempDir(), freeAddress(t)
	return &Entry{
		Name: "TP2", Dir: dir, BaseURL: "http://" + address,
		LogPath: filepath.Join(dir, "logs", "TP2.log"), PidDir: filepath.Join(dir, "pids"),
		ReadyTimeout: time.Minute, StopWait: 10 * time.Second,
	}, serveEnv + "=" + address + " '" + exe + "'"
}

// start launches l, and kills what a failing test leaves.
func start(t *testing.T, l *Entry) (*Server, error) {
	t.Helper()
	s, err := l.Start(t.Context(), healthy(l.BaseURL), func(text string) { t.Log(text) })
	if s != nil {
		t.Cleanup(func() { syscall.Kill(-s.record.Process.PID, syscall.SIGKILL) })
	}
	return s, err
}

func mustStart(t *testing.T, l *Entry) *Server {
	t.Helper()
	s, err := start(t, l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closes waits for what is to come.
func closes(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(time.Minute):
		t.Fatalf("waited a minute for %s", what)
	}
}

// pidIn waits until a command has written a number into a file.
func pidIn(t *testing.T, file string) int {
	t.Helper()
	var pid int
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if !poll(ctx, func() bool {
		b, err := os.ReadFile(file)
		if err == nil && strings.HasSuffix(string(b), "\n") {
			pid, err = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		return err == nil && pid > 1
	}) {
		t.Fatalf("waited a minute for a pid in %s", file)
	}
	return pid
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantInText(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q in it", what, text, want)
		}
	}
}

// wantGone checks that nothing of a server is left: no process, port or record.
func wantGone(t *testing.T, l *Entry, s *Server) {
	t.Helper()
	if s != nil && (s.Alive() || len(s.record.Process.members()) > 0) {
		t.Errorf("alive %v, processes %v after the stop", s.Alive(), s.record.Process.members())
	}
	if used, _ := occupied(t.Context(), strings.TrimPrefix(l.BaseURL, "http://"), nil); used {
		t.Errorf("%s is still in use", l.BaseURL)
	}
	if left := files(t, l.PidDir); len(left) > 0 {
		t.Errorf("records %v are left", left)
	}
}

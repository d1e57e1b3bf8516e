package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// TestReportServes: the page of a folder that a run holds the lock of is served until
// Ctrl-C, which is no failure.
func TestReportServes(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "results", "sample"))); err != nil {
		t.Fatal(err)
	}
	lock, err := runlog.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	cmd := llmsweep(t, dir, "report", ".", "--serve")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`^http://127\.0\.0\.1:\d+/`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("the first line is %q, %v; want the page's address", line, err)
	}
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(string(page), "bench_io512x16_mc4_np16_run2") {
		t.Errorf("%v; the page does not have the run's cases", err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v, want status 0", err)
	}
}

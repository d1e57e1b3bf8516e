package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readHTTPText(t *testing.T, text string) (*HTTP, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	h, err := ReadHTTP(path, testEnv(map[string]string{"KEY": "sk-1"}))
	if err != nil {
		err = errorString(strings.ReplaceAll(err.Error(), path, "c.yaml"))
	}
	return h, err
}

type errorString string

func (e errorString) Error() string { return string(e) }

// The section is read whether the file has a sweep as well, is that of the
// template, or has it alone; what is wrong is told with its place.
func TestReadHTTP(t *testing.T) {
	got, err := readHTTPText(t, `model: m
results_dir: out
http:
  url: http://h/x
  connections: [20, 100]
  threads: 4
  duration: 1m
  timeout: 30
  method: PUT
  headers: {Authorization: "Bearer ${KEY}"}
  body: "{}"
  script: a.lua
  rate: 2.5
  latency: true
  corrected: true
`)
	want := &HTTP{
		URL: "http://h/x", Connections: []int{20, 100}, Threads: []int{4}, Duration: time.Minute, Timeout: 30 * time.Second, Method: "PUT",
		Headers: map[string]string{"Authorization": "Bearer sk-1"}, Body: "{}", Script: "a.lua", Rate: 2.5, Latency: true, Corrected: true, ResultsDir: "out",
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, c := range []struct{ text, want string }{
		{"model: m\n", "c.yaml:1:1: http: missing"},
		{"", "c.yaml:1:1: http: missing"},
		{"http:\n  connections: 1\n", "c.yaml:2:3: http.url: missing"},
		{"http: http://h\n", "http: http://h, want a mapping"},
		{"http: {url: http://h, connections: [1, 1]}\n", "http.connections[1]: 1, want each value once"},
		{"http: {url: 127.0.0.1:8000, connections: 0}\n", "c.yaml:1:13: http.url: 127.0.0.1:8000, want http://host:port/path or https://host:port/path\nc.yaml:1:42: http.connections"},
		{"http: {url: http://h, threads: 0}\n", "http.threads: 0, want a whole number from 1"},
		{"http: {url: http://h, duration: 0}\n", "http.duration: 0, want a duration of 1ms or more"},
		{"http: {url: http://h, body: a, body_file: b}\n", "http.body_file: stands beside body"},
		{"http: {url: http://h, heders: {}}\n", "did you mean headers?"},
		{"http: {url: http://h}\nmodle: m\n", "c.yaml:2:1: modle: unknown key"},
	} {
		if _, err := readHTTPText(t, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

// A file of a sweep may have the section: its faults are told, and it changes no
// case.
func TestHTTPBesideSweep(t *testing.T) {
	const base = "model: m\nbase_url: http://h\ninput_output: [[1, 1]]\nconcurrency_prompts: [[1, 1]]\n"
	plain := read(t, writeConfig(t, base), testEnv(nil))
	both := read(t, writeConfig(t, base+"http: {url: http://h/x}\n"), testEnv(nil))
	if a, b := plain.Cases()[0].Hash, both.Cases()[0].Hash; a != b {
		t.Errorf("the section changes a case's hash: %s, %s", a, b)
	}
	if _, err := Parse("c", []byte(base+"http: {url: http://h, rate: -1}\n"), testEnv(nil)); err == nil || !strings.Contains(err.Error(), "http.rate: -1, want") {
		t.Errorf("a fault in the section: %v", err)
	}
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

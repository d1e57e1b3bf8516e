package aggregate

import (
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// A file to which results were appended is a row each, told apart by their number, and
// repeats of one another where their settings are the same.
func TestLoadSeveralResults(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "all.json")
	write(t, path, minimal+"\n"+strings.Replace(minimal, `"request_throughput":2.0`, `"request_throughput":4.0,"p99.9_ttft_ms":7.5`, 1)+"\n")
	rows, broken := Load([]string{dir, path})
	if len(broken) > 0 || len(rows) != 2 {
		t.Fatalf("%d rows, broken %v; want 2 and none", len(rows), broken)
	}
	for i, want := range []struct {
		name string
		rate float64
	}{{"all#1", 2}, {"all#2", 4}} {
		r := rows[i]
		if r.Case != want.name || *r.RequestThroughput != want.rate || r.File != path || r.Result != i+1 {
			t.Errorf("%s of %s, result %d, %v requests/s; want %s, %d, %v", r.Case, r.File, r.Result, *r.RequestThroughput, want.name, i+1, want.rate)
		}
	}
	if v, ok := rows[1].figure("p99.9_ttft_ms"); !ok || v != 7.5 { // no column: it is the file's
		t.Errorf("p99.9 of the second: %v, %v; want 7.5", v, ok)
	}
	if groups := Groups(rows); len(groups) != 1 {
		t.Errorf("%d groups of two results with the same settings, want 1", len(groups))
	}
}

// Records are of one result: those that lie beside a file of several are none of its.
func TestSeveralResultsHaveNoRecords(t *testing.T) {
	run, _ := ownRun(t)
	own, _ := Load([]string{run})
	f, err := own[0].ReadFile()
	check(t, err)
	text, err := f.MarshalJSON()
	check(t, err)
	path := filepath.Join(t.TempDir(), "all.json")
	write(t, path, string(text)+"\n"+string(text)+"\n")
	write(t, strings.TrimSuffix(path, ".json")+".requests.jsonl", "{}\n")
	const want = "several results"
	rows, broken := Load([]string{path})
	if len(rows) != 2 || len(broken) > 0 {
		t.Fatalf("%d rows, broken %v", len(rows), broken)
	}
	for r, err := range Requests(rows) {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a request %+v, %v; want an error of %s", r, err, want)
		}
	}
	if _, err := rows[0].requestLatencies("ttft"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("latencies: %v, want an error of %s", err, want)
	}
	if _, broken := LoadVLLM([]string{path}); len(broken) != 1 || !strings.Contains(broken[0].Error(), want) {
		t.Errorf("by vLLM's definitions: %v, want an error of %s", broken, want)
	}
	if f, err := runlog.ReadResult(path, 3); err == nil {
		t.Errorf("a third result: %+v", f)
	}
}

package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// A bench is a config and a server for whole sweeps in this process.
type bench struct {
	t      *testing.T
	dir    string // the config's; results folders are in it
	now    time.Time
	runner Runner // fields that a test sets are kept
	stop   int    // the run is ended when this many cases have started; 0 = never
	notes  []string

	caseStarted func() // what else happens then; nil = nothing

	broken atomic.Bool // the server answers 500
	ran    []string    // names of the cases that were started, of the last run
	served atomic.Int64
}

// newBench writes the config, with a tiny server and tokens in the place of texts.
// In the text DIR stands for the folder.
func newBench(t *testing.T, text string) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), now: time.Now()}
	server := httptest.NewServer(http.HandlerFunc(b.answer))
	t.Cleanup(server.Close)
	b.config("model: m\nbase_url: " + server.URL + "\ntokenizer: ids:100-5000\nprompt_token_ids: true\nprompt_overhead: tokenizer\nwarmup: 0\n" + text)
	return b
}

func (b *bench) config(text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "config.yaml"), []byte(strings.ReplaceAll(text, "DIR", b.dir)), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// answer streams as many tokens as are asked for, all at once.
func (b *bench) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/health":
		return
	case r.Method != http.MethodPost:
		http.NotFound(w, r)
		return
	}
	if b.broken.Load() {
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	}
	b.served.Add(1)
	var ask struct {
		Prompt    []int `json:"prompt"`
		MaxTokens int   `json:"max_tokens"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for range ask.MaxTokens {
		fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"text\":\"a\"}]}\n\n")
	}
	fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n",
		len(ask.Prompt), ask.MaxTokens)
}

// run runs the config's sweep as the program does, at b.now, with --set.
func (b *bench) run(sets ...string) (Outcome, error) {
	b.t.Helper()
	c, note, err := plan.ReadToRun(filepath.Join(b.dir, "config.yaml"), plan.Env{LookupEnv: os.LookupEnv, Now: b.now}, b.runner.Fresh, sets...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.notes, b.ran = nil, nil
	if note != "" {
		b.notes = append(b.notes, note)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	r := Runner{
		Config: c, Version: "test", Getenv: func(string) string { return "" },
		Now: func() time.Time { return b.now }, Progress: &benchProgress{b: b, cancel: cancel},
		Fold: b.runner.Fold, Fresh: b.runner.Fresh, OnlyFailed: b.runner.OnlyFailed, Only: b.runner.Only,
	}
	if r.Fold == nil {
		r.Fold = func(string) error { return nil }
	}
	return r.Run(ctx)
}

// benchProgress keeps what is said, and ends the run where the bench says.
type benchProgress struct {
	Silent
	b      *bench
	cancel context.CancelFunc
}

func (p *benchProgress) Note(text string) { p.b.notes = append(p.b.notes, text) }
func (p *benchProgress) Warn(text string) { p.b.notes = append(p.b.notes, text) }
func (p *benchProgress) CaseStarted(c plan.Case) {
	p.b.ran = append(p.b.ran, c.Name)
	if p.b.caseStarted != nil {
		p.b.caseStarted()
	}
	if len(p.b.ran) == p.b.stop {
		p.cancel()
	}
}

// wantRun runs the sweep and wants it to come through.
func (b *bench) wantRun(sets ...string) Outcome {
	b.t.Helper()
	out, err := b.run(sets...)
	if err != nil || out.Missing > out.LeftOut {
		b.t.Fatalf("%+v, %v\n%s", out, err, strings.Join(b.notes, "\n"))
	}
	return out
}

// breakOff runs the sweep until the nth case has started, at b.now.
func (b *bench) breakOff(n int, sets ...string) Outcome {
	b.t.Helper()
	b.stop = n
	defer func() { b.stop = 0 }()
	out, err := b.run(sets...)
	if !errors.Is(err, context.Canceled) {
		b.t.Fatalf("%v, want the run to be interrupted\n%s", err, strings.Join(b.notes, "\n"))
	}
	b.written(out.Dir, b.now)
	return out
}

// written sets the times of all files of a results folder.
func (b *bench) written(dir string, at time.Time) {
	b.t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, at, at)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// manifest is the run in a results folder under the bench's.
func (b *bench) manifest(dir string) *runlog.Run {
	b.t.Helper()
	run, err := runlog.ReadRun(filepath.Join(b.dir, dir))
	if err != nil || run == nil {
		b.t.Fatalf("%s: %v, %v; want a manifest", dir, run, err)
	}
	return run
}

// folders are those in a folder of the bench's.
func (b *bench) folders(in string) (names []string) {
	b.t.Helper()
	entries, err := os.ReadDir(filepath.Join(b.dir, in))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// caseFile is a case's file.
func (b *bench) caseFile(dir, name string) *runlog.CaseFile {
	b.t.Helper()
	f, err := runlog.ReadCase(filepath.Join(b.dir, dir, name+".json"))
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// said reports whether a note of the last run has the text in it.
func (b *bench) said(text string) bool { return strings.Contains(strings.Join(b.notes, "\n"), text) }

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"llmsweep/runlog"
)

// An event as docs/events.md has it, any kind.
type anEvent struct {
	Time, Event, Case, Level, Text, Status, Error string

	MetricsURL   string `json:"metrics_url"`
	CasesToRun   int    `json:"cases_to_run"`
	CasesPlanned int    `json:"cases_planned"`
	Number       int
	Axes         runlog.Axes

	Prompts, Warmups int
	PromptsTotal     int            `json:"prompts_total"`
	Planned          int            `json:"requests_planned"`
	Ended            int            `json:"requests_ended"`
	Completed        int            `json:"requests_completed"`
	Failed           int            `json:"requests_failed"`
	Censored         int            `json:"requests_censored"`
	WarmupsEnded     int            `json:"warmups_ended"`
	InputTokens      int64          `json:"input_tokens"`
	OutputTokens     int64          `json:"output_tokens"`
	OutputTokPerS    *float64       `json:"output_tok_per_s"`
	MedianTTFT       *float64       `json:"median_ttft_ms"`
	MeanTTFT         *float64       `json:"mean_ttft_ms"`
	Errors           map[string]int `json:"errors"`
	CasesEnded       int            `json:"cases_ended"`
	ETA              *float64       `json:"sweep_eta_s"`
	ExitStatus       int            `json:"exit_status"`
	CasesMeasured    int            `json:"cases_measured"`
	CasesInterrupted int            `json:"cases_interrupted"`
}

// readEvents parses every line of stdout; nothing else may be there.
func readEvents(t *testing.T, r io.Reader, each func(anEvent)) (all []anEvent) {
	t.Helper()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		checkKeys(t, lines.Bytes())
		var e anEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		if _, err := time.Parse(time.RFC3339, e.Time); err != nil || e.Event == "" {
			t.Errorf("%s: want an event and its time", lines.Text())
		}
		all = append(all, e)
		if each != nil {
			each(e)
		}
	}
	return all
}

// checkKeys wants docs/events.md to have every key of an event.
func checkKeys(t *testing.T, line []byte) {
	t.Helper()
	keys := map[string]any{}
	if err := json.Unmarshal(line, &keys); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	doc := eventsDoc(t)
	for key := range keys {
		if !strings.Contains(doc, "`"+key+"`") {
			t.Errorf("docs/events.md says nothing of %s", key)
		}
	}
}

func eventsDoc(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// kinds are the events in order, a run of the same told once.
func kinds(all []anEvent) string {
	var names []string
	for _, e := range all {
		if len(names) == 0 || names[len(names)-1] != e.Event {
			names = append(names, e.Event)
		}
	}
	return strings.Join(names, " ")
}

// startRun starts a run with its stdout as a pipe.
func startRun(t *testing.T, dir string, args ...string) (*exec.Cmd, io.Reader, *strings.Builder) {
	t.Helper()
	cmd := llmsweep(t, dir, append([]string{"run"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdout, &stderr
}

// TestEvents: each line of stdout is an event, and their figures are those of the
// case files; failed requests are among them.
func TestEvents(t *testing.T) {
	t.Parallel()
	url, _ := smallSimulator(t, "--model", "m", "--ttft", "30ms", "--itl", "1ms", "--fault", "status:code=503,share=0.3")
	dir := t.TempDir()
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[16, 10]]\nconcurrency_prompts: [[2, 30], [4, 150]]\nwarmup: 2\n", url)
	cmd, stdout, stderr := startRun(t, dir, "--json", "--quiet")
	all := readEvents(t, stdout, nil)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitFailed {
		t.Fatalf("exit status %d, want %d: failures are too many\n%s", got, exitFailed, stderr)
	}
	if got := strings.TrimPrefix(kinds(all), "note "); got != "sweep_started case_started preparing progress case_ended case_started preparing progress case_ended sweep_ended" {
		t.Errorf("events: %s", got)
	}
	if !strings.HasPrefix(stderr.String(), "invalid: ") || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("--quiet: want the error alone:\n%s", stderr)
	}
	var last anEvent // of a case's progress
	failed := 0
	for _, e := range all {
		switch e.Event {
		case "sweep_started":
			if e.CasesToRun != 2 || e.CasesPlanned != 2 {
				t.Errorf("%+v", e)
			}
		case "case_started":
			if f := readCase(t, dir, e.Case); !reflect.DeepEqual(e.Axes, f.Case.Axes) || e.Warmups != 2 {
				t.Errorf("%+v, want axes %+v", e, f.Case.Axes)
			}
			last = anEvent{Case: e.Case}
		case "preparing":
			if e.Prompts > e.PromptsTotal {
				t.Errorf("%+v", e)
			}
		case "progress":
			if e.Case != last.Case || e.Ended < last.Ended || e.OutputTokens < last.OutputTokens || e.Ended != e.Completed+e.Failed+e.Censored {
				t.Errorf("%+v after %+v", e, last)
			}
			last = e
		case "case_ended":
			f := readCase(t, dir, e.Case)
			if e.Completed != f.Completed || e.Failed != f.Failed || e.Censored != 0 || e.OutputTokens != f.TotalOutputTokens ||
				e.InputTokens != f.TotalInputTokens || e.Status != f.Status || *e.MeanTTFT != float64(f.TTFT.Mean) || !reflect.DeepEqual(e.Errors, f.Failures.ByClass) {
				t.Errorf("%+v, and the case JSON has %+v", e, f)
			}
			if last.Planned != f.NumPrompts || last.Completed != e.Completed || last.Failed != e.Failed || last.OutputTokens != e.OutputTokens ||
				!reflect.DeepEqual(last.Errors, e.Errors) || last.WarmupsEnded != 2 || last.OutputTokPerS == nil {
				t.Errorf("the last progress %+v, the end %+v", last, e)
			}
			if off := *last.MedianTTFT / *e.MedianTTFT; off < 0.95 || off > 1.05 {
				t.Errorf("the running median of TTFT ends at %v ms, want %v", *last.MedianTTFT, *e.MedianTTFT)
			}
			failed += e.Failed
		case "sweep_ended":
			if e.ExitStatus != exitFailed || e.CasesMeasured != 2 || !strings.HasPrefix(e.Error, "invalid: ") {
				t.Errorf("%+v", e)
			}
		}
	}
	if failed == 0 {
		t.Error("no request failed: the test has nothing to hold errors against")
	}
}

// TestEventsReaderGone: a reader that goes away ends the events, not the sweep.
func TestEventsReaderGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[16, 4]]\nconcurrency_prompts: [[2, 4], [3, 5]]\n")
	cmd := llmsweep(t, dir, "run", "--json", "-q")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout.Close()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	_ = cmd.Run()
	if cmd.ProcessState.ExitCode() != exitOK || len(rows(t, dir)) != 2 || strings.Count(stderr.String(), "events end here") != 1 {
		t.Errorf("%s, %d rows, want 0 and 2, and one warning:\n%s", cmd.ProcessState, len(rows(t, dir)), stderr.String())
	}
}

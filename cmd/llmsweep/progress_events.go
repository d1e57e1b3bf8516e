package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// eventEvery is how often a running case tells how it stands.
const eventEvery = time.Second

// events are a JSON object a line for other programs; docs/events.md has them.
// A reader that is gone ends the events, never the sweep.
type events struct {
	sweep.Silent
	live       *live
	resultsDir string
	metricsURL string
	read       time.Time // when rows were last told of
	stop       func()    // ends the case's events

	mu     sync.Mutex
	w      io.Writer
	stderr io.Writer
	broken bool
}

func newEvents(w, stderr io.Writer, l *live, resultsDir string) *events {
	return &events{w: w, stderr: stderr, live: l, resultsDir: resultsDir}
}

// A head is what each event begins with.
type head struct {
	Time  string `json:"time"` // UTC, to the millisecond
	Event string `json:"event"`
}

func (e *events) head(event string) head {
	return head{time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"), event}
}

func (e *events) send(event any) {
	line, err := json.Marshal(event)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken {
		return
	}
	if err == nil {
		_, err = e.w.Write(append(line, '\n'))
	}
	if err != nil {
		e.broken = true
		fmt.Fprintf(e.stderr, warning+"events end here, the sweep goes on: %v\n", err)
	}
}

type noteEvent struct {
	head
	Level string `json:"level"` // note or warning
	Text  string `json:"text"`
}

func (e *events) Note(text string) { e.send(noteEvent{e.head("note"), "note", text}) }

func (e *events) Warn(text string) { e.send(noteEvent{e.head("note"), "warning", text}) }

type readingEvent struct {
	head
	Rows      int `json:"rows"`
	RowsTotal int `json:"rows_total"`
}

func (e *events) Reading(done, total int) {
	if total > 0 && time.Since(e.read) >= eventEvery {
		e.read = time.Now()
		e.send(readingEvent{e.head("reading"), done, total})
	}
}

type sweepStartedEvent struct {
	head
	Version      string `json:"version"`
	ResultsDir   string `json:"results_dir,omitempty"`
	MetricsURL   string `json:"metrics_url,omitempty"`
	CasesToRun   int    `json:"cases_to_run"`
	CasesPlanned int    `json:"cases_planned"`
}

func (e *events) SweepStarted(toRun []plan.Case, planned int) {
	e.send(sweepStartedEvent{e.head("sweep_started"), version, e.resultsDir, e.metricsURL, len(toRun), planned})
}

type caseStartedEvent struct {
	head
	Case       string      `json:"case"`
	Model      string      `json:"model"`
	Number     int         `json:"number"` // from 1
	CasesToRun int         `json:"cases_to_run"`
	Attempt    int         `json:"attempt"`
	Axes       runlog.Axes `json:"axes"`
	Warmups    int         `json:"warmups"` // planned; 0 with a warm-up by time
}

func (e *events) CaseStarted(c plan.Case) {
	s := e.live.look()
	e.send(caseStartedEvent{e.head("case_started"), c.Name, c.Config.Model, s.at, s.cases, c.Attempt, c.Axes, c.Warmup})
	e.stop = each(eventEvery, func() {
		s := e.live.look()
		if s.sending {
			e.progress(&s)
		} else {
			e.send(preparingEvent{e.head("preparing"), c.Name, s.prepared, s.prompts})
		}
	})
}

type preparingEvent struct {
	head
	Case         string `json:"case"`
	Prompts      int    `json:"prompts"`
	PromptsTotal int    `json:"prompts_total"`
}

// Preparing tells of all prompts, however fast they were made.
func (e *events) Preparing(done, total int) {
	if done == total {
		s := e.live.look()
		e.send(preparingEvent{e.head("preparing"), s.case_.Name, done, total})
	}
}

type progressEvent struct {
	head
	Case             string         `json:"case"`
	Planned          int            `json:"requests_planned"`
	Ended            int            `json:"requests_ended"`
	Completed        int            `json:"requests_completed"`
	Failed           int            `json:"requests_failed"`
	Censored         int            `json:"requests_censored"`
	InFlight         int            `json:"requests_in_flight"`
	Warmups          int            `json:"warmups_ended"`
	Errors           map[string]int `json:"errors"` // by class
	OutputTokens     int64          `json:"output_tokens"`
	OutputTokPerS    runlog.Float   `json:"output_tok_per_s"`
	MedianTTFT       runlog.Float   `json:"median_ttft_ms"`
	CaseElapsed      runlog.Float   `json:"case_elapsed_s"`
	CasesEnded       int            `json:"cases_ended"`
	SweepElapsed     runlog.Float   `json:"sweep_elapsed_s"`
	SweepETA         runlog.Float   `json:"sweep_eta_s"`
	SweepETAMeasured bool           `json:"sweep_eta_measured"` // rests on at least one measured case
}

func (e *events) progress(s *snapshot) {
	e.send(progressEvent{
		head: e.head("progress"), Case: s.case_.Name, Planned: s.case_.NumPrompts,
		Ended: s.ended(), Completed: s.completed, Failed: s.failed, Censored: s.censored,
		InFlight: s.inFlight, Warmups: s.warmups, Errors: s.errors,
		OutputTokens: s.tokens, OutputTokPerS: runlog.Float(s.tokPerS), MedianTTFT: runlog.Float(s.ttft),
		CaseElapsed: inSeconds(s.caseElapsed), CasesEnded: s.done(),
		SweepElapsed: inSeconds(s.elapsed), SweepETA: s.eta(), SweepETAMeasured: s.sure,
	})
}

// eta is how long the sweep still takes, in s; undefined where nothing is known.
func (s *snapshot) eta() runlog.Float {
	if !s.known {
		return runlog.NaN()
	}
	return inSeconds(s.toGo)
}

// inSeconds is a span in s, to the millisecond.
func inSeconds(d time.Duration) runlog.Float {
	return runlog.Float(d.Round(time.Millisecond).Seconds())
}

type caseEndedEvent struct {
	head
	Case          string         `json:"case"`
	Status        string         `json:"status"`
	Validity      string         `json:"validity"`
	Reasons       []string       `json:"validity_reasons"`
	Completed     int            `json:"requests_completed"`
	Failed        int            `json:"requests_failed"`
	Censored      int            `json:"requests_censored"`
	Errors        map[string]int `json:"errors"`
	FirstError    string         `json:"first_error"`
	Notes         []string       `json:"notes"`
	Duration      runlog.Float   `json:"duration_s"`
	InputTokens   int64          `json:"input_tokens"`
	OutputTokens  int64          `json:"output_tokens"`
	RequestsPerS  runlog.Float   `json:"requests_per_s"`
	OutputTokPerS runlog.Float   `json:"output_tok_per_s"`
	MeanTTFT      runlog.Float   `json:"mean_ttft_ms"`
	MedianTTFT    runlog.Float   `json:"median_ttft_ms"`
	MeanTPOT      runlog.Float   `json:"mean_tpot_ms"`
	MeanITL       runlog.Float   `json:"mean_itl_ms"`
	MeanE2EL      runlog.Float   `json:"mean_e2el_ms"`
	CasesEnded    int            `json:"cases_ended"`
	SweepETA      runlog.Float   `json:"sweep_eta_s"`
}

func (e *events) CaseEnded(c plan.Case, r *sweep.Result) {
	e.stop()
	s := e.live.look()
	e.progress(&s)
	m := &r.Summary
	e.send(caseEndedEvent{
		head: e.head("case_ended"), Case: c.Name, Status: r.Status,
		Validity: m.Validity.Verdict, Reasons: orEmpty(m.Validity.Reasons),
		Completed: m.Completed, Failed: m.Failed, Censored: m.Censored, Errors: s.errors,
		FirstError: m.FirstError, Notes: orEmpty(r.Notes), Duration: runlog.Float(m.Duration),
		InputTokens: m.InputTokens, OutputTokens: m.OutputTokens,
		RequestsPerS: runlog.Float(m.RequestThroughput), OutputTokPerS: runlog.Float(m.OutputThroughput),
		MeanTTFT: mean(m.TTFT), MedianTTFT: runlog.Float(m.TTFT.Median),
		MeanTPOT: mean(m.TPOT), MeanITL: mean(m.ITL), MeanE2EL: mean(m.E2EL),
		CasesEnded: s.done(), SweepETA: s.eta(),
	})
}

func mean(d metrics.Dist) runlog.Float { return runlog.Float(d.Mean) }

// orEmpty makes no list an empty one: [] in JSON, not null.
func orEmpty(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

type caseSkippedEvent struct {
	head
	Case       string       `json:"case"`
	Why        string       `json:"why"`
	CasesEnded int          `json:"cases_ended"`
	SweepETA   runlog.Float `json:"sweep_eta_s"`
}

func (e *events) CaseSkipped(c plan.Case, why string) {
	s := e.live.look()
	e.send(caseSkippedEvent{e.head("case_skipped"), c.Name, why, s.done(), s.eta()})
}

type sweepEndedEvent struct {
	head
	ExitStatus       int          `json:"exit_status"`
	Error            string       `json:"error"`
	CasesMeasured    int          `json:"cases_measured"`
	CasesFailed      int          `json:"cases_failed"`
	CasesInterrupted int          `json:"cases_interrupted"`
	SweepElapsed     runlog.Float `json:"sweep_elapsed_s"`
	CasesSkipped     int          `json:"cases_skipped"`
}

// ended tells the last event: how the command ends.
func (e *events) ended(err error) {
	s := e.live.look()
	text := ""
	if err != nil {
		text = err.Error()
	}
	e.send(sweepEndedEvent{e.head("sweep_ended"), statusOf(err), text, s.casesEnded[runlog.StatusMeasured],
		s.casesEnded[runlog.StatusFailed], s.casesEnded[runlog.StatusInterrupted], inSeconds(s.elapsed), s.casesEnded[runlog.StatusSkipped]})
}

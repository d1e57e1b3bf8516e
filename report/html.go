package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

// An HTML is a page's content: what Write needs, and nothing of how it looks.
type HTML struct {
	Title    string // "qwen3 on sim:default"
	Subtitle string // date and what measured it
	Tool     string // what made the page
	Live     bool   // served during a run: the page asks for news
	Progress string // "12 of 40 cases; bench_x is at work"; "" = the run is complete

	Verdicts []htmlCount
	Compared htmlBlock // what sets servers or settings apart
	Findings []htmlBlock
	Kinds    []htmlKind
	Left     htmlBlock // cases that are on no curve, and why
	Cases    []*htmlCase
	Many     htmlColumns // columns that differ between the cases

	Found       []string    // what searches, refined curves and sweeps of rates came to, in words
	Skipped     [][2]string // cases of the plan that a rule left out, and why
	Warnings    []string
	Notes       []htmlNote
	Config      string      // as the manifest has it, secrets out
	Environment [][2]string // name, value
	Server      [][2]string

	charts htmlCharts
}

// Pooled reports whether no case generates tokens.
func (h *HTML) Pooled() bool { return len(h.Kinds) > 0 && h.Kinds[0].Pooled() }

// An htmlCount is how many cases have a verdict.
type htmlCount struct {
	Verdict string
	N       int
}

// An htmlNote is what a case's file notes.
type htmlNote struct {
	Case link
	Text string
}

// FewCurves reports whether the curves' findings are few enough to stand unfolded
// beside the table of their points.
func (h *HTML) FewCurves() bool { return len(h.Findings) <= fewCurves }

// Per is what tokens/s were divided by: "GPU" or "server".
func (h *HTML) Per() string { return h.charts.Per }

// Data is the charts' content as JSON. Every < in it is escaped, so that it can
// stand in a script element.
func (h *HTML) Data() (template.JS, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // escapes <, > and &
	if err := e.Encode(h.charts); err != nil {
		return "", fmt.Errorf("the charts' data: %w", err)
	}
	return template.JS(b.String()), nil
}

// Policy is the page's Content-Security-Policy: nothing from outside; a served
// page may ask its own server for news.
func (h *HTML) Policy() string {
	policy := "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
	if h.Live {
		policy += "; connect-src 'self'"
	}
	return policy
}

// Write writes the whole page, charts library included.
func (h *HTML) Write(w io.Writer) error { return htmlExecute(w, "page", h) }

// WriteMain writes what changes while a run goes on: the page's main part with its
// data, for a page that is open already.
func (h *HTML) WriteMain(w io.Writer) error { return htmlExecute(w, "main", h) }

package selftest

import (
	"fmt"
	"io"
	"strings"

	"llmsweep/runlog"
	"llmsweep/sweep/wording"
)

// Print writes the answer in a line, then the figures by load, then what cannot
// be trusted and why.
func (t *Result) Print(w io.Writer) error {
	var b strings.Builder
	b.WriteString(t.Answer() + "\n")
	for _, r := range t.Rows {
		if r.Load == Flood && r.EventsPerS.Defined() {
			fmt.Fprintf(&b, "Flooded over %s, the client takes %s token events/s.\n", wording.Plural(r.Streams, "stream"), wholeText(r.EventsPerS))
		}
	}
	errs := [][]string{{"load", "TTFT, kernel", "TTFT, user clock", "ITL, kernel", "ITL, user clock"}}
	tool := [][]string{{"load", "events/s", "requests", "client CPU", "send lag, ms", "shared reads", "reader lag p99, ms"}}
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Skipped != "" {
			continue
		}
		errs = append(errs, []string{r.name(), r.TTFT.Kernel.text(), r.TTFT.User.text(), r.ITL.Kernel.text(), r.ITL.User.text()})
		tool = append(tool, []string{
			r.name(), wholeText(r.EventsPerS), wording.Thousands(float64(r.Requests)), shareText(r.ClientCPU),
			ms(r.SendLagP50) + " / " + ms(r.SendLagP99), shareText(r.SharedShare), ms(r.ReaderLagP99),
		})
	}
	b.WriteString("\nError against the server's own clock, ms: p50 / p99 / max\n")
	wording.Columns(&b, errs, 0)
	b.WriteString("\nThe tool itself; client CPU in shares of a core, send lag p50 / p99\n")
	wording.Columns(&b, tool, 0)
	b.WriteString("\nTrusted is " + TrustRule + ".\n")
	for i := range t.Rows {
		if r := &t.Rows[i]; len(r.Doubts) > 0 {
			fmt.Fprintf(&b, "%s, cannot be trusted: %s.\n", r.name(), strings.Join(r.Doubts, "; "))
		} else if r.Skipped != "" {
			fmt.Fprintf(&b, "%s, was not run: %s.\n", r.name(), r.Skipped)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Answer is what a self-test comes to, in a line.
func (t *Result) Answer() string {
	l := t.Trusted
	if l == nil {
		return "No load tested can be trusted on this host as it is now: end what else runs here, and test again."
	}
	return fmt.Sprintf("Trusted on this host: up to %s and %s token events/s; 99 %% of TTFTs are within %s ms, of ITLs within %s ms.",
		wording.Plural(l.Streams, "stream"), wholeText(l.EventsPerS), ms(l.TTFTError), ms(l.ITLError))
}

// Text is the row in a line, for those who wait for the next one.
func (r *Row) Text() string {
	if r.Skipped != "" {
		return fmt.Sprintf("%s: not run: %s", r.name(), r.Skipped)
	}
	text := fmt.Sprintf("%s: %s token events/s, TTFT error p99 %s ms, ITL error p99 %s ms",
		r.name(), wholeText(r.EventsPerS), ms(r.TTFT.Kernel.P99), ms(r.ITL.Kernel.P99))
	if r.Load == Paced && len(r.Doubts) == 0 {
		text += ": trusted"
	}
	return text
}

func (r *Row) name() string {
	return fmt.Sprintf("%s, %s", r.Load, wording.Plural(r.Streams, "stream"))
}

func (q Quantiles) text() string {
	return ms(q.P50) + " / " + ms(q.P99) + " / " + ms(q.Max)
}

// ms is a time in ms to the µs below 10 ms; "–" where undefined.
func ms(x runlog.Float) string {
	switch {
	case !x.Defined():
		return "–"
	case x < 10:
		return fmt.Sprintf("%.3f", float64(x))
	}
	return fmt.Sprintf("%.1f", float64(x))
}

func wholeText(x runlog.Float) string {
	if !x.Defined() {
		return "–"
	}
	return wording.Thousands(float64(x))
}

func shareText(x runlog.Float) string {
	if !x.Defined() {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(x))
}

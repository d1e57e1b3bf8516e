package httpload

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// PrintStart writes what wrk says before a test.
func (o *Options) PrintStart(w io.Writer) error {
	_, err := fmt.Fprintf(w, "Running %s test @ %s\n  %d threads and %d connections\n", formatSpan(o.Duration), ShownURL(o.URL), o.Threads, o.Connections)
	return err
}

// Print writes wrk's report, in its lines, units and places. Lines beyond wrk's come
// only where there is something that wrk does not know: a rate or a correction,
// streams, requests that were never answered.
func (r *Result) Print(w io.Writer) error {
	var b strings.Builder
	latency := r.reported()
	fmt.Fprintf(&b, "  Thread Stats%6s%11s%8s%12s\n", "Avg", "Stdev", "Max", "+/- Stdev")
	statsLine(&b, "Latency", latency, formatMicros)
	if r.TTFT.Count() > 0 {
		statsLine(&b, "TTFT", r.TTFT, formatMicros)
	}
	statsLine(&b, "Req/Sec", r.PerSec, formatMetric)
	if r.Options.Latency {
		distribution(&b, "Latency", latency)
		if r.TTFT.Count() > 0 {
			distribution(&b, "TTFT", r.TTFT)
		}
	}
	r.counted(&b)
	r.sums(&b)
	r.remarks(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) counted(b *strings.Builder) {
	fmt.Fprintf(b, "  %d requests in %s, %sB read\n", r.Requests, formatMicros(float64(r.Took.Microseconds())), formatBytes(float64(r.Bytes)))
	if e := &r.Errors; e.Sockets() {
		fmt.Fprintf(b, "  Socket errors: connect %d, read %d, write %d, timeout %d\n", e.Connect, e.Read, e.Write, e.Timeout)
	}
	if r.FirstError != "" {
		fmt.Fprintf(b, "  First error: %s\n", r.FirstError)
	}
	if n := r.Errors.Status; n > 0 {
		fmt.Fprintf(b, "  Non-2xx or 3xx responses: %d\n", n)
	}
	if r.Unanswered > 0 {
		fmt.Fprintf(b, "  Unanswered: %d requests had waited for %v or more when the test ended\n", r.Unanswered, r.Options.Timeout)
	}
	if r.Broken > 0 {
		fmt.Fprintf(b, "  Broken streams: %d of %d\n", r.Broken, r.Streams)
	}
}

func (r *Result) sums(b *strings.Builder) {
	fmt.Fprintf(b, "Requests/sec: %9.2f\n", r.ReqPerSec())
	fmt.Fprintf(b, "Transfer/sec: %10sB\n", formatBytes(r.BytesPerSec()))
	if r.Streams > 0 {
		fmt.Fprintf(b, "Output tokens/sec: %.2f (%d tokens of %d streams%s)\n", r.TokensPerSec(), r.OutputTokens, r.Streams-r.Broken, r.tokenSource())
	}
}

// TokensPerSec is the output tokens of whole streams a second.
func (r *Result) TokensPerSec() float64 { return float64(r.OutputTokens) / r.Took.Seconds() }

func (r *Result) tokenSource() string {
	switch r.Uncounted {
	case 0:
		return ""
	case r.Streams - r.Broken:
		return ", none with usage: events counted"
	}
	return fmt.Sprintf(", %d without usage: events counted", r.Uncounted)
}

// remarks say what the latencies are where they are not simply from sent to the
// answer's end.
func (r *Result) remarks(b *strings.Builder) {
	if r.Options.Rate > 0 {
		fmt.Fprintf(b, "Latencies are from when each request was due, at %.2f requests/s in all; our own lateness is in them: mean %s, p99 %s\n",
			r.Options.Rate, formatMicros(r.SendLag.Mean()), formatMicros(r.SendLag.Percentile(99)))
	}
	if r.Options.Corrected {
		if e := r.expected(); e > 0 {
			fmt.Fprintf(b, "Latencies are corrected by the expected interval of %s, as HdrHistogram does: a late answer stands for the requests that it held up\n", formatMicros(float64(e.Microseconds())))
		} else {
			fmt.Fprintf(b, "Latencies are not corrected: fewer answers than connections give no expected interval\n")
		}
	}
	if r.Interrupted {
		fmt.Fprintf(b, "Interrupted after %s of %s\n", r.Took.Round(time.Millisecond), r.Options.Duration)
	}
}

func statsLine(b *strings.Builder, name string, t *Tally, format func(float64) string) {
	fmt.Fprintf(b, "    %-10s%s%s%s%8.2f%%\n", name, column(format(t.Mean()), 8), column(format(t.Stdev()), 10), column(format(t.Max()), 9), t.Within())
}

func distribution(b *strings.Builder, name string, t *Tally) {
	fmt.Fprintf(b, "  %s Distribution\n", name)
	for _, p := range []float64{50, 75, 90, 99} {
		fmt.Fprintf(b, "%7.0f%%%s\n", p, column(formatMicros(t.Percentile(p)), 10))
	}
}

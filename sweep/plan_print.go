package sweep

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What a case takes on an unknown server, assumed roughly: tokens/s of a
// request's prefill, and the time of a decode step however full the batch is.
const (
	assumedPrefill = 8000.0 // tokens/s
	assumedStep    = 20 * time.Millisecond
)

// EstimateCase is about how long a case takes, warm-up included: requests go in
// rounds of MaxConcurrency, each of input ÷ 8,000 tokens/s and 20 ms an output
// token; with a rate or a ramp, no faster than that sends them; and no longer
// than its duration, after a warm-up.
func EstimateCase(p PlannedCase) time.Duration { return estimateAt(p, 1) }

// estimateAt is the same on a server whose requests take slow times as long.
func estimateAt(p PlannedCase, slow float64) time.Duration {
	lengths := p.lengths()
	request := slow * (float64(lengths.Input)/assumedPrefill + float64(lengths.Output)*assumedStep.Seconds())
	inFlight := max(p.MaxConcurrency, 1)
	warmup := math.Ceil(float64(p.Warmup)/float64(inFlight))*request + p.WarmupFor.Seconds()
	seconds := math.Ceil(float64(p.NumPrompts)/float64(inFlight)) * request
	switch {
	case p.Ramp != nil:
		seconds = max(seconds, p.Ramp.span(p.NumPrompts)+request)
	case !math.IsInf(p.Rate, 1) && p.Rate > 0:
		seconds = max(seconds, float64(p.NumPrompts)/p.Rate+request)
	}
	if p.Duration > 0 {
		seconds = min(seconds, p.Duration.Seconds())
	}
	return time.Duration(min(warmup+seconds, maxSpan.Seconds()) * 1e9)
}

// Estimate is about how long the cases take, one after the other. earlier holds
// what cases of the same name took before; it may be nil.
func Estimate(cases []PlannedCase, earlier map[string]time.Duration) time.Duration {
	var sum time.Duration
	for _, p := range cases {
		d, known := earlier[p.Name]
		if !known {
			d = EstimateCase(p)
		}
		if sum += d; sum > maxSpan {
			return maxSpan
		}
	}
	return sum
}

// PrintPlan writes the cases in running order as a table, then what they come
// to. It touches nothing else.
func PrintPlan(w io.Writer, c *Config, cases []PlannedCase) error {
	rows := [][]string{{"#", "case", "input", "output", "concurrency", "prompts", "warmup", "rate", "tokens"}}
	var prompts, warmups, input, output float64
	for i, p := range cases {
		rows = append(rows, []string{
			strconv.Itoa(i + 1), p.Name, lengthText(p.Input), lengthText(p.Output), strconv.Itoa(p.MaxConcurrency),
			strconv.Itoa(p.NumPrompts), p.warmupText(), p.rateText(), p.tokensText(),
		})
		prompts += float64(p.NumPrompts)
		warmups += float64(p.Warmup)
		input += float64(p.NumPrompts) * float64(p.Input)
		output += float64(p.NumPrompts) * float64(p.Output)
	}
	var b strings.Builder
	writeColumns(&b, rows, 1)
	fmt.Fprintf(&b, "\n%s of %s at %s\n", plural(len(cases), "case"), c.Model, maskURL(c.BaseURL))
	warmup := thousands(warmups) + " warm-up requests"
	if c.Warmup.For > 0 {
		warmup = shortSpan(c.Warmup.For) + " of warm-up a case"
	}
	tokens := fmt.Sprintf("%s input and %s output tokens, warm-up not counted", thousands(input), thousands(output))
	if c.ownLengths() {
		tokens = "lengths are those of dataset " + c.Dataset.Type
	}
	fmt.Fprintf(&b, "%s prompts and %s; %s\n", thousands(prompts), warmup, tokens)
	if c.Duration > 0 {
		fmt.Fprintf(&b, "each case ends after %s, whatever prompts are left\n", shortSpan(c.Duration))
	}
	fmt.Fprintln(&b, c.estimateText(cases))
	for _, note := range c.Notes() {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// estimateText is about how long the cases take, and what that rests on.
func (c *Config) estimateText(cases []PlannedCase) string {
	if replaysTimes(&c.Dataset) {
		return fmt.Sprintf("a case takes as long as the trace's first requests, at %s times their speed", rateText(c.Dataset.Speed))
	}
	text := fmt.Sprintf("about %s if a decode step takes %d ms and prefill runs at %s tokens/s",
		Roughly(Estimate(cases, nil)), assumedStep.Milliseconds(), thousands(assumedPrefill))
	if c.ownLengths() {
		typical := c.typicalLengths()
		text += fmt.Sprintf(", and a request has about %d input and %d output tokens", typical.Input, typical.Output)
	}
	if c.Dataset.Think != nil {
		text += "; the pauses between turns come on top"
	}
	if n := len(cases) - 1; c.Cooldown > 0 && n > 0 {
		text += "; cooldown adds " + Roughly(time.Duration(n)*c.Cooldown)
	}
	return text
}

// tokensText is how many tokens the case asks for; unknown where they are the
// dataset's own.
func (p *PlannedCase) tokensText() string {
	if p.Input == 0 {
		return "own"
	}
	return thousands(float64(p.NumPrompts) * float64(p.Input+p.Output))
}

func (p *PlannedCase) warmupText() string {
	if p.WarmupFor > 0 {
		return shortSpan(p.WarmupFor)
	}
	return strconv.Itoa(p.Warmup)
}

func (p *PlannedCase) rateText() string {
	switch {
	case p.Ramp != nil:
		return p.Ramp.String()
	case p.Replay > 0:
		return "trace x" + rateText(p.Replay)
	}
	return rateText(p.Rate)
}

// Notes are what is odd about a config, but not wrong.
func (c *Config) Notes() []string {
	var notes []string
	for _, l := range c.ConcurrencyPrompts {
		if l.NumPrompts < l.MaxConcurrency {
			notes = append(notes, fmt.Sprintf("concurrency_prompts [%d, %d]: with %s no more than %d are ever in flight",
				l.MaxConcurrency, l.NumPrompts, plural(l.NumPrompts, "prompt"), l.NumPrompts))
		}
	}
	if c.Abort.OverSaturation && !c.open() {
		notes = append(notes, "abort.over_saturation: without a request_rate, a ramp or a trace's times the load waits for the server, and is never too much")
	}
	return notes
}

// writeColumns aligns rows, two spaces between columns: numbers to the right,
// the text column to the left.
func writeColumns(b *strings.Builder, rows [][]string, textColumn int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if i == textColumn {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		b.WriteByte('\n')
	}
}

// thousands is a whole number with its digits in groups of three.
func thousands(x float64) string {
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return thousands(float64(n)) + " " + word + "s"
}

// Roughly is a span as people say it: 40 s, 12 min, 3 h 20 min.
func Roughly(d time.Duration) string {
	switch minutes := int64(d.Round(time.Minute) / time.Minute); {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", int64(math.Ceil(d.Seconds())))
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes%60 == 0 || minutes >= 24*60:
		return fmt.Sprintf("%d h", minutes/60)
	default:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	}
}

package sweep

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
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
func EstimateCase(p PlannedCase) time.Duration {
	lengths := p.lengths()
	request := float64(lengths.Input)/assumedPrefill + float64(lengths.Output)*assumedStep.Seconds()
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
// to. earlier is what some took in the last run, by name: see LastSpans; it may
// be nil. Nothing else is touched.
func PrintPlan(w io.Writer, c *Config, cases []PlannedCase, earlier map[string]time.Duration) error {
	var b strings.Builder
	writeColumns(&b, planRows(cases, earlier), 1)
	var prompts, warmups, input, output float64
	ownLengths := false
	for _, p := range cases {
		prompts += float64(p.NumPrompts)
		warmups += float64(p.Warmup)
		input += float64(p.NumPrompts) * float64(p.Input)
		output += float64(p.NumPrompts) * float64(p.Output)
		ownLengths = ownLengths || p.Input == 0
	}
	fmt.Fprintf(&b, "\n%s of %s at %s\n", plural(len(cases), "case"),
		several(cases, "models", func(p *PlannedCase) string { return p.Config.Model }),
		several(cases, "servers", func(p *PlannedCase) string { return maskURL(p.Config.BaseURL) }))
	warmup := thousands(warmups) + " warm-up requests"
	if c.Warmup.For > 0 {
		warmup = shortSpan(c.Warmup.For) + " of warm-up a case"
	}
	tokens := fmt.Sprintf("%s input and %s output tokens, warm-up not counted", thousands(input), thousands(output))
	switch {
	case input == 0:
		tokens = "lengths are those of dataset " + several(cases, "datasets", func(p *PlannedCase) string { return p.Axes.Dataset })
	case ownLengths:
		tokens += ", nor cases whose lengths are the dataset's own"
	}
	fmt.Fprintf(&b, "%s prompts and %s; %s\n", thousands(prompts), warmup, tokens)
	if c.Duration > 0 {
		fmt.Fprintf(&b, "each case ends after %s, whatever prompts are left\n", shortSpan(c.Duration))
	}
	fmt.Fprintln(&b, estimateText(cases, earlier))
	for _, note := range c.Notes() {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// planRows is the plan's table, its heading first: with a column for each axis.
func planRows(cases []PlannedCase, earlier map[string]time.Duration) [][]string {
	keys := varyingKeys(cases)
	heading := []string{"#", "case", "input", "output", "concurrency", "prompts", "warmup", "rate"}
	heading = append(heading, keys...)
	rows := [][]string{append(heading, "tokens", "time")}
	for i, p := range cases {
		row := []string{
			strconv.Itoa(i + 1), p.Name, lengthText(p.Input), lengthText(p.Output), strconv.Itoa(p.MaxConcurrency),
			strconv.Itoa(p.NumPrompts), p.warmupText(), p.rateText(),
		}
		for _, key := range keys {
			row = append(row, shorten(p.Axes.More[key]))
		}
		rows = append(rows, append(row, p.tokensText(), p.timeText(earlier)))
	}
	return rows
}

// varyingKeys are the keys of More that the cases differ in, sorted. Ramp and
// replay are in the rate.
func varyingKeys(cases []PlannedCase) []string {
	varies := map[string]bool{}
	if len(cases) == 0 {
		return nil
	}
	for i := range cases {
		for key, text := range cases[i].Axes.More {
			first, ok := cases[0].Axes.More[key]
			varies[key] = varies[key] || !ok || text != first
		}
	}
	for key := range cases[0].Axes.More {
		varies[key] = varies[key] || slices.ContainsFunc(cases, func(p PlannedCase) bool { _, ok := p.Axes.More[key]; return !ok })
	}
	maps.DeleteFunc(varies, func(key string, yes bool) bool { return !yes || key == "ramp" || key == "replay" })
	return slices.Sorted(maps.Keys(varies))
}

// timeText is about how long the case takes: as in the last run, or roughly.
func (p *PlannedCase) timeText(earlier map[string]time.Duration) string {
	d, known := earlier[p.Name]
	switch {
	case known:
		return roughly(d) + " last run"
	case p.Replay > 0:
		return "as recorded"
	}
	return "~" + roughly(EstimateCase(*p))
}

// several is what the cases have: one thing, up to three, or how many.
func several(cases []PlannedCase, what string, of func(*PlannedCase) string) string {
	var names []string
	for i := range cases {
		if name := of(&cases[i]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		return thousands(float64(len(names))) + " " + what
	}
	return strings.Join(names, ", ")
}

// estimateText is about how long the cases take, and what that rests on.
func estimateText(cases []PlannedCase, earlier map[string]time.Duration) string {
	var timed []PlannedCase
	var guessed, known int
	var replayed *PlannedCase
	typical := map[IOLen]bool{}
	think := false
	for i := range cases {
		p := &cases[i]
		_, before := earlier[p.Name]
		switch {
		case before:
			known++
		case p.Replay > 0:
			replayed = p
			continue
		default:
			guessed++
			typical[p.Typical] = true
			think = think || p.Config.Dataset.Think != nil
		}
		timed = append(timed, *p)
	}
	var parts []string
	assumed := fmt.Sprintf("if a decode step takes %d ms and prefill runs at %s tokens/s", assumedStep.Milliseconds(), thousands(assumedPrefill))
	if len(typical) == 1 && guessed > 0 && !typical[IOLen{}] {
		for t := range typical {
			assumed += fmt.Sprintf(", and a request has about %d input and %d output tokens", t.Input, t.Output)
		}
	}
	if think {
		assumed += "; the pauses between turns come on top"
	}
	about := "about " + roughly(Estimate(timed, earlier))
	switch {
	case known > 0 && guessed > 0:
		parts = append(parts, fmt.Sprintf("%s: %s as in the last run, %d %s", about, plural(known, "case"), guessed, assumed))
	case known > 0:
		parts = append(parts, about+", as in the last run")
	case guessed > 0:
		parts = append(parts, about+" "+assumed)
	}
	if replayed != nil {
		parts = append(parts, fmt.Sprintf("a case takes as long as the trace's first requests, at %s times their speed", rateText(replayed.Replay)))
	}
	return strings.Join(parts, "; ")
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
	add := func(note string) {
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	for _, v := range c.all() {
		for _, l := range v.config.ConcurrencyPrompts {
			if l.NumPrompts < l.MaxConcurrency {
				add(fmt.Sprintf("concurrency_prompts [%d, %d]: with %s no more than %d are ever in flight",
					l.MaxConcurrency, l.NumPrompts, plural(l.NumPrompts, "prompt"), l.NumPrompts))
			}
		}
		if v.config.Abort.OverSaturation && !v.config.open() {
			add("abort.over_saturation: without a request_rate, a ramp or a trace's times the load waits for the server, and is never too much")
		}
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

// roughly is a span as people say it: 40 s, 12 min, 3 h 20 min.
func roughly(d time.Duration) string {
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

package sweep

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// PrintPlan writes the cases in running order as a table, then what they come
// to. earlier is what some took in the last run, by name: see LastSpans; it may
// be nil. Nothing else is touched.
func PrintPlan(w io.Writer, c *plan.Config, cases []plan.Case, earlier map[string]time.Duration) error {
	var b strings.Builder
	wording.Columns(&b, planRows(cases, earlier, overBudget(c, cases, earlier)), 1)
	var prompts, warmups, input, output float64
	ownLengths := false
	for _, p := range cases {
		prompts += float64(p.NumPrompts)
		warmups += float64(p.Warmup)
		input += float64(p.NumPrompts) * float64(p.Input)
		output += float64(p.NumPrompts) * float64(p.Output)
		ownLengths = ownLengths || p.Input == 0
	}
	fmt.Fprintf(&b, "\n%s of %s at %s\n", wording.Plural(len(cases), "case"),
		several(cases, "models", func(p *plan.Case) string { return p.Config.Model }),
		several(cases, "servers", func(p *plan.Case) string { return redact.URL(p.Config.BaseURL) }))
	warmup := wording.Thousands(warmups) + " warm-up requests"
	if c.Warmup.For > 0 {
		warmup = wording.Span(c.Warmup.For) + " of warm-up a case"
	}
	tokens := fmt.Sprintf("%s input and %s output tokens, warm-up not counted", wording.Thousands(input), wording.Thousands(output))
	switch {
	case input == 0:
		tokens = "lengths are those of dataset " + several(cases, "datasets", func(p *plan.Case) string { return p.Axes.Dataset })
	case ownLengths:
		tokens += ", nor cases whose lengths are the dataset's own"
	}
	fmt.Fprintf(&b, "%s prompts and %s; %s\n", wording.Thousands(prompts), warmup, tokens)
	if c.Duration > 0 {
		fmt.Fprintf(&b, "each case ends after %s, whatever prompts are left\n", wording.Span(c.Duration))
	}
	estimate := plan.EstimateText(cases, earlier)
	if n := len(cases) - 1; c.Cooldown > 0 && n > 0 {
		estimate += "; cooldown adds " + wording.Roughly(time.Duration(n)*c.Cooldown)
	}
	fmt.Fprintln(&b, estimate)
	b.WriteString(budgetText(c, cases, earlier))
	if texts := c.StopTexts(); len(texts) > 0 {
		fmt.Fprintf(&b, "stop_when may leave out higher loads: %s\n", strings.Join(texts, "; or "))
	}
	if text := searchText(c, cases); text != "" {
		fmt.Fprintln(&b, text)
	}
	if n := starts(cases); c.Order == plan.OrderInterleaved && n > 0 {
		fmt.Fprintf(&b, "interleaved: servers are started %d times, once for each change from one to another\n", n)
	}
	for _, note := range c.Notes() {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// planRows is the plan's table, its heading first: with a column for each axis.
// over are the cases that the budget would leave out.
func planRows(cases []plan.Case, earlier map[string]time.Duration, over map[string]bool) [][]string {
	keys := varyingKeys(cases)
	heading := []string{"#", "case", "input", "output", "concurrency", "prompts", "warmup", "rate"}
	heading = append(heading, keys...)
	rows := [][]string{append(heading, "tokens", "time")}
	takes, _ := plan.Estimates(cases, earlier)
	for i, p := range cases {
		row := []string{
			strconv.Itoa(i + 1), p.Name, lengthText(p.Input), lengthText(p.Output), strconv.Itoa(p.MaxConcurrency),
			strconv.Itoa(p.NumPrompts), warmupText(&p), paceText(&p),
		}
		for _, key := range keys {
			row = append(row, wording.Short(p.Axes.More[key]))
		}
		_, known := earlier[p.Name]
		took := timeText(&p, takes[p.Name], known)
		if over[p.Name] {
			took = "left out: " + took
		}
		rows = append(rows, append(row, tokensText(&p), took))
	}
	return rows
}

// varyingKeys are the keys of More that the cases differ in, sorted. Ramp and
// replay are in the rate.
func varyingKeys(cases []plan.Case) []string {
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
		varies[key] = varies[key] || slices.ContainsFunc(cases, func(p plan.Case) bool { _, ok := p.Axes.More[key]; return !ok })
	}
	maps.DeleteFunc(varies, func(key string, yes bool) bool { return !yes || key == "ramp" || key == "replay" })
	return slices.Sorted(maps.Keys(varies))
}

// several is what the cases have: one thing, up to three, or how many.
func several(cases []plan.Case, what string, of func(*plan.Case) string) string {
	var names []string
	for i := range cases {
		if name := of(&cases[i]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		return wording.Thousands(float64(len(names))) + " " + what
	}
	return strings.Join(names, ", ")
}

// tokensText is how many tokens the case asks for; unknown where they are the
// dataset's own.
func tokensText(p *plan.Case) string {
	if p.Input == 0 {
		return "own"
	}
	return wording.Thousands(float64(p.NumPrompts) * float64(p.Input+p.Output))
}

func warmupText(p *plan.Case) string {
	if p.WarmupFor > 0 {
		return wording.Span(p.WarmupFor)
	}
	return strconv.Itoa(p.Warmup)
}

func paceText(p *plan.Case) string {
	switch {
	case p.Ramp != nil:
		return p.Ramp.String()
	case p.Replay > 0:
		return "trace x" + wording.Rate(p.Replay)
	}
	return wording.Rate(p.Rate)
}

// lengthText is a length for tables.
func lengthText(n int) string {
	if n == 0 {
		return "own"
	}
	return fmt.Sprint(n)
}

// timeText is about how long the case takes: as in the last run, or roughly.
func timeText(p *plan.Case, took time.Duration, known bool) string {
	switch {
	case known:
		return wording.Roughly(took) + " last run"
	case p.Replay > 0:
		return "as recorded"
	}
	return "~" + wording.Roughly(took)
}

// starts is how often the run starts a server of its own, in the order of cases.
func starts(cases []plan.Case) (n int) {
	if len(cases) == 0 {
		return 0
	}
	for _, block := range plan.ByServer(cases) {
		if block[0].Config.Server.Launch != "" {
			n++
		}
	}
	return n
}

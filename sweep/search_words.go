package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"llmsweep/metrics"
)

// sentences are what there is to say of the search.
func (r *SearchResult) sentences() (said []string) {
	met := r.at(r.Meets)
	switch {
	case met != nil:
		said = append(said, r.metSentence(met))
	case len(r.Probes) > 0:
		said = append(said, fmt.Sprintf("not even %s meets %s %s", r.loadWords(r.Min), r.sloWords(nil), r.shortfall(&r.Probes[0])))
	}
	if best := r.at(r.Best); best != nil && r.Best != r.Meets {
		said = append(said, fmt.Sprintf("The best %s of those that meet it is %s at %s", figureWords(r.Objective),
			valueWords(r.Objective, float64(best.Figures[r.Objective])), rateText(r.Best)))
	}
	if broken := r.contradictions(); len(broken) > 0 {
		loads := make([]string, len(broken))
		for i := range broken {
			loads[i] = rateText(broken[i].Load) + " " + r.shortfall(&broken[i])
		}
		verb := "does"
		if len(loads) > 1 {
			verb = "do"
		}
		said = append(said, fmt.Sprintf("The SLO is not monotone: %s %s not meet it, though %s does", strings.Join(loads, ", "), verb, rateText(r.Meets)))
	}
	switch {
	case r.Ended != "":
		said = append(said, "The search ended before its time: "+r.Ended)
	case !r.Done:
		said = append(said, "The search has not ended; the next run goes on with it")
	}
	return said
}

// metSentence tells the highest load that meets the SLO, and the one above.
func (r *SearchResult) metSentence(met *Probe) string {
	text := fmt.Sprintf("%s meets %s", r.loadWords(met.Load), r.sloWords(met))
	if v, ok := met.Figures[r.Objective]; ok {
		if strings.HasSuffix(r.Objective, "throughput") {
			text += " at " + valueWords(r.Objective, float64(v))
		} else {
			text += fmt.Sprintf(", with %s %s", figureWords(r.Objective), valueWords(r.Objective, float64(v)))
		}
	}
	broken := r.at(r.Breaks)
	switch {
	case broken != nil && strings.HasPrefix(broken.Why, leftOutWords):
		text += fmt.Sprintf("; %s was %s", rateText(broken.Load), broken.Why)
	case broken != nil:
		text += fmt.Sprintf("; %s does not %s", rateText(broken.Load), r.shortfall(broken))
	case met.Load >= r.Max:
		text += "; that is search.max: it is not the server's limit"
	}
	return text
}

// shortfall is why a load does not meet the SLO, in brackets.
func (r *SearchResult) shortfall(p *Probe) string {
	figure := p.decides.Figure
	value := valueWords(figure, float64(p.Figures[figure]))
	switch {
	case p.Why != "":
		return "(" + p.Why + ")"
	case len(r.limits) > 1:
		return fmt.Sprintf("(%s %s)", figureWords(figure), value)
	}
	return "(" + value + ")"
}

// sloWords are the limits, with a load's figures where one is given.
func (r *SearchResult) sloWords(p *Probe) string {
	words := make([]string, len(r.limits))
	for i, l := range r.limits {
		words[i] = l.words()
		if p != nil {
			words[i] += fmt.Sprintf(" (%s)", valueWords(l.Figure, float64(p.Figures[l.Figure])))
		}
	}
	return strings.Join(words, " and ")
}

// loadWords is a load with its unit.
func (r *SearchResult) loadWords(load float64) string { return loadWords(r.Vary, load) }

func loadWords(over string, load float64) string {
	if over == overRate {
		return rateText(load) + " requests/s"
	}
	return rateText(load) + " in flight"
}

// words is the limit: p99 TTFT ≤ 500 ms.
func (l Limit) words() string {
	sign := " ≤ "
	if metrics.Better(l.Figure) == metrics.HigherBetter {
		sign = " ≥ "
	}
	return figureWords(l.Figure) + sign + valueWords(l.Figure, l.At)
}

// figureWords is a figure's name as it is spoken: p99 TTFT, output throughput.
func figureWords(name string) string {
	words := strings.Split(strings.TrimSuffix(name, "_ms"), "_")
	if len(words) == 2 && strings.HasSuffix(name, "_ms") {
		words[1] = strings.ToUpper(words[1])
	}
	return strings.Join(words, " ")
}

// valueWords is a figure's value with its unit.
func valueWords(name string, v float64) string {
	switch {
	case strings.HasSuffix(name, "_share"):
		return digits(100*v) + " %"
	case strings.HasSuffix(name, "_ms"):
		return digits(v) + " ms"
	case strings.Contains(name, "request_throughput"), name == "request_goodput":
		return digits(v) + " requests/s"
	case strings.HasSuffix(name, "throughput"), name == "max_output_tokens_per_s":
		return digits(v) + " tok/s"
	}
	return digits(v)
}

// digits is a number to three digits, with all those before the point.
func digits(v float64) string {
	if math.Abs(v) >= 100 || v == math.Trunc(v) {
		return thousands(v)
	}
	return strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(math.Abs(v))))), 64)
}

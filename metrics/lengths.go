package metrics

import "math"

// lengths compares what was asked for with what was counted, over completed
// requests. A request whose count is unknown, or whose asked length is 0, says
// nothing about it.
func lengths(completed []*Record, o Options) Lengths {
	l := Lengths{InputAsked: o.InputLen, OutputAsked: o.OutputLen}
	var input, output offs
	prompts := make(map[uint64]struct{}, len(completed))
	for _, r := range completed {
		input.add(inputTokens(r), asked(r.InputAsked, o.InputLen), inputSource(r))
		output.add(r.OutputTokens, asked(r.OutputAsked, o.OutputLen), r.OutputSource)
		if r.InputServer > 0 && r.InputClient > 0 {
			l.ClientWorst = max(l.ClientWorst, abs(r.InputServer-r.InputClient))
		}
		if r.PromptHash != 0 {
			prompts[r.PromptHash] = struct{}{}
		}
		if r.CachedTokens != nil {
			l.CachedTokens += int64(*r.CachedTokens)
			l.CachedTold = true
		}
	}
	l.InputWorst, l.InputMeanOff, l.InputSource = input.worst, input.mean(), input.source
	l.OutputWorst, l.OutputMeanOff, l.OutputSource = output.worst, output.mean(), output.source
	l.DistinctPrompts = len(prompts)
	return l
}

// offs gathers how far counts are from what was asked.
type offs struct {
	n, worst int
	sum      float64 // of (count − asked) ÷ asked
	source   string
}

// add takes one request's count from the source named; "" = unknown.
func (o *offs) add(count, asked int, source string) {
	switch {
	case o.source == "":
		o.source = source
	case source != "" && source != o.source:
		o.source = "mixed"
	}
	if source == "" || asked == 0 {
		return
	}
	o.n++
	o.worst = max(o.worst, abs(count-asked))
	o.sum += float64(count-asked) / float64(asked)
}

// mean is NaN if nothing could be compared.
func (o *offs) mean() float64 {
	if o.n == 0 {
		return math.NaN()
	}
	return o.sum / float64(o.n)
}

func inputSource(r *Record) string {
	switch {
	case r.InputServer > 0:
		return "usage"
	case r.InputClient > 0:
		return "client"
	}
	return ""
}

// asked is the request's own length, else the case's.
func asked(own, whole int) int {
	if own > 0 {
		return own
	}
	return whole
}

func abs(n int) int { return max(n, -n) }

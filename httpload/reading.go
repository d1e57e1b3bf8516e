package httpload

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Point is one setting's figures, as far as they are read together. Figures of
// wrk's own reports will do.
type Point struct {
	Threads, Connections int
	Rate                 float64 // requests/s asked for; 0 = none
	TimeoutS             float64 // s
	MeanS, MaxS          float64 // latency, s; NaN = none
	Requests             int64
	Bytes                float64 // read
	ReqPerSec            float64
	Errors               Errors
	Unanswered, Broken   int64
	Statuses             map[int]int64 // answers by status; nil = not known
}

// failed is the requests that came to nothing.
func (p *Point) failed() int64 {
	e := &p.Errors
	return e.Connect + e.Read + e.Write + e.Status + e.Timeout + p.Unanswered + p.Broken
}

// overload is the failures of the kinds that too much load brings.
func (p *Point) overload() int64 {
	e := &p.Errors
	n := e.Connect + e.Read + e.Write + e.Timeout + p.Unanswered
	for status, times := range p.Statuses {
		if status == 429 || status >= 500 {
			n += times
		}
	}
	return n
}

// balance is throughput ÷ mean latency, requests/s²; what the knee has most of.
func (p *Point) balance() float64 {
	if !(p.MeanS > 0) {
		return 0
	}
	return p.ReqPerSec / p.MeanS
}

// A Reading is what settings say together. Indices are of the points that were
// read; -1 = there is none.
type Reading struct {
	Knee int // largest requests/s ÷ mean latency
	Peak int // most requests/s

	Threads []ThreadStep // settings that differ in their threads alone

	// Gain is what the last step to more connections brought: the growth of
	// requests/s over that of connections, 1 = in proportion; NaN = no such step.
	// It goes from point Before to point Last.
	Gain         float64
	Before, Last int

	Saturated bool // the most connections bring hardly more than some before, or less
	NearLimit bool // there are errors or timeouts of the kinds that too much load brings

	LeastBytes, MostBytes float64 // of an answer, over the settings; 0 = none was answered
}

// A ThreadStep is two settings that differ in their threads alone.
type ThreadStep struct {
	From, To int
	Change   float64 // of requests/s, share: 0.001 = 0.1 % more
}

// sameThreads is the change of requests/s below which more threads make no
// difference.
const sameThreads = 0.01

// saturatedGain is the share of a proportional growth below which a step to more
// connections counts as a saturated server's.
const saturatedGain = 0.1

// Read reads settings together.
func Read(points []Point) Reading {
	r := Reading{Knee: -1, Peak: -1, Before: -1, Last: -1, Gain: math.NaN()}
	for i := range points {
		p := &points[i]
		if p.Requests > 0 {
			each := p.Bytes / float64(p.Requests)
			r.MostBytes = max(r.MostBytes, each)
			if r.LeastBytes == 0 || each < r.LeastBytes {
				r.LeastBytes = each
			}
		}
		if !(p.MeanS > 0) {
			continue
		}
		if r.Knee < 0 || p.balance() > points[r.Knee].balance() {
			r.Knee = i
		}
		if r.Peak < 0 || p.ReqPerSec > points[r.Peak].ReqPerSec {
			r.Peak = i
		}
	}
	r.Threads = threadSteps(points)
	r.step(points)
	r.NearLimit = slices.ContainsFunc(points, func(p Point) bool { return p.overload() > 0 })
	return r
}

// threadSteps pairs each setting with the next one of the same connections.
func threadSteps(points []Point) []ThreadStep {
	var steps []ThreadStep
	for i := range points {
		next := -1
		for j := range points {
			a, b := &points[i], &points[j]
			if a.Connections == b.Connections && a.Rate == b.Rate && b.Threads > a.Threads && (next < 0 || b.Threads < points[next].Threads) {
				next = j
			}
		}
		if next >= 0 && points[i].ReqPerSec > 0 {
			steps = append(steps, ThreadStep{i, next, points[next].ReqPerSec/points[i].ReqPerSec - 1})
		}
	}
	return steps
}

// step looks at the last step to more connections.
func (r *Reading) step(points []Point) {
	var order []int // by connections; of the same, the best last
	for i, p := range points {
		if p.Rate == 0 && p.ReqPerSec > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(points[a].Connections, points[b].Connections), cmp.Compare(points[a].ReqPerSec, points[b].ReqPerSec))
	})
	if len(order) == 0 {
		return
	}
	r.Last = order[len(order)-1]
	for _, i := range slices.Backward(order) {
		if points[i].Connections < points[r.Last].Connections {
			r.Before = i
			break
		}
	}
	if r.Before < 0 {
		return
	}
	a, b := &points[r.Before], &points[r.Last]
	r.Gain = (b.ReqPerSec/a.ReqPerSec - 1) / (float64(b.Connections)/float64(a.Connections) - 1)
	r.Saturated = r.Gain < saturatedGain
}

// Lines are the reading in words, one thing a line.
func (r *Reading) Lines(points []Point) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, s := range r.Threads {
		a, b := &points[s.From], &points[s.To]
		if math.Abs(s.Change) < sameThreads {
			say("threads %d → %d at %d connections: %+.1f %% requests/s, threads make no difference", a.Threads, b.Threads, a.Connections, 100*s.Change)
		} else {
			say("threads %d → %d at %d connections: %+.1f %% requests/s; repeat it to see whether that is chance", a.Threads, b.Threads, a.Connections, 100*s.Change)
		}
	}
	if r.Knee >= 0 {
		p := &points[r.Knee]
		say("knee: %s (%.2f requests/s at %s on average), the best balance of throughput and latency", connections(p), p.ReqPerSec, formatMicros(p.MeanS*1e6))
	}
	if r.Peak >= 0 {
		p := &points[r.Peak]
		say("peak: %.2f requests/s at %s, %s on average", p.ReqPerSec, connections(p), formatMicros(p.MeanS*1e6))
	}
	if line := r.capacity(points); line != "" {
		lines = append(lines, line)
	}
	for i := range points {
		if points[i].failed() > 0 {
			say("errors at %s: %s", connections(&points[i]), strings.Join(points[i].errorWords(), "; "))
		}
	}
	if r.NearLimit {
		say("warning: the limit is near: more connections will bring more errors before they bring more answers")
	}
	if r.MostBytes > 0 {
		if math.Round(r.LeastBytes) == math.Round(r.MostBytes) {
			say("an answer: %.0f bytes on average, head included", r.MostBytes)
		} else {
			say("an answer: %.0f to %.0f bytes on average, head included", r.LeastBytes, r.MostBytes)
		}
	}
	return lines
}

func connections(p *Point) string {
	s := fmt.Sprintf("%d connections", p.Connections)
	if p.Connections == 1 {
		s = "1 connection"
	}
	if p.Rate > 0 {
		s += fmt.Sprintf(" and %g requests/s", p.Rate)
	}
	return s
}

// capacity says how near the peak is to what the server can do.
func (r *Reading) capacity(points []Point) string {
	if r.Before < 0 || r.Peak < 0 {
		return ""
	}
	a, b, top := &points[r.Before], &points[r.Last], &points[r.Peak]
	grown := fmt.Sprintf("%d → %d connections brought %+.0f %% requests/s and %+.0f %% latency", a.Connections, b.Connections, 100*(b.ReqPerSec/a.ReqPerSec-1), 100*(b.MeanS/a.MeanS-1))
	switch {
	case r.Saturated:
		return fmt.Sprintf("capacity: about %.2f requests/s: %s; more only wait", top.ReqPerSec, grown)
	case r.Gain < 0.5:
		return fmt.Sprintf("capacity: somewhat above %.2f requests/s: %s, less than half of what they would in proportion", top.ReqPerSec, grown)
	}
	return fmt.Sprintf("capacity: above %.2f requests/s: %s; add more to find the end", top.ReqPerSec, grown)
}

// errorWords name a setting's errors and what they point at.
func (p *Point) errorWords() []string {
	var words []string
	say := func(n int64, what, points string) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s (%s)", n, what, points))
		}
	}
	e := &p.Errors
	say(e.Connect, "connect", "the server took no more connections: its backlog, its limit of open files, or it is gone")
	say(e.Read, "read", "the server closed or reset connections in the midst of answers: a crash, a worker's end, or a proxy's limit")
	say(e.Write, "write", "the server closed connections while it was sent to")
	timeout := "answers took longer than the timeout"
	if p.TimeoutS > 0 {
		timeout += fmt.Sprintf(" of %g s", p.TimeoutS)
	}
	say(e.Timeout, "timeout", timeout+": requests wait in a queue")
	say(p.Unanswered, "unanswered", "longer than the timeout when the test ended: the server hangs, or the queue is long")
	say(p.Broken, "broken streams", "they ended without a finish_reason or usage, or told an error")
	status := commonStatus(p.Statuses)
	what := "non-2xx or 3xx"
	if status > 0 {
		what += fmt.Sprintf(", most %d", status)
	}
	say(e.Status, what, statusWords(status))
	return words
}

// statusWords say what a status above 399 points at; 0 = it is not known which.
func statusWords(status int) string {
	switch status {
	case 0:
		return "the server refuses requests"
	case 400, 422:
		return "the body is not what the server wants"
	case 401, 403:
		return "the key is missing or wrong"
	case 404, 405:
		return "the path or the method is wrong"
	case 429, 503:
		return "the server sheds load"
	}
	return "see the server's log"
}

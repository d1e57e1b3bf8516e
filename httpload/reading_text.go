package httpload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Answer is what comes before the table: whether the settings tell anything, and the
// best of them.
func (r *Reading) Answer(points []Point) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if len(r.Doubtful) > 0 {
		if len(r.Doubtful) == len(points) {
			say("no setting tells what the server can do:")
		} else {
			say("no part of the reading, since their latency and requests/s tell little of the server:")
		}
		for _, i := range r.Doubtful {
			say("  %s: %s", connections(&points[i]), points[i].doubt())
		}
	}
	if r.Knee >= 0 {
		p := &points[r.Knee]
		say("knee: %s (%s at %s on average), the best balance of throughput and latency", connections(p), perSec(p.ReqPerSec), formatMicros(p.MeanS*1e6))
	}
	if r.Peak >= 0 {
		p := &points[r.Peak]
		say("peak: %s at %s, %s on average", perSec(p.ReqPerSec), connections(p), formatMicros(p.MeanS*1e6))
	}
	return lines
}

// doubt is why a setting is no part of the reading.
func (p *Point) doubt() string {
	switch {
	case p.Requests == 0:
		return "no request was answered"
	case p.ownLimit():
		return "not all connections could be opened: " + strings.TrimPrefix(p.FirstError, "connect: ")
	case p.Errors.Status == p.Requests:
		return "every answer was an error"
	case p.Errors.Timeout == p.Requests:
		return "every answer came after the timeout"
	}
	lost := p.Errors.Status + p.Errors.Timeout + p.Unanswered + p.Broken
	return fmt.Sprintf("%d of %d requests came to nothing", min(lost, p.Requests+p.Unanswered), p.Requests+p.Unanswered)
}

// perSec is requests/s for a sentence.
func perSec(x float64) string {
	if x < 1000 {
		return figure(x) + " requests/s"
	}
	return "about " + figure(x) + " requests/s"
}

// figure is a number for a sentence: as wrk writes it below 1,000, else three digits
// of it, since no repetition would show the others again.
func figure(x float64) string {
	if x < 1000 {
		return fmt.Sprintf("%.2f", x)
	}
	scale := math.Pow(10, math.Floor(math.Log10(x))-2)
	digits := strconv.FormatFloat(math.Round(x/scale)*scale, 'f', 0, 64)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// Lines are the rest of the reading in words, one thing a line.
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
	if line := r.capacity(points); line != "" {
		lines = append(lines, line)
	}
	for i := range points {
		if points[i].failed() > 0 {
			say("errors at %s: %s", connections(&points[i]), strings.Join(points[i].errorWords(), "; "))
		}
	}
	if r.Short >= 0 {
		step := "take a longer one, or fewer connections"
		if points[r.Short].Connections == 1 {
			step = "take a longer one"
		}
		say("warning: no answer came within the timeout even at %s: %s", connections(&points[r.Short]), step)
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
		return fmt.Sprintf("capacity: about %s requests/s: %s; more only wait", figure(top.ReqPerSec), grown)
	case r.Gain < 0.5:
		return fmt.Sprintf("capacity: somewhat above %s requests/s: %s, less than half of what they would in proportion", figure(top.ReqPerSec), grown)
	}
	return fmt.Sprintf("capacity: above %s requests/s: %s; add more to find the end", figure(top.ReqPerSec), grown)
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
	if p.ownLimit() {
		say(e.Connect, "connect", strings.TrimPrefix(p.FirstError, "connect: "))
	} else {
		say(e.Connect, "connect", "the server took no more connections: its backlog, its limit of open files, or it is gone")
	}
	say(e.Read, "read", "the server closed or reset connections in the midst of answers: a crash, a worker's end, or a proxy's limit")
	say(e.Write, "write", "the server closed connections while it was sent to")
	timeout := "answers took longer than the timeout"
	if p.TimeoutS > 0 {
		timeout += fmt.Sprintf(" of %g s", p.TimeoutS)
	}
	if p.Connections > 1 { // one alone waits for nobody of ours
		timeout += ": requests wait in a queue"
	}
	say(e.Timeout, "timeout", timeout)
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
		return "the server does not take the request; look at its body"
	case 401, 403:
		return "the key is missing or wrong"
	case 404, 405:
		return "the path or the method is wrong"
	case 429, 503:
		return "the server sheds load"
	}
	return "see the server's log"
}

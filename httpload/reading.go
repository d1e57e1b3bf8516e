package httpload

import (
	"cmp"
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
	FirstError           string
	Unanswered, Broken   int64
	Statuses             map[int]int64 // answers by status; nil = not known
}

// failed is the requests that came to nothing.
func (p *Point) failed() int64 {
	e := &p.Errors
	return e.Connect + e.Read + e.Write + e.Status + e.Timeout + p.Unanswered + p.Broken
}

// ownLimit reports whether connections could not be opened for want of files or ports
// on this side.
func (p *Point) ownLimit() bool {
	return strings.HasSuffix(p.FirstError, errOwnFiles.Error()) || strings.HasSuffix(p.FirstError, errOwnPorts.Error())
}

// overload is the failures of the kinds that too much load brings.
func (p *Point) overload() int64 {
	e := &p.Errors
	n := e.Read + e.Write + e.Timeout + p.Unanswered
	if !p.ownLimit() {
		n += e.Connect
	}
	for status, times := range p.Statuses {
		if status == 429 || status >= 500 {
			n += times
		}
	}
	return n
}

// late reports whether no answer came within the timeout.
func (p *Point) late() bool {
	asked := p.Requests + p.Unanswered
	return asked > 0 && p.Errors.Timeout+p.Unanswered >= asked
}

// doubtShare is the share of requests that came to nothing above which a setting's
// latency and requests/s tell little of the server: errors come fast, and are in both.
const doubtShare = 0.1

// sound reports whether the figures are mostly of answers that count, over as many
// connections as they are told of.
func (p *Point) sound() bool {
	e := &p.Errors
	lost := e.Status + e.Timeout + p.Unanswered + p.Broken
	return p.MeanS > 0 && !p.ownLimit() && float64(lost) <= doubtShare*float64(p.Requests+p.Unanswered)
}

// balance is throughput ÷ mean latency, requests/s²; what the knee has most of.
func (p *Point) balance() float64 { return p.ReqPerSec / p.MeanS }

// A Reading is what settings say together. Indices are of the points that were
// read; -1 = there is none.
type Reading struct {
	Knee int // largest requests/s ÷ mean latency
	Peak int // most requests/s

	Doubtful []int // settings that are no part of the reading, but for their errors

	Threads []ThreadStep // settings that differ in their threads alone

	// Gain is what the last step to more connections brought: the growth of
	// requests/s over that of connections, 1 = in proportion; NaN = no such step.
	// It goes from point Before to point Last.
	Gain         float64
	Before, Last int

	Saturated bool // the most connections bring hardly more than some before, or less
	NearLimit bool // there are errors or timeouts of the kinds that too much load brings
	Short     int  // the setting of fewest connections, where it had no answer within the timeout: nothing says that load is why; -1 = it had

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
	r := Reading{Knee: -1, Peak: -1, Before: -1, Last: -1, Short: -1, Gain: math.NaN()}
	for i := range points {
		p := &points[i]
		if !p.sound() {
			r.Doubtful = append(r.Doubtful, i)
			continue
		}
		if p.Requests > 0 {
			each := p.Bytes / float64(p.Requests)
			r.MostBytes = max(r.MostBytes, each)
			if r.LeastBytes == 0 || each < r.LeastBytes {
				r.LeastBytes = each
			}
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
	if fewest := fewestConnections(points); fewest >= 0 && points[fewest].late() {
		r.Short = fewest
	}
	r.NearLimit = slices.ContainsFunc(points, func(p Point) bool { return p.overload() > 0 && (r.Short < 0 || !p.late()) })
	return r
}

// fewestConnections is the point with the fewest; -1 = there is no point.
func fewestConnections(points []Point) int {
	fewest := -1
	for i := range points {
		if fewest < 0 || points[i].Connections < points[fewest].Connections {
			fewest = i
		}
	}
	return fewest
}

// threadSteps pairs each setting with the next one of the same connections.
func threadSteps(points []Point) []ThreadStep {
	var steps []ThreadStep
	for i := range points {
		next := -1
		for j := range points {
			a, b := &points[i], &points[j]
			if a.sound() && b.sound() && a.Connections == b.Connections && a.Rate == b.Rate && b.Threads > a.Threads && (next < 0 || b.Threads < points[next].Threads) {
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
		if p.Rate == 0 && p.sound() {
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

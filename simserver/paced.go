package simserver

import (
	"container/heap"
	"runtime"
	"time"
)

// yieldBelow is the time to the next token below which the engine does not sleep,
// which costs about as much, but lets the handlers run.
const yieldBelow = 20 * time.Microsecond

// paced gives each sequence its first token ttft after it was received and one
// more each itl, whatever the load: a server whose latencies are known exactly.
type paced struct {
	*inbox
	alarm     alarm
	ttft, itl time.Duration
	load      *load
	due       dueHeap
}

func newPaced(ttft, itl time.Duration, l *load) *paced {
	e := &paced{inbox: newInbox(), alarm: newAlarm(), ttft: ttft, itl: itl, load: l}
	go e.run()
	return e
}

func (e *paced) submit(s *sequence) {
	e.inbox.submit(s)
	e.alarm.ring()
}

func (e *paced) close() {
	e.alarm.stop()
	e.inbox.close()
}

func (e *paced) run() {
	defer close(e.ended)
	defer func() {
		for _, d := range e.due {
			end(d.seq)
		}
		end(e.take()...)
	}()
	for e.rest() {
		for _, s := range e.take() {
			s.started.Store(time.Now().UnixNano())
			heap.Push(&e.due, due{s.received.Add(e.ttft), s})
		}
		for now := time.Now(); len(e.due) > 0 && !e.due[0].at.After(now); {
			e.next()
		}
		e.load.running.Store(int64(len(e.due)))
	}
}

// rest sleeps until the next token is due or a sequence comes; false at the end.
func (e *paced) rest() bool {
	var at time.Time
	if len(e.due) > 0 {
		at = e.due[0].at
		if time.Until(at) < yieldBelow {
			runtime.Gosched()
			select {
			case <-e.stop:
				return false
			default:
				return true
			}
		}
	}
	return e.alarm.wait(at)
}

// next makes the token that is due first.
func (e *paced) next() {
	d := &e.due[0]
	if !d.seq.gone.Load() {
		d.seq.publish(1)
		if !d.seq.done() {
			d.at = d.at.Add(e.itl)
			heap.Fix(&e.due, 0)
			return
		}
	}
	heap.Pop(&e.due)
}

// unpaced makes all tokens at once.
type unpaced struct{}

func (unpaced) submit(s *sequence) {
	s.started.Store(time.Now().UnixNano())
	s.publish(s.output)
}

func (unpaced) close() {}

// A due is a sequence and when its next token is to be made.
type due struct {
	at  time.Time
	seq *sequence
}

type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(due)) }
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	d := (*h)[last]
	*h = (*h)[:last]
	return d
}

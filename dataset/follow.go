package dataset

import (
	"runtime"
	"sync"
)

// A follower makes the sessions that did not fit the buffer, in order, as the
// ones before them are sent: never more at a time than the buffer holds.
type follower struct {
	order chan chan made // of the next sessions, each with its result when it is made
	room  chan struct{}  // holds one value a session in memory
	end   chan struct{}
	group sync.WaitGroup
}

// follow starts making the sessions after those made ahead, which are from: up to
// to, measured ones or warm-ups.
func (p *Prompts) follow(from, to int, warmup bool) *follower {
	f := &follower{end: make(chan struct{})}
	if from >= to {
		return f
	}
	room := max(1, from) // a lane may have nothing made ahead
	f.order = make(chan chan made, room)
	f.room = make(chan struct{}, room)
	for range from {
		f.room <- struct{}{}
	}
	type job struct {
		i   int
		out chan made
	}
	jobs := make(chan job)
	f.group.Go(func() {
		defer close(jobs)
		for i := from; i < to; i++ {
			out := make(chan made, 1)
			select {
			case f.room <- struct{}{}:
			case <-f.end:
				return
			}
			f.order <- out // as much room as f.room has
			select {
			case jobs <- job{i, out}:
			case <-f.end:
				return
			}
		}
	})
	for range max(1, runtime.GOMAXPROCS(0)-1) { // a core is the load's
		f.group.Go(func() {
			for j := range jobs {
				j.out <- p.make(p.number(j.i, warmup))
			}
		})
	}
	return f
}

// take waits for the next session; late = it was not made yet.
func (f *follower) take() (m made, late bool) {
	out := <-f.order
	select {
	case m := <-out:
		return m, false
	default:
		return <-out, true
	}
}

// free says that a session was handed out.
func (f *follower) free() {
	if f.room != nil {
		<-f.room
	}
}

// stop ends the making; what is made and not taken is lost.
func (f *follower) stop() {
	close(f.end)
	f.group.Wait()
}

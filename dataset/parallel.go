package dataset

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel does work for 0 to n−1 on all cores. progress, if not nil, is told
// about a hundred times how many are done, one call at a time. Of several errors
// it returns that of the least number; when ctx ends, its cause.
func inParallel(ctx context.Context, n int, progress func(done, total int), work func(i int) error) error {
	var (
		workers sync.WaitGroup
		next    atomic.Int64
		failed  atomic.Bool
		step    = max(1, n/100)

		mu    sync.Mutex // of what follows, and of calls to progress
		done  int
		first error
		at    = n
	)
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := work(i)
				mu.Lock()
				if err != nil {
					failed.Store(true)
					if i < at {
						first, at = err, i
					}
				}
				done++
				if progress != nil && (done%step == 0 || done == n) {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	if first != nil {
		return first
	}
	return context.Cause(ctx)
}

// A follower makes the sessions that did not fit the buffer, in order, as the
// ones before them are sent: never more at a time than the buffer holds.
type follower struct {
	order chan chan made // of the next sessions, each with its result when it is made
	room  chan struct{}  // holds one value a session in memory
	end   chan struct{}
	late  *atomic.Int64
	group sync.WaitGroup
}

// follow starts making the sessions after those made ahead.
func (p *Prompts) follow() *follower {
	from, to := len(p.ahead), p.sessions
	f := &follower{late: &p.late, end: make(chan struct{})}
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
				j.out <- p.make(p.number(j.i, false))
			}
		})
	}
	return f
}

// take waits for the next session.
func (f *follower) take() made {
	out := <-f.order
	select {
	case m := <-out:
		return m
	default:
		f.late.Add(1)
		return <-out
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

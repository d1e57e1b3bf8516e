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

package main

import (
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// aSecond is how long counting a dataset's rows takes before it is shown.
const aSecond = time.Second

// A rowsBar shows how many of a dataset's rows are counted. It is gone when all
// are: what is said before the sweep begins stands on lines of its own.
type rowsBar struct {
	began time.Time
	p     *mpb.Progress
	bar   *mpb.Bar
}

func (r *rowsBar) show(w io.Writer, done, total int) {
	switch {
	case r.began.IsZero():
		r.began = time.Now()
	case r.bar == nil && done < total && time.Since(r.began) >= aSecond:
		r.p = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
		r.bar = r.p.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name("reading prompts", decor.WCSyncSpaceR), decor.CountersNoUnit("%d/%d rows", decor.WCSyncSpace)))
	}
	if r.bar == nil {
		return
	}
	r.bar.SetTotal(int64(total), false) // a mix of datasets adds its rows as it comes to them
	r.bar.SetCurrent(int64(done))
	if done == total {
		r.bar.Abort(true)
		r.p.Wait()
		*r = rowsBar{}
	}
}

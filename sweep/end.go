package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"llmsweep/client"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// fail says that the case has no result, and why.
func (r *Result) fail(why string) {
	r.Status, r.Failure = runlog.StatusFailed, why
	r.Notes = append(r.Notes, why)
}

// interrupt says that the run ended during the case, and why.
func (r *Result) interrupt(ctx context.Context) (*Result, error) {
	cause := context.Cause(ctx)
	r.Status, r.interrupted = runlog.StatusInterrupted, cause.Error()
	return r, cause
}

// doubt makes the case suspect for that reason; "" = there is none.
func (r *Result) doubt(why string) {
	if why != "" {
		r.suspect = append(r.suspect, why)
	}
}

// judge adds to the summary's verdict what the records do not say.
func (r *Result) judge(planned int) {
	v := &r.Summary.Validity
	if r.Status == runlog.StatusInterrupted { // a part of a case breaks more rules, and none of them matters
		*v = metrics.Validity{}
		v.Add(metrics.Invalid, fmt.Sprintf("%s after %d of %d requests", r.interrupted, r.Summary.Completed, planned))
		return
	}
	if r.Failure != "" && r.Summary.FirstError == "" {
		if r.Summary.Sent == 0 { // which is told by the reason for it
			*v = metrics.Validity{}
		}
		v.Add(metrics.Invalid, r.Failure)
	}
	for _, why := range r.suspect {
		v.Add(metrics.Suspect, why)
	}
	if r.late > 0 {
		v.Add(metrics.Suspect, fmt.Sprintf("%d prompts were not ready when they were due, limit 0: raise prompt_buffer", r.late))
	}
}

// ended gives the result its status. An error of the case alone, of its prompts
// say, goes into the result; the next case may have none.
func (d *Driver) ended(ctx context.Context, res *Result, err error) (*Result, error) {
	switch {
	case ctx.Err() != nil:
		return res.interrupt(ctx)
	case errors.Is(err, client.ErrCaseTimeout):
		res.fail("ended by timeouts.case, after " + wording.Span(d.Config.CaseTimeout))
		return res, nil
	}
	if source, ok := errors.AsType[*loadgen.SourceError](err); ok {
		res.fail(source.Error())
		return res, nil
	}
	if end, ok := errors.AsType[*earlyEnd](err); ok {
		if end.status == runlog.StatusFailed {
			res.fail(end.why)
			return res, nil
		}
		res.Notes = append(res.Notes, end.why)
		res.doubt(end.why)
		err = nil
	}
	if err != nil {
		res.fail(err.Error())
		return res, err
	}
	completed, failed, censored := 0, 0, 0
	for i := range res.Records {
		switch r := &res.Records[i]; {
		case r.Warmup:
		case r.Completed():
			completed++
		case r.Censored:
			censored++
		default:
			failed++
		}
	}
	switch {
	case completed > 0:
		res.Status = runlog.StatusMeasured
	case censored > 0:
		res.fail(fmt.Sprintf("no request had completed when the case ended; %d were cut off in flight: give it a longer duration", censored))
	case failed == 0:
		res.fail("no request was sent before the case ended: give it a longer duration, or a rate whose first request comes sooner")
	}
	return res, nil
}

// notRun is the result of a case that could not begin, for a reason that is not
// this program's: err is nil then, and the context's cause if that has ended.
func (d *Driver) notRun(ctx context.Context, pc plan.Case, why error) (*Result, error) {
	res := &Result{Status: runlog.StatusFailed}
	if ctx.Err() != nil {
		res, err := res.interrupt(ctx)
		res.Summary = metrics.Summarize(nil, d.options(pc, res))
		res.judge(pc.NumPrompts)
		return res, err
	}
	res.fail(why.Error())
	res.Failure = firstAndLast(res.Failure)
	res.Summary = metrics.Summarize(nil, d.options(pc, res))
	res.judge(pc.NumPrompts)
	return res, nil
}

// firstAndLast is an error's first line, with the last one where it announces a log's
// end: a program's last words mostly say why. All of them are in the notes.
func firstAndLast(text string) string {
	first, rest, more := strings.Cut(text, "\n")
	if !more || !strings.HasSuffix(first, ", ends:") {
		return first
	}
	return first + " " + rest[strings.LastIndexByte(rest, '\n')+1:]
}

// gone says that the server died during the case: connections of measured
// requests broke, and it takes none any more. What had completed before is no
// result of the case that was asked for. "" = no.
func (d *Driver) gone(ctx context.Context, c *client.Client, res *Result) string {
	broke := slices.ContainsFunc(res.Records, func(r metrics.Record) bool {
		switch client.Class(r.ErrorClass) {
		case client.Connect, client.TimeoutConnect, client.Reset, client.Truncated:
			return !r.Warmup
		}
		return false
	})
	if !broke || ctx.Err() != nil {
		return ""
	}
	within, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := c.Open(within, 1); err != nil {
		return fmt.Sprintf("the server died during the case: %v", err)
	}
	return ""
}

// cutOff reports whether the request was ended by us on purpose: by the case's
// time, by a rule, or because there were no more prompts. One that a user or
// timeouts.case ended has failed.
func cutOff(t client.Trace) bool {
	if t.Err == nil {
		return false
	}
	_, byRule := errors.AsType[*earlyEnd](t.Err)
	_, bySource := errors.AsType[*loadgen.SourceError](t.Err)
	return byRule || bySource || errors.Is(t.Err, loadgen.ErrTimeUp)
}

package main

import (
	"context"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/sweep"
)

// A verdict counts whenever its case was measured, in this process or before it.
func TestEnding(t *testing.T) {
	row := func(status, verdict string) aggregate.Row {
		return aggregate.Row{Case: "bench_x", Status: status, Validity: verdict}
	}
	whole := sweep.Outcome{Names: []string{"bench_x", "bench_y"}}
	for _, tt := range []struct {
		name   string
		out    sweep.Outcome
		rows   []aggregate.Row
		strict bool
		want   int
	}{
		{"all valid", whole, []aggregate.Row{row("measured", "valid")}, true, exitOK},
		{"one invalid", whole, []aggregate.Row{row("measured", "valid"), row("measured", "invalid")}, false, exitFailed},
		{"suspect", whole, []aggregate.Row{row("measured", "suspect")}, false, exitOK},
		{"suspect, strictly", whole, []aggregate.Row{row("measured", "suspect")}, true, exitFailed},
		{"a failed case is missing", sweep.Outcome{Names: whole.Names, Missing: 1}, []aggregate.Row{row("failed", "invalid")}, false, exitFailed},
		{"left out by --only", sweep.Outcome{Names: whole.Names, Missing: 1, LeftOut: 1}, []aggregate.Row{row("measured", "valid"), row("failed", "invalid")}, false, exitOK},
	} {
		err := ending(t.Context(), tt.out, tt.rows, nil, tt.strict, false)
		if got := exitStatus(err, t.Output()); got != tt.want {
			t.Errorf("%s: exit status %d (%v), want %d", tt.name, got, err, tt.want)
		}
	}
}

// A run that was told to start anew would do so again: it is gone on with without that.
func TestEndingOfAFreshRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := sweep.Outcome{Names: []string{"a", "b"}, Missing: 1}
	err := ending(ctx, out, nil, nil, false, true)
	if want := "1 case of 2 without a result; the same command without --fresh runs what is missing"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	cancel()
	err = ending(ctx, out, nil, nil, false, true)
	if want := "1 case of 2 missing; the same command without --fresh goes on from here"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

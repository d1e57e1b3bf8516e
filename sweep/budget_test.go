package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// What a budget lets begin, case by case: each takes so long, by a clock of the
// test's own.
func TestBudget(t *testing.T) {
	const minute = time.Minute
	loads := "concurrency_prompts=[[1, 1], [2, 2], [4, 4], [8, 8]]" // in this order: 1 8 2 4
	servers := "servers=[{name: a, launch: x, base_url: 'http://h:1'}, {name: b, launch: y, base_url: 'http://h:2'}]"
	for _, tt := range []struct {
		name string
		sets []string
		used time.Duration
		last map[string]time.Duration // by load, and server
		real map[string]time.Duration // how long they take; else a minute
		want []string                 // begins, or why it does not
	}{
		{name: "time enough", sets: []string{loads, "budget=1h"}, want: []string{"1", "8", "2", "4"}},
		{name: "unknown cases begin as long as time is left", sets: []string{loads, "budget=90s"}, real: map[string]time.Duration{"1": time.Hour},
			want: []string{"1", "8: no time left", "2: no time left", "4: no time left"}},
		{name: "what earlier parts of the run used", sets: []string{loads, "budget=1h"}, used: 59 * minute,
			last: map[string]time.Duration{"1": 2 * minute, "8": 50 * time.Second, "2": 5 * time.Second, "4": 20 * time.Second},
			real: map[string]time.Duration{"8": 50 * time.Second, "2": 5 * time.Second},
			want: []string{"1: 60 s left, about 2 min needed", "8", "2", "4: 5.0 s left, about 20 s needed"}},
		{name: "a repeat takes what the first took", sets: []string{"concurrency_prompts=[[1, 1], [2, 2]]", "repeats=2", "budget=25m"},
			real: map[string]time.Duration{"1_run1": 4 * minute, "2_run1": 15 * minute, "1_run2": 4 * minute},
			want: []string{"1_run1", "2_run1", "1_run2", "2_run2: 2 min left, about 15 min needed"}},
		{name: "a case's own last span comes first", sets: []string{"concurrency_prompts=[[1, 1]]", "repeats=2", "budget=10m"},
			real: map[string]time.Duration{"1_run1": 8 * minute}, last: map[string]time.Duration{"1_run2": minute},
			want: []string{"1_run1", "1_run2"}},
		{name: "each server gets its share", sets: []string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", servers, "budget=20m"},
			real: map[string]time.Duration{"1_srva": 5 * minute, "4_srva": 8 * minute},
			want: []string{"1_srva", "4_srva", "2_srva: no time left for server a, 10 min kept for those after it", "1_srvb", "4_srvb", "2_srvb"}},
		{name: "servers in turns share by taking turns", sets: []string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", servers, "order=interleaved", "budget=20m"},
			real: map[string]time.Duration{"1_srva": 6 * minute, "1_srvb": 6 * minute, "4_srvb": 6 * minute},
			want: []string{"1_srva", "1_srvb", "4_srvb: 8 min left, about 12 min needed on all servers", "4_srva: 8 min left, about 12 min needed on all servers",
				"2_srva: 8 min left, about 12 min needed on all servers", "2_srvb: 8 min left, about 12 min needed on all servers"}},
		{name: "a round that has begun runs to its end", sets: []string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", servers, "order=interleaved", "budget=20m"},
			real: map[string]time.Duration{"1_srva": minute, "1_srvb": minute, "4_srvb": 30 * minute},
			want: []string{"1_srva", "1_srvb", "4_srvb", "4_srva", "2_srva: no time left", "2_srvb: no time left"}},
		{name: "no more than the other needs is kept for it", sets: []string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", servers, "budget=20m"},
			real: map[string]time.Duration{"1_srva": 5 * minute, "4_srva": 5 * minute},
			last: map[string]time.Duration{"1_srvb": minute, "2_srvb": minute, "4_srvb": minute},
			want: []string{"1_srva", "4_srva", "2_srva", "1_srvb", "4_srvb", "2_srvb"}},
		{name: "repeats to come get nothing before this one has", sets: []string{"concurrency_prompts=[[1, 1]]", servers, "repeats=2", "budget=20m"},
			real: map[string]time.Duration{"1_srva_run1": 9 * minute, "1_srvb_run1": 10 * minute},
			want: []string{"1_srva_run1", "1_srvb_run1", "1_srva_run2: 30 s left for server a, about 9 min needed", "1_srvb_run2: 60 s left, about 10 min needed"}},
	} {
		c := parse(t, "", tt.sets...)
		planned := c.Cases()
		short := func(pc *plan.Case) string {
			return strings.Replace(strings.TrimPrefix(pc.Name, "bench_io1x1_mc"), fmt.Sprintf("_np%d", pc.NumPrompts), "", 1)
		}
		last := map[string]time.Duration{}
		for i := range planned {
			if d, ok := tt.last[short(&planned[i])]; ok {
				last[planned[i].Name] = d
			}
		}
		clock := time.Unix(1000, 0)
		b := newBudget(c, planned, planned, tt.used, last, func() time.Time { return clock })
		var got []string
		for i := range planned {
			name := short(&planned[i])
			if why := b.skip(&planned[i]); why != "" {
				got = append(got, name+": "+strings.TrimPrefix(why, b.rule()))
				continue
			}
			got = append(got, name)
			took, ok := tt.real[name]
			if !ok {
				took = minute
			}
			clock = clock.Add(took)
			b.heard(&planned[i], &runlog.CaseFile{Status: runlog.StatusMeasured})
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n%q\nwant\n%q", tt.name, got, tt.want)
		}
	}
}

// What ran on one server before a kill runs on the other after it, whatever is left.
func TestBudgetGoesOnWithARound(t *testing.T) {
	c := parse(t, "", "concurrency_prompts=[[1, 1], [2, 2]]", "order=interleaved", "budget=20m",
		"servers=[{name: a, base_url: 'http://h:1'}, {name: b, base_url: 'http://h:2'}]")
	planned := c.Cases() // 1 on a, 1 on b, 2 on b, 2 on a
	entries := map[string]runlog.Entry{planned[0].Name: {Hash: planned[0].Hash, Status: runlog.StatusMeasured}}
	b := newBudget(c, planned, planned[1:], 20*time.Minute, nil, time.Now)
	b.goOn(planned, entries)
	for i, want := range []string{"", "no time left", "no time left"} {
		if why := b.skip(&planned[i+1]); strings.TrimPrefix(why, b.rule()) != want {
			t.Errorf("%s: %q, want %q", planned[i+1].Name, why, want)
		}
	}
}

// A case that a budget left out stays so as long as the budget is the same.
func TestBudgetStays(t *testing.T) {
	r := &Runner{}
	e := runlog.Entry{Status: runlog.StatusSkipped, Why: "budget of 1h: no time left"}
	for budget, want := range map[string]bool{"1h": true, "60m": true, "2h": false, "0": false} {
		r.Config = parse(t, "", "budget="+budget)
		r.leave.stop = newStopWhen(r.Config, nil, nil, "", nil)
		if got := r.staysOut(r.Config.Cases()[0], e); got != want {
			t.Errorf("left out by a budget of 1h, which is %s now: stays so %v, want %v", budget, got, want)
		}
	}
}

func TestPlanWithBudget(t *testing.T) {
	c := parse(t, "", "input_output=[[8000, 50]]", "concurrency_prompts=[[1, 10], [2, 10], [4, 12]]", "warmup=0", "budget=26s")
	var b strings.Builder
	if err := PrintPlan(&b, c, c.Cases(), map[string]time.Duration{"bench_io8000x50_mc4_np12": 6 * time.Second}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ // 20 s + 6 s, as both were assumed, and no time for 10 s
		"1  bench_io8000x50_mc1_np10", "2  bench_io8000x50_mc4_np12", "3  bench_io8000x50_mc2_np10", "  left out: ~10 s\n",
		"budget of 26s: 1 case of about 10 s would be left out, by these times: bench_io8000x50_mc2_np10\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	c.Budget = time.Hour
	if text := budgetText(c, c.Cases(), nil); text != "budget of 1h: every case fits, by these times\n" {
		t.Error(text)
	}
}

package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llmsweep/runlog"
)

func TestBisecting(t *testing.T) {
	for n, want := range [][]int{{}, {0}, {0, 1}, {0, 2, 1}, {0, 3, 1, 2}, {0, 4, 2, 1, 3}, {0, 5, 2, 1, 3, 4}, {0, 6, 3, 1, 4, 2, 5}} {
		got := bisecting(n)
		sorted := slices.Sorted(slices.Values(got))
		if len(got) != n || len(slices.Compact(sorted)) != n {
			t.Errorf("%d places: %v, want each once", n, got)
		}
		if n < 6 && !slices.Equal(got, want) { // from 6 on halves differ by one, in no order that matters
			t.Errorf("%d places: %v, want %v", n, got, want)
		}
	}
}

// With a budget repeats stay outermost, and servers that are launched together;
// within, curves take turns, each from its ends to its middle.
func TestBudgetOrder(t *testing.T) {
	const grid = "concurrency_prompts=[[1, 1], [2, 2], [4, 4], [8, 8], [16, 16]]"
	launched := "servers=[{name: a, launch: x, base_url: 'http://h:1'}, {name: b, launch: y, base_url: 'http://h:2'}]"
	for _, tt := range []struct {
		sets []string
		want string // loads, with their repeat, lengths or server
	}{
		{[]string{grid}, "1 16 4 2 8"},
		{[]string{grid, "repeats=2"}, "1_run1 16_run1 4_run1 2_run1 8_run1 1_run2 16_run2 4_run2 2_run2 8_run2"},
		{[]string{"concurrency_prompts=[[4, 4], [1, 1], [2, 2]]", "input_output=[[1, 1], [2, 2]]"}, "1 2x1 4 2x4 2 2x2"},
		{[]string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", launched, "repeats=2"},
			"1_srva_run1 4_srva_run1 2_srva_run1 1_srvb_run1 4_srvb_run1 2_srvb_run1 1_srva_run2 4_srva_run2 2_srva_run2 1_srvb_run2 4_srvb_run2 2_srvb_run2"},
		// in turns: both servers at each load, ABBA
		{[]string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", launched, "order=interleaved"}, "1_srva 1_srvb 4_srvb 4_srva 2_srva 2_srvb"},
		{[]string{"concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", strings.ReplaceAll(strings.ReplaceAll(launched, " launch: x,", ""), " launch: y,", ""), "order=interleaved"},
			"1_srva 1_srvb 4_srvb 4_srva 2_srva 2_srvb"},
		{[]string{"concurrency_prompts=[[1, 1], [2, 2]]", "request_rate=[1, 2, 4]"}, "1_rate1 2_rate1 1_rate4 2_rate4 1_rate2 2_rate2"},
	} {
		var got []string
		c := parse(t, "", append(tt.sets, "budget=1h")...)
		for _, pc := range c.Cases() {
			name := strings.TrimPrefix(strings.TrimPrefix(pc.Name, "bench_io1x1_mc"), "bench_io2x")
			name = strings.Replace(name, fmt.Sprintf("_np%d", pc.NumPrompts), "", 1)
			got = append(got, strings.Replace(name, "2_mc", "2x", 1))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%v:\n%s\nwant\n%s", tt.sets, text, tt.want)
		}
		inPlace := slices.IsSortedFunc(Listed(c.Cases()), func(a, b runlog.Case) int { return a.Axes.Repeat - b.Axes.Repeat })
		if first := Listed(c.Cases())[0]; !inPlace || first.Axes.MaxConcurrency != c.ConcurrencyPrompts[0].MaxConcurrency {
			t.Errorf("%v: the tables begin with %s, want the plan's order", tt.sets, first.Name)
		}
	}
}

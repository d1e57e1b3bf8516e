package aggregate

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

func repeat(n, cap int, ttft float64) Row {
	return Row{
		Case: fmt.Sprintf("bench_io1x1_mc%d_np8_run%d", cap, n), MaxConcurrency: &cap, NumPrompts: 8, RequestRate: "inf",
		Repeat: &n, Status: runlog.StatusMeasured, MeanTTFT: &ttft,
	}
}

// 2, 4, 9: mean 5, median 4, squares around the mean 9 + 1 + 16 = 26, ÷ 2 = 13;
// the interval is 5 ± 4.3027 · √13 ÷ √3 (Student's t for 2 degrees of freedom).
func TestGroups(t *testing.T) {
	failed := repeat(4, 1, 1000)
	failed.Status = runlog.StatusFailed
	invalid := repeat(5, 1, 1000)
	invalid.Validity = metrics.Invalid
	suspect := repeat(3, 1, 4)
	suspect.Validity = metrics.Suspect
	onlyInvalid := repeat(1, 4, 6)
	onlyInvalid.Validity = metrics.Invalid
	vllm := repeat(1, 1, 7)
	vllm.Repeat, vllm.Status = nil, ""
	other := vllm
	other.Case = "another"
	groups := Groups([]Row{repeat(1, 1, 2), repeat(1, 2, 8), repeat(2, 1, 9), suspect, failed, invalid, onlyInvalid, vllm, other})
	var got []string
	for _, g := range groups {
		f := g.Figures[2]
		got = append(got, fmt.Sprintf("%s: %d repeats, %d suspect, %d invalid, %s of %d: %s %s %s %s %s %s", g.First.Case, g.Repeats, g.Suspect, g.Invalid,
			f.Name, f.N, four(f.Mean), four(f.Median), four(f.Std), four(f.CV), four(f.Low), four(f.High)))
		if x := g.Figures[0]; x.N != 0 || x.Mean != nil || x.Std != nil {
			t.Errorf("%s: a figure that no repeat has is %+v", g.First.Case, x)
		}
	}
	want := []string{
		"bench_io1x1_mc1_np8_run1: 4 repeats, 1 suspect, 1 invalid, mean_ttft_ms of 3: 5.0000 4.0000 3.6056 0.7211 -3.9567 13.9567",
		"bench_io1x1_mc2_np8_run1: 1 repeats, 0 suspect, 0 invalid, mean_ttft_ms of 1: 8.0000 8.0000 - - - -",
		"bench_io1x1_mc4_np8_run1: 1 repeats, 0 suspect, 1 invalid, mean_ttft_ms of 1: 6.0000 6.0000 - - - -",
		"bench_io1x1_mc1_np8_run1: 1 repeats, 0 suspect, 0 invalid, mean_ttft_ms of 1: 7.0000 7.0000 - - - -",
		"another: 1 repeats, 0 suspect, 0 invalid, mean_ttft_ms of 1: 7.0000 7.0000 - - - -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	path, err := WriteSummary(t.TempDir(), groups)
	check(t, err)
	text, err := os.ReadFile(path)
	check(t, err)
	golden(t, "summary.golden.csv", string(text))
}

func four(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *v)
}

// Runs of one config are repeats of each other; those of another server or another
// build that has the same lengths and load are not.
func TestGroupsOfSeveralRuns(t *testing.T) {
	of := func(n int, ttft float64, hash, labels string) Row {
		r := repeat(n, 1, ttft)
		r.Hash, r.Labels, r.OutputThroughput = hash, labels, &ttft
		return r
	}
	rows := []Row{of(1, 2, "a", "image=1"), of(2, 4, "a", "image=1"), of(1, 6, "a", "image=1"), of(1, 40, "b", "image=1"), of(1, 50, "a", "image=2")}
	var got []string
	for _, g := range Groups(rows) {
		got = append(got, fmt.Sprintf("%s %s: %d of mean %v", g.First.Hash, g.First.Labels, g.Repeats, *g.Figures[2].Mean))
	}
	if diff := cmp.Diff([]string{"a image=1: 3 of mean 4", "b image=1: 1 of mean 40", "a image=2: 1 of mean 50"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	points := 0
	for _, c := range Read(rows, ReadOptions{}).Curves {
		points += len(c.Points)
	}
	if points != 3 {
		t.Errorf("%d points, want 3", points)
	}
}

package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// A toldCase is what a case comes to: output tokens/s ÷ mean E2EL is its power.
type toldCase struct {
	load            float64 // by which it is found in the plan
	tokensPerS, p99 float64 // p99 is of TTFT, ms
	e2el            float64 // mean, ms
	failed          bool
}

func (c toldCase) file(pc plan.Case) *runlog.CaseFile {
	none := runlog.NaN()
	f := &runlog.CaseFile{
		Schema: runlog.Schema, Case: runlog.CaseInfo{Case: pc.Case}, Status: runlog.StatusMeasured,
		Results: runlog.Results{
			Completed: 10, OutputThroughput: runlog.Float(c.tokensPerS), RequestGoodput: none,
			TTFT: runlog.Dist{P: map[string]runlog.Float{"99": runlog.Float(c.p99), "99.9": runlog.Float(c.p99)}}, E2EL: runlog.Dist{Mean: runlog.Float(c.e2el)},
		},
		Validity: runlog.Validity{Verdict: "valid"},
	}
	if c.failed {
		f.Status, f.Completed, f.Failed = runlog.StatusFailed, 0, 10
		f.OutputThroughput, f.TTFT, f.E2EL = none, runlog.Dist{Mean: none, Median: none, Std: none}, runlog.Dist{Mean: none, Median: none, Std: none}
		f.Validity.Verdict = "invalid"
	}
	return f
}

// ruleOn is the config's stop_when over its plan, with nothing measured before.
func ruleOn(t *testing.T, c *plan.Config, warn func(string)) (*stopWhen, []plan.Case) {
	t.Helper()
	planned := c.Cases()
	return newStopWhen(c, planned, nil, t.TempDir(), warn), planned
}

// What is left of one curve, 1 to 32 in flight, as its cases are heard one after
// the other.
func TestStopWhen(t *testing.T) {
	rising := []toldCase{
		{load: 1, tokensPerS: 100, e2el: 1000, p99: 50}, {load: 2, tokensPerS: 190, e2el: 1050, p99: 60},
		{load: 4, tokensPerS: 300, e2el: 1500, p99: 900}, // the knee: 0.2, after 0.1 and 0.181 and before 0.103
		{load: 8, tokensPerS: 310, e2el: 3000, p99: 2500},
	}
	broken := append(rising[:3:3], toldCase{load: 8, failed: true})
	for _, tt := range []struct {
		when string
		told []toldCase
		skip string // loads that are left out
		why  string // of the last one
	}{
		{"p99_ttft_ms > 2000", rising[:3], "", ""},
		{"p99_ttft_ms > 2000", rising, "16 32", "stop_when held at bench_io1x1_mc8_np8: p99_ttft_ms 2500; p99_ttft_ms > 2000"},
		{"p99.9_ttft_ms > 2000.5", rising, "16 32", "p99_9_ttft_ms 2500; p99.9_ttft_ms > 2000.5"},
		{"past_knee", rising[:3], "", ""},
		{"past_knee", rising, "16 32", "past_knee true"},
		{"past_knee && p99_ttft_ms > 3000", rising, "", ""},
		{"max_concurrency == 2 && status == 'measured'", rising[:2], "4 8 16 32", "status measured"},
		{"[p99_ttft_ms > 2000, p99_ttft_ms > 800]", rising, "8 16 32", "held at bench_io1x1_mc4_np4: p99_ttft_ms 900; p99_ttft_ms > 800"},
		{"[]", rising, "", ""},
		// The highest load first: lower ones still run, and the case measured last may show that an earlier one is past the knee.
		{"past_knee", []toldCase{rising[3]}, "", ""},
		{"past_knee", []toldCase{rising[3], rising[0], rising[2]}, "16 32", "held at bench_io1x1_mc8_np8"},
		// What is undefined absorbs nothing that can be told.
		{"status == 'failed'", broken, "16 32", "status failed"},
		{"p99_ttft_ms > 2000 || status == 'failed'", broken, "16 32", "status failed"},
		{"status == 'failed' || p99_ttft_ms > 2000", broken, "16 32", "status failed"},
		{"status == 'failed' && p99_ttft_ms > 2000", broken, "", ""},
		{"p99_ttft_ms > 2000", broken, "", ""},
		{"past_knee || validity == 'invalid' && failed_share == 1.0 && failed == 10", broken, "16 32", "failed 10, failed_share 1, past_knee false, validity invalid"},
	} {
		c := parse(t, "", "input_output=[[1, 1]]", "concurrency_prompts=[[1, 1], [2, 2], [4, 4], [8, 8], [16, 16], [32, 32]]", "percentiles=[99, 99.9]",
			`stop_when=`+yamlOf(tt.when))
		s, planned := ruleOn(t, c, func(string) {})
		for _, told := range tt.told {
			for _, pc := range planned {
				if float64(pc.MaxConcurrency) == told.load {
					s.heard(&pc, told.file(pc))
				}
			}
		}
		skip, why := "", ""
		for _, pc := range planned {
			if w := s.skip(&pc); w != "" {
				skip, why = skip+fmt.Sprintf(" %d", pc.MaxConcurrency), w
			}
		}
		if strings.TrimSpace(skip) != tt.skip || !strings.Contains(why, tt.why) {
			t.Errorf("%s after %v: left out %s: %s\nwant %s: %s", tt.when, tt.told, skip, why, tt.skip, tt.why)
		}
	}
}

// yamlOf is a condition, or a list of them, as --set takes it.
func yamlOf(when string) string {
	if strings.HasPrefix(when, "[") {
		return when
	}
	return `"` + when + `"`
}

// A curve is left out alone: by lengths, server, other axes and, where the rate
// varies, the concurrency; over all repeats.
func TestStopWhenCurves(t *testing.T) {
	for _, tt := range []struct {
		sets []string
		held string // the case at which it holds
		skip string
	}{
		{[]string{"input_output=[[1, 1], [2, 2]]", "concurrency_prompts=[[1, 1], [2, 2], [2, 4]]", "repeats=2"},
			"bench_io1x1_mc1_np1_run1", "io1x1_mc2_np2_run1 io1x1_mc2_np4_run1 io1x1_mc2_np2_run2 io1x1_mc2_np4_run2"},
		{[]string{"concurrency_prompts=[[1, 1], [2, 2]]", "request_rate=[4, 8, inf]"}, "bench_io1x1_mc1_np1_rate4", "io1x1_mc1_np1_rate8 io1x1_mc1_np1_rateinf"},
		{[]string{"concurrency_prompts=[[1, 1], [2, 2]]", "request_rate=4"}, "bench_io1x1_mc1_np1", "io1x1_mc2_np2"},
		{[]string{"matrix={concurrency_prompts: [[1, 1], [2, 2]], sampling.top_p: [0.5, 1]}"}, "bench_io1x1_mc1_np1_top_p0.5", "io1x1_mc2_np2_top_p0.5"},
	} {
		c := parse(t, "", append(tt.sets, `stop_when=status == "measured"`)...)
		s, planned := ruleOn(t, c, func(string) {})
		found := false
		for _, pc := range planned {
			if pc.Name == tt.held {
				s.heard(&pc, toldCase{}.file(pc))
				found = true
			}
		}
		var skip []string
		for _, pc := range planned {
			if s.skip(&pc) != "" {
				skip = append(skip, strings.TrimPrefix(pc.Name, "bench_"))
			}
		}
		if got := strings.Join(skip, " "); got != tt.skip || !found {
			t.Errorf("%v: left out %s, want %s", tt.sets, got, tt.skip)
		}
	}
}

// What cannot be told is said once, however many cases it is so at.
func TestStopWhenUndefined(t *testing.T) {
	c := parse(t, "", "concurrency_prompts=[[1, 1], [2, 2]]", "stop_when=request_goodput < 1")
	var warnings []string
	s, planned := ruleOn(t, c, func(text string) { warnings = append(warnings, text) })
	for _, pc := range planned {
		s.heard(&pc, toldCase{tokensPerS: 1, e2el: 1}.file(pc))
	}
	const want = "stop_when: request_goodput < 1, undefined: request_goodput; at bench_io1x1_mc1_np1, and wherever else that is so, it counts as not held"
	if len(warnings) != 1 || warnings[0] != want {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}

// Another part of the run knows what the one before it measured, from its files.
func TestStopWhenGoesOn(t *testing.T) {
	c := parse(t, "", "concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", "stop_when=p99_ttft_ms > 100")
	planned, dir := c.Cases(), t.TempDir()
	entries := map[string]runlog.Entry{}
	for i, p99 := range []float64{50, 200} {
		f := toldCase{p99: p99}.file(planned[i])
		text, err := f.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, planned[i].Name+".json"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		entries[planned[i].Name] = runlog.Entry{Hash: planned[i].Hash, Status: runlog.StatusMeasured}
	}
	r := &Runner{Config: c, Progress: Silent{}}
	for _, tt := range []struct {
		when string
		want bool
	}{
		{"p99_ttft_ms > 100", true}, {"p99_ttft_ms > 300", false}, {"[]", false},
	} {
		c := parse(t, "", "concurrency_prompts=[[1, 1], [2, 2], [4, 4]]", "stop_when="+tt.when)
		r.Config, r.leave.stop = c, newStopWhen(c, planned, entries, dir, func(text string) { t.Error(text) })
		e := runlog.Entry{Hash: planned[2].Hash, Status: runlog.StatusSkipped, Why: stopWhenRule + planned[1].Name}
		if got := r.staysOut(planned[2], e); got != tt.want {
			t.Errorf("%s: a case that was left out for p99_ttft_ms 200 stays so: %v, want %v", tt.when, got, tt.want)
		}
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"
)

// A repeat that is invalid costs --ab that pair, not the comparison. The cases are too
// short for Little's law to judge them.
func TestABComparesWhatIsLeft(t *testing.T) {
	dir := t.TempDir()
	server := func(flags ...string) string {
		args := append([]string{"simulate", "--exit-with-stdin", "--model", "m", "--tokenizer", smallPath(t)}, flags...)
		return startSimulator(t, llmsweep(t, dir, args...))
	}
	old, fresh := server(), server("--preset", "slow", "--fault", "status:code=503,times=1")
	writeFile(t, dir, "config.yaml", fmt.Sprintf(`model: m
tokenizer: ${SMALL_TOKENIZER}
servers: [{name: old, base_url: '%s'}, {name: new, base_url: '%s'}]
input_output: [[32, 4]]
concurrency_prompts: [[1, 2]]
repeats: 3
warmup: 0
prompt_overhead: tokenizer
`, old, fresh))
	var stdout, stderr strings.Builder
	cmd := llmsweep(t, dir, "compare", "--ab", "config.yaml", "--fail-on", "mean_e2el_ms > 1e6")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Run()
	for _, want := range []string{
		"gate cannot tell: mean_e2el_ms > 1e6",
		"NEW: 1 of 3 repeats is left out: bench_io32x4_mc1_np2_srvnew_run1 is invalid: ",
		"BASE old (results) → NEW new (results): 1 case",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("stdout lacks %q", want)
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(stderr.String(), "invalid: bench_io32x4_mc1_np2_srvnew_run1") {
		t.Errorf("status %d, want %d", code, exitFailed)
	}
	if t.Failed() {
		t.Logf("stdout:\n%s\nstderr:\n%s", stdout.String(), stderr.String())
	}
}

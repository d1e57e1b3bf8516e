package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/runlog"
)

// TestE2EDisturbed runs sweeps of many shapes, and disturbs each in many ways: what
// ends a run, what halts it, a second run beside it, a choice of its cases.
// LLMSWEEP_SEED repeats one that failed.
func TestE2EDisturbed(t *testing.T) {
	e2e(t)
	disturbNights(t, seedFrom(t), 20)
}

func TestDisturbedRunGoesOn(t *testing.T) {
	slow(t)
	disturbNights(t, 1, 2)
}

// disturbNights holds so many sweeps to what TestE2EKilled holds one to. And a
// forecast is what then runs, and the exit status says how a run ended.
func disturbNights(t *testing.T, seed uint64, nights int) {
	for i := range uint64(nights) {
		t.Run(strconv.FormatUint(seed+i, 10), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed+i, 3))
			d := disturbed{t: t, dir: t.TempDir(), rng: rng, measured: map[string]time.Time{}}
			d.mark = "LLMSWEEP_DISTURB_TEST=" + d.dir
			config := d.config()
			writeConfig(t, d.dir, "%s", config)
			whole := t.TempDir()
			writeConfig(t, whole, "%s", config)
			began := time.Now()
			sweepIn(t, whole, exitOK)
			d.span = time.Since(began)
			for range 2 + rng.IntN(6) {
				if d.complete() {
					break
				}
				d.disturb()
				checkFinished(t, d.dir, d.measured)
				if t.Failed() {
					t.Fatalf("of the sweep\n%s\ndisturbed by %q", config, d.did)
				}
			}
			if !d.complete() {
				sweepIn(t, d.dir, exitOK)
				checkFinished(t, d.dir, d.measured)
			}
			if diff := cmp.Diff(axesOf(rows(t, whole)), axesOf(rows(t, d.dir))); diff != "" {
				t.Errorf("-undisturbed +disturbed by %q:\n%s", d.did, diff)
			}
			for _, r := range rows(t, d.dir) {
				if r.Status != runlog.StatusMeasured || r.Completed != r.NumPrompts {
					t.Errorf("%s: %s, %d of %d", r.Case, r.Status, r.Completed, r.NumPrompts)
				}
			}
			waitFor(t, "the end of all children", func() bool { return len(processesWith(d.mark)) == 0 })
			t.Logf("%d cases in %v, disturbed by %q", len(d.measured), d.span, d.did)
		})
	}
}

// disturbed is a sweep that is disturbed.
type disturbed struct {
	t    *testing.T
	dir  string
	mark string // in the environment of all processes
	rng  *rand.Rand
	span time.Duration // of a run that nobody disturbs
	did  []string      // what disturbed it

	measured map[string]time.Time // as checkFinished has it
}

// config is a sweep of a random shape. Its cases are too short for Little's law to
// judge them, which a busy machine would break.
func (d *disturbed) config() string {
	some := func(of ...string) string { return of[d.rng.IntN(len(of))] }
	var b strings.Builder
	fmt.Fprintf(&b, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nprompt_overhead: tokenizer\nwarmup: %s\n", some("0", "1", "20ms"))
	fmt.Fprintf(&b, "input_output: %s\n", some("[[32, 4]]", "[[32, 4], [48, 8]]"))
	fmt.Fprintf(&b, "concurrency_prompts: %s\n", some("[[2, 4], [4, 7]]", "[[2, 2x], [3, 5], [6, 2x]]", "[[5, 9]]"))
	for _, more := range []string{
		some("matrix: {extra_body.min_p: [0, 0.1]}\n", "sampling: [{temperature: 0}, {temperature: 0.7}]\n"),
		some("zip: [{labels.gpu: [A, B], extra_body.top_k: [1, 2]}]\n", "dataset: [random, {type: prefix_repetition, prefixes: 2, prefix_len: 8}]\n"),
		some("request_rate: [300, inf]\n", "repeats: 2\n"),
		some("order: shuffled\n", "order: shuffled\nseed: random\n", "seed: 7\n"),
		some("exclude: [max_concurrency > 3 && input_len > 40]\n", "include: [max_concurrency < 6]\n"),
		some("records: counts\n", "records: none\n", "save_detailed: true\n"),
		some("cooldown: 30ms\n", "before_case: echo ${case}\nafter_case: echo $LLMSWEEP_STATUS\n", "budget: 1h\n"),
	} {
		if d.rng.IntN(3) == 0 {
			b.WriteString(more)
		}
	}
	if d.rng.IntN(3) == 0 {
		return b.String() + "servers:\n" + entry(d.t, d.dir, "a", "--preset fast") + entry(d.t, d.dir, "b", "--preset fast")
	}
	return b.String() + "base_url: sim:fast\n"
}

func (d *disturbed) complete() bool {
	d.t.Helper()
	run, err := runlog.ReadRun(filepath.Join(d.dir, "results"))
	if err != nil {
		d.t.Fatal(err)
	}
	return run != nil && run.Complete
}

func (d *disturbed) command(args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	cmd = llmsweep(d.t, d.dir, append([]string{"run", "config.yaml"}, args...)...)
	cmd.Env = append(cmd.Env, d.mark)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

var wouldRun = regexp.MustCompile(`would run now: (\d+) of (\d+) case`)

// disturb starts the sweep, or goes on with it, and disturbs it once.
func (d *disturbed) disturb() {
	var chosen []string
	if d.rng.IntN(5) == 0 {
		chosen = []string{"--only", "*[_x]mc[2-4]_*"}
	}
	forecast, said, _ := d.command(append(chosen, "--dry-run")...)
	if err := forecast.Run(); err != nil && len(chosen) > 0 {
		return // no case has such a name
	}
	cmd, stdout, stderr := d.command(append(chosen, "--json")...)
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	pause := func(most time.Duration) { // unless the run ends before
		after := time.NewTimer(time.Duration(d.rng.Int64N(int64(most))))
		defer after.Stop()
		select {
		case err := <-ended:
			ended <- err
		case <-after.C:
		}
	}
	by := []string{"SIGKILL", "SIGKILL", "SIGTERM", "SIGINT", "SIGINT twice", "SIGHUP", "a halt", "a second run"}[d.rng.IntN(8)]
	d.did = append(d.did, by)
	pause(d.span)
	signals := map[string][]syscall.Signal{
		"SIGKILL": {syscall.SIGKILL}, "SIGTERM": {syscall.SIGTERM}, "SIGINT": {syscall.SIGINT}, "SIGHUP": {syscall.SIGHUP},
		"SIGINT twice": {syscall.SIGINT, syscall.SIGINT}, "a halt": {syscall.SIGSTOP, syscall.SIGCONT}, "a second run": {syscall.SIGSTOP, syscall.SIGCONT},
	}[by]
	for i, s := range signals {
		_ = cmd.Process.Signal(s) // it may have ended
		if i == len(signals)-1 {
			break
		}
		if by == "a second run" {
			d.wantRefused(cmd.Process.Pid)
		}
		pause(50 * time.Millisecond)
	}
	<-ended
	d.checkEnd(by, cmd.ProcessState.ExitCode(), stdout, stderr.String())
	if m := wouldRun.FindStringSubmatch(said.String()); m != nil {
		d.checkForecast(m, stdout)
	}
}

// wantRefused starts a second run beside one that is halted, where that has taken the
// folder.
func (d *disturbed) wantRefused(pid int) {
	results := filepath.Join(d.dir, "results")
	if by, err := os.ReadFile(filepath.Join(results, ".run", "lock")); err != nil || string(by) != fmt.Sprintln(pid) || !runlog.AtWork(results) {
		return
	}
	second, _, stderr := d.command()
	_ = second.Run()
	if got := second.ProcessState.ExitCode(); got != exitFailed || !strings.Contains(stderr.String(), fmt.Sprintf("in use by another run (process %d)", pid)) {
		d.t.Errorf("a second run was not refused: exit status %d\n%s", got, stderr)
	}
}

// checkEnd holds the exit status to how the run ended. It may have ended by itself
// before it was disturbed, and signals end it at once in the moment before it hears
// them.
func (d *disturbed) checkEnd(by string, status int, events *bytes.Buffer, stderr string) {
	switch {
	case status == exitOK, status < 0 && by != "a halt" && by != "a second run":
	case status == exitInterrupted && strings.HasPrefix(by, "SIG") && by != "SIGKILL" && strings.Contains(stderr, "interrupted"):
	default:
		d.t.Errorf("after %s: exit status %d\n%s", by, status, stderr)
	}
	if status < 0 || by == "SIGINT twice" || events.Len() == 0 {
		return
	}
	var last struct {
		ExitStatus int `json:"exit_status"`
	}
	lines := bytes.Split(bytes.TrimSpace(events.Bytes()), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil || last.ExitStatus != status {
		d.t.Errorf("the last event says %d, %v; the exit status is %d", last.ExitStatus, err, status)
	}
	if temps, _ := filepath.Glob(filepath.Join(d.dir, "results", ".*.llmsweep-tmp")); len(temps) > 0 && bytes.Contains(events.Bytes(), []byte(`"sweep_started"`)) {
		d.t.Errorf("left over: %q", temps)
	}
}

// checkForecast holds the run to what --dry-run said of it.
func (d *disturbed) checkForecast(said []string, events *bytes.Buffer) {
	for line := range bytes.Lines(events.Bytes()) {
		var e struct {
			Event   string
			ToRun   int `json:"cases_to_run"`
			Planned int `json:"cases_planned"`
		}
		if json.Unmarshal(line, &e) == nil && e.Event == "sweep_started" && (strconv.Itoa(e.ToRun) != said[1] || strconv.Itoa(e.Planned) != said[2]) {
			d.t.Errorf("it ran %d of %d; --dry-run said: %s", e.ToRun, e.Planned, said[0])
		}
	}
}

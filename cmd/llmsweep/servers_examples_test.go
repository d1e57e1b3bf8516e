package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// standIns take the places of programs that the documentation's examples run:
// each starts the simulator where the real one would start vLLM, and ends it as
// the real one would. What docker, ssh and kubectl start outlives them, in a
// session of its own, as it would in the care of a daemon or another machine.
var standIns = map[string]string{
	"vllm": `test "$1" = serve || exit 2
model=$2 port=8000
while [ $# -gt 0 ]; do [ "$1" = --port ] && port=$2; shift; done
exec "$SIMULATOR" simulate --preset fast --model "$model" --tokenizer "$SMALL_TOKENIZER" --port "$port"
`,
	"docker": `case "$1" in
run)
	while [ $# -gt 0 ]; do
		case "$1" in
		--name) name=$2 ;;
		-p) port=${2%:8000} ;;
		--model) model=$2 ;;
		esac
		shift
	done
	setsid vllm serve "$model" --port "$port" &
	echo $! >"$STATE/$name"
	wait ;;
stop)
	for name; do :; done # the last word
	kill $(cat "$STATE/$name")
	while kill -0 $(cat "$STATE/$name") 2>/dev/null; do sleep 0.02; done
	rm "$STATE/$name" ;;
*) exit 2 ;;
esac
`,
	"ssh": `test "$1" = gpu1 && test $# = 2 || exit 255
setsid sh -c "$2" &
wait
`,
	"kubectl": `case "$1 $2" in
"apply -f")
	setsid vllm serve m --port "$PORT" >/dev/null 2>&1 &
	echo $! >"$STATE/$3" ;;
"rollout status")
	kill -0 $(cat "$STATE/${3#deployment/}.yaml") ;;
"delete -f")
	[ -f "$STATE/$3" ] || exit 0
	kill $(cat "$STATE/$3")
	rm "$STATE/$3" ;;
*) exit 2 ;;
esac
`,
}

// examples are the configs in the documentation on servers, one a program.
func examples(t *testing.T) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n## Examples\n")
	if !found {
		t.Fatal("docs/servers.md has no examples")
	}
	for _, b := range strings.Split(after, "```yaml\n")[1:] {
		b, _, _ = strings.Cut(b, "```")
		blocks = append(blocks, b)
	}
	return blocks
}

// TestDocumentedServersRun: each example of docs/servers.md is valid, and its
// servers are started, measured and stopped, with stand-ins for what is not here.
func TestDocumentedServersRun(t *testing.T) {
	slow(t)
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("the stand-ins want setsid")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]bool{}
	for _, block := range examples(t) {
		program := regexp.MustCompile(`launch: (?:>-\s+)?(\w+)`).FindStringSubmatch(block)[1]
		programs[program] = true
		t.Run(program, func(t *testing.T) {
			dir, port := t.TempDir(), fmt.Sprint(freePort(t))
			useStandIns(t, dir)
			t.Setenv("SIMULATOR", exe)
			t.Setenv("STATE", dir)
			t.Setenv("PORT", port)
			writeConfig(t, dir, "%s", onThisMachine(block, dir, port))
			out, err := llmsweep(t, dir, "validate", "--online", "config.yaml").CombinedOutput()
			if err != nil || !strings.Contains(string(out), "TP2 is launched by the run: not asked") {
				t.Errorf("validate: %v\n%s", err, out)
			}
			_, stderr := sweepIn(t, dir, exitOK)
			if strings.Contains(stderr, "warning") {
				t.Errorf("something went wrong:\n%s", stderr)
			}
			for _, tp := range []string{"1", "2"} {
				names, err := filepath.Glob(filepath.Join(dir, "results", "bench_io32x8_mc2_np4_tp"+tp+".json"))
				if err != nil || len(names) != 1 {
					t.Fatalf("case files of tp %s: %q (%v)", tp, names, err)
				}
				if f, err := runlog.ReadCase(names[0]); err != nil || f.Status != runlog.StatusMeasured || f.Completed != 4 {
					t.Errorf("%s: %+v (%v)", names[0], f, err)
				}
			}
			checkNoServers(t, dir)
		})
	}
	for program := range standIns {
		if !programs[program] {
			t.Errorf("no example with %s", program)
		}
	}
}

// useStandIns puts the stand-ins before all else on PATH; what they start is known
// by dir in its environment.
func useStandIns(t *testing.T, dir string) {
	t.Helper()
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, script := range standIns {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// onThisMachine is an example as a config of one case a server: with a port that
// is free, this machine's address, and files in dir.
func onThisMachine(block, dir, port string) string {
	block = regexp.MustCompile(`base_url: http://\S+`).ReplaceAllString(block, "base_url: http://127.0.0.1:"+port)
	block = regexp.MustCompile(`(?m)^(model|matrix): .*\n`).ReplaceAllString(block, "")
	block = strings.NewReplacer("8010", port, "/tmp/", dir+"/").Replace(block)
	return "model: m\ntokenizer: ${SMALL_TOKENIZER}\nprompt_overhead: tokenizer\ninput_output: [[32, 8]]\nconcurrency_prompts: [[2, 4]]\nmatrix: {tp: [1, 2]}\n" + block
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What `go test -fuzz` printed when the end of its own time became a failure
// (go1.26.8, 2026-11; https://go.dev/issue/75804).
const endOfFuzzTime = `fuzz: elapsed: 30s, execs: 256481 (0/sec), new interesting: 5 (total: 90)
--- FAIL: FuzzEvents (30.09s)
    context deadline exceeded
FAIL
exit status 1
FAIL	llmsweep/client	30.105s
`

// TestFuzzScript: scripts/fuzz.sh runs a target anew after Go's own fault
// alone, and nothing that a target found is run away from. The go that it calls
// here is a program that ends as each row says, one ending a try.
func TestFuzzScript(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on PATH: scripts/fuzz.sh is not tried")
	}
	found := strings.Replace(endOfFuzzTime, "    context deadline exceeded\n",
		"    --- FAIL: FuzzEvents (0.00s)\n        events_test.go:9: context deadline exceeded\n    \n    Failing input written to testdata/fuzz/FuzzEvents/1\n", 1)
	ownDeadline := strings.Replace(endOfFuzzTime, "    context deadline", "    events_test.go:9: context deadline", 1)
	panicked := "panic: context deadline exceeded\n" + endOfFuzzTime
	for name, row := range map[string]struct {
		tries []string // what each try prints; "" is a pass
		runs  int
		fails bool
	}{
		"passes":                 {[]string{""}, 1, false},
		"the end of its time":    {[]string{endOfFuzzTime, ""}, 2, false},
		"three times":            {[]string{endOfFuzzTime, endOfFuzzTime, endOfFuzzTime}, 3, true},
		"a failing input":        {[]string{found, ""}, 1, true},
		"the test's own message": {[]string{ownDeadline, ""}, 1, true},
		"a panic":                {[]string{panicked, ""}, 1, true},
		"then a failing input":   {[]string{endOfFuzzTime, found, ""}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i, out := range row.tries {
				if err := os.WriteFile(filepath.Join(dir, "try"+string(rune('1'+i))), []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			fake := filepath.Join(dir, "go")
			if err := os.WriteFile(fake, []byte(`#!`+bash+`
cd "`+dir+`"
case "$1 $2" in
"list "*) echo llmsweep/client; exit ;;
"test -list") echo FuzzEvents; echo ok; exit ;;
esac
echo run >> runs
out=try$(wc -l < runs)
cat $out
test ! -s $out
`), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bash, "../../scripts/fuzz.sh", "1s")
			cmd.Env = append(os.Environ(), "GO="+fake) // the last GO of a list counts
			out, err := cmd.CombinedOutput()
			if (err != nil) != row.fails {
				t.Errorf("ended with %v, want a failure: %v\n%s", err, row.fails, out)
			}
			runs, _ := os.ReadFile(filepath.Join(dir, "runs"))
			if n := strings.Count(string(runs), "run"); n != row.runs {
				t.Errorf("%d runs of the target, want %d\n%s", n, row.runs, out)
			}
			if row.fails && !strings.Contains(string(out), "failed: llmsweep/client FuzzEvents") {
				t.Errorf("the last line names no target:\n%s", out)
			}
		})
	}
}

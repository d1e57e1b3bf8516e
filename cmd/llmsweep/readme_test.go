package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var fence = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")

// TestReadme runs every command of README's sh blocks, `make test` excepted, in a
// copy of the repository: those on mine.yaml with the config shown there, whose
// server and tokenizer alone are changed to what a test has.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and runs the whole of config.yaml")
	}
	for _, program := range []string{"make", "git", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: there is no %s here", program)
		}
	}
	repo := copyOfRepo(t)
	readme, err := os.ReadFile(filepath.Join(repo, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	url, _ := simulator(t, "--preset", "fast", "--model", "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B")
	bin := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, filepath.Join(bin, "llmsweep")); err != nil {
		t.Fatal(err)
	}
	ran := map[string]string{}
	for _, block := range fence.FindAllStringSubmatch(string(readme), -1) {
		switch kind, text := block[1], block[2]; {
		case kind == "yaml":
			text = strings.Replace(text, "http://localhost:8000", url, 1)
			text = regexp.MustCompile(`(?m)^tokenizer: .*$`).ReplaceAllString(text, "tokenizer: builtin:qwen3")
			if err := os.WriteFile(filepath.Join(repo, "mine.yaml"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		case kind == "sh":
			for line := range strings.Lines(text) {
				command, _, _ := strings.Cut(line, "#")
				if command = strings.TrimSpace(command); command == "" || command == "make test" {
					continue
				}
				cmd := exec.Command("sh", "-c", command)
				cmd.Dir = repo
				cmd.Env = append(os.Environ(), beMain+"=1", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
				out, err := cmd.CombinedOutput()
				if err != nil && !busyVerdict(string(out)) {
					t.Fatalf("%s: %v\n%s", command, err, out)
				}
				ran[command] = string(out)
			}
		}
	}
	for command, want := range map[string]string{
		"make run":                             "results/aggregate_results.csv",
		"llmsweep plan mine.yaml":              "bench_io2048x256_mc64_np640",
		"llmsweep run mine.yaml":               "bench_io2048x256_mc64_np640",
		"llmsweep validate --online mine.yaml": "no faults, 6 cases",
	} {
		if out, ok := ran[command]; !ok || !strings.Contains(out, want) {
			t.Errorf("README's %q printed no %q:\n%s", command, want, out)
		}
	}
}

// busyVerdict reports whether a sweep was measured whole and ended with status 1
// for nothing but the verdict that a busy machine earns: the load was not held up.
func busyVerdict(out string) bool {
	for line := range strings.Lines(out) {
		if strings.Contains(line, " failed: ") || strings.Contains(line, "without a result") {
			return false
		}
		if invalidFor.MatchString(line) && !littleResidual.MatchString(line) {
			return false
		}
	}
	return littleResidual.MatchString(out)
}

// What is said of an invalid case, or of several; and why, on a busy machine.
var (
	invalidFor     = regexp.MustCompile(` invalid(?: cases?)?: `)
	littleResidual = regexp.MustCompile(` invalid(?: cases?)?: Little residual`)
)

// copyOfRepo copies what is tracked, or would be, to a folder of its own.
func copyOfRepo(t *testing.T) string {
	t.Helper()
	root := filepath.Join("..", "..")
	list := exec.Command("git", "ls-files", "-co", "--exclude-standard", "-z")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Skipf("skipped: not a git checkout: %v", err)
	}
	to := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

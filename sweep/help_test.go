package sweep

import (
	"testing"
	"time"

	"llmsweep/sweep/plan"
)

// testEnv is an environment of a few variables, at a run's start of
// 2026-11-22 18:36:02.
func testEnv(variables map[string]string) plan.Env {
	return plan.Env{
		LookupEnv: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
		Now:       time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC),
	}
}

// base is a config without faults; a test's own text follows. ownBase is one whose
// lengths and loads are the text's, searchBase one whose loads are.
const (
	base       = "model: m\nbase_url: http://h:1\ninput_output: [[1, 1]]\nconcurrency_prompts: [[1, 1]]\n"
	ownBase    = "model: m\nbase_url: http://h:1\n"
	searchBase = "model: qwen3\nbase_url: http://localhost:1\ntokenizer: builtin:qwen3\ninput_output: [[256, 128]]\n"
)

// parse is a config without faults: base and more lines.
func parse(t *testing.T, more string, sets ...string) *plan.Config {
	t.Helper()
	return parseWhole(t, base+more, sets...)
}

// parseSearch is the same on searchBase.
func parseSearch(t *testing.T, more string) *plan.Config {
	t.Helper()
	return parseWhole(t, searchBase+more)
}

func parseWhole(t *testing.T, text string, sets ...string) *plan.Config {
	t.Helper()
	c, err := plan.Parse("c.yaml", []byte(text), testEnv(nil), sets...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

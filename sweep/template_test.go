package sweep

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmsweep/metrics"
)

// config.yaml in the repository's root is what `llmsweep init` writes.
func TestTemplateIsConfigYAML(t *testing.T) {
	data, err := os.ReadFile("../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Template(), string(data)); diff != "" {
		t.Errorf("-Template +config.yaml:\n%s", diff)
	}
}

// As it stands it runs on the simulator, in well under the 90 s that a first
// try may take: at these loads its decode step takes at most 8 ms, its TTFT at
// most 350 ms.
func TestTemplateRunsShortly(t *testing.T) {
	c, err := Parse("config.yaml", []byte(Template()), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	cases := c.Plan()
	if len(cases) != 8 || c.BaseURL != "sim:default" || c.Tokenizer != "builtin:qwen3" {
		t.Errorf("%d cases at %s with %s", len(cases), c.BaseURL, c.Tokenizer)
	}
	var sum time.Duration
	for _, p := range cases {
		rounds := (p.NumPrompts+p.MaxConcurrency-1)/p.MaxConcurrency + 1 // and one of warm-up
		sum += time.Duration(rounds) * (350*time.Millisecond + time.Duration(p.Output)*8*time.Millisecond)
	}
	if sum > 75*time.Second {
		t.Errorf("the cases take about %v on the simulator", sum)
	}
}

// commentedOut is a line that stands for a key, or for one within a key.
var commentedOut = regexp.MustCompile(`^# ((  )?[A-Za-z_-]+:.*)$`)

// With every comment that holds a key uncommented it is a config still: every
// key of Config is there, at its default but for what says "for example".
func TestTemplateUncommented(t *testing.T) {
	var b strings.Builder
	for line := range strings.Lines(Template()) {
		line = strings.TrimSuffix(line, "\n")
		if m := commentedOut.FindStringSubmatch(line); m != nil {
			line = m[1]
		}
		b.WriteString(line + "\n")
	}
	env := testEnv(nil)
	all, err := Parse("config.yaml", []byte(b.String()), env)
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	root, _ := parseYAML("config.yaml", []byte(b.String()), true, env.lookup)
	var written, known []string
	for _, e := range root.entries {
		written = append(written, e.key)
	}
	for _, f := range configFields(Default()) {
		known = append(known, f.name)
	}
	slices.Sort(written)
	slices.Sort(known)
	if diff := cmp.Diff(known, written); diff != "" {
		t.Errorf("keys of Config, keys of the template (-config +template):\n%s", diff)
	}

	plain, err := Parse("config.yaml", []byte(Template()), env)
	if err != nil {
		t.Fatal(err)
	}
	plain.Headers = map[string]string{"X-Team": "none"}
	plain.Endpoint = "/v1/completions"
	plain.Sampling = map[string]any{"temperature": int64(0)}
	plain.ExtraBody = map[string]any{"chat_template_kwargs": map[string]any{"enable_thinking": false}}
	plain.Goodput = metrics.SLO{TTFT: 500, TPOT: 50}
	plain.Labels = map[string]string{"git_sha": "unknown"}
	if diff := cmp.Diff(plain, all, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("what is commented out is not the default (-default +template):\n%s", diff)
	}
}

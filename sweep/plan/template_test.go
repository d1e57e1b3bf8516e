package plan

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
	"llmsweep/runlog"
)

// config.yaml in the repository's root is what `llmsweep init` writes.
func TestTemplateIsConfigYAML(t *testing.T) {
	data, err := os.ReadFile("../../config.yaml")
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
	cases := c.Cases()
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

// Each type of dataset has an example, which reads, and shows its defaults
// unless it is called an example.
func TestTemplateDatasets(t *testing.T) {
	text := strings.ReplaceAll(Template(), "dataset: sonnet,\n#   ", "dataset: sonnet,")
	shown := map[string]bool{}
	for _, m := range datasetExample.FindAllStringSubmatch(text, -1) {
		yaml, name := m[1], m[2]
		c, err := parseExample("dataset: " + yaml + "\n")
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		shown[name] = true
		want := defaultSpec(name, false)
		if strings.Contains(yaml, "lengths:") || strings.Contains(yaml, "scenarios:") {
			continue
		}
		if strings.Contains(yaml, "FILE") {
			want.Path = "FILE"
		}
		if diff := cmp.Diff(want, c.Dataset); diff != "" {
			t.Errorf("%s (-default +template):\n%s", yaml, diff)
		}
	}
	for _, name := range datasetTypes {
		if !shown[name] {
			t.Errorf("no example of %s", name)
		}
	}
}

// parseExample reads a dataset, with the input_output that it may need.
func parseExample(yaml string) (*Config, error) {
	c, err := Parse("c", []byte(ownBase+yaml), testEnv(nil), "backend=openai-chat", "input_output=[[1024, 1]]")
	if err != nil && strings.Contains(err.Error(), "lengths of their own") {
		c, err = Parse("c", []byte(ownBase+yaml), testEnv(nil), "backend=openai-chat")
	}
	return c, err
}

// The examples of the documentation read.
func TestDocumentedDatasets(t *testing.T) {
	text, err := os.ReadFile("../../docs/datasets.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, _ = strings.Cut(block, "```")
	examples := strings.Split("\n"+block, "\ndataset:")[1:]
	if len(examples) < len(datasetTypes) {
		t.Errorf("%d examples of %d types", len(examples), len(datasetTypes))
	}
	for _, example := range examples {
		if _, err := parseExample("dataset:" + example + "\n"); err != nil {
			t.Errorf("dataset:%s\n%v", example, err)
		}
	}
}

var datasetExample = regexp.MustCompile(`(?m)^#   (\{type: (\w+).*\})(?:   .*)?$`)

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
	root, _ := env.document("config.yaml", []byte(b.String())).Parse()
	var written, known []string
	for _, e := range root.Entries {
		written = append(written, e.Key)
	}
	for _, f := range configFields(Default()) {
		known = append(known, f.Name)
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
	plain.SLO = map[string]float64{"p99_ttft_ms": 500}
	plain.Cost = runlog.Cost{GPUHour: 2.5, GPUs: 4, Currency: "USD", Source: "list price 2026-11"}
	plain.Labels = map[string]string{"git_sha": "unknown"}
	if diff := cmp.Diff(plain, all, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("what is commented out is not the default (-default +template):\n%s", diff)
	}
}

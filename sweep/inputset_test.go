package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/dataset"
	"llmsweep/sweep/plan"
)

// Cases share inputs unless their prompts are made otherwise.
func TestInputSet(t *testing.T) {
	for _, tt := range []struct {
		yaml string
		want int
	}{
		{"", 1},
		{"matrix: {sampling.temperature: [0, 1], burstiness: [1, 2], headers.X-A: [a, b]}\n", 1},
		{"dataset: [random, sonnet]\nmatrix: {sampling.temperature: [0, 1]}\n", 2},
		{"matrix: {base_url: ['http://a:1', 'http://b:1'], model: [a, b]}\n", 4},
		{"matrix: {backend: [openai, openai-chat], prompt_overhead: [auto, tokenizer]}\n", 4},
		{"matrix: {extra_body.chat_template_kwargs: [{a: true}, {a: false}]}\n", 2},
		{"matrix: {extra_body.other: [{a: true}, {a: false}]}\n", 1},
		{"zip: [{tokenizer: [x, y, x], labels.n: [1, 2, 3]}]\n", 2},
	} {
		c := parse(t, tt.yaml)
		planned := c.Cases()
		s := newInputSet(planned, os.Getenv, Silent{})
		if len(s.list) != tt.want {
			t.Errorf("%s: %d inputs, want %d", tt.yaml, len(s.list), tt.want)
		}
		cases := 0
		for _, in := range s.list {
			cases += len(in.plan)
			for _, pc := range in.plan {
				if s.of(pc.Config) != in {
					t.Errorf("%s: case %s has other inputs", tt.yaml, pc.Name)
				}
			}
		}
		if cases != len(planned) {
			t.Errorf("%s: %d cases of %d", tt.yaml, cases, len(planned))
		}
	}
}

// Variants that are counted otherwise, at one server, still get rows of their own,
// so that no prompt is in its cache; each of two servers gets all.
func TestInputSetDealsRowsOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.csv")
	text := "prompt\n"
	for i := range 4 {
		text += fmt.Sprintf("Tell me of number %d.\n", i)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	common := "tokenizer: builtin:qwen3\nwarmup: 0\ndataset: {type: custom, path: " + file + ", output_len: 4}\n"
	for _, tt := range []struct {
		yaml  string
		fault string
		want  int // prompts, over all caches
	}{
		{"matrix: {extra_body.chat_template_kwargs: [{enable_thinking: true}, {enable_thinking: false}]}\n", "", 4},
		{"matrix: {extra_body.chat_template_kwargs: [{enable_thinking: true}, {enable_thinking: false}], sampling.temperature: [0, 1]}\n", "allow_repeat", 0},
		{"matrix: {base_url: ['http://a:1', 'http://b:1'], sampling.temperature: [0, 1]}\n", "", 8},
		// Two models of one server, by whatever name, share its cache: they get 4 rows, not 4 each.
		{"servers: [{name: base, base_url: 'http://a:1'}, {name: lora, base_url: 'http://a:1/v1', model: lora}]\n", "", 4},
		{"servers: [{name: base, base_url: 'http://a:1'}, {name: lora, base_url: 'http://a:1/v1', model: lora}]\nmatrix: {sampling.temperature: [0, 1]}\n", "allow_repeat", 0},
		// Started one after the other at one address, each begins with an empty cache.
		{"servers: [{name: a, base_url: 'http://a:1', launch: a}, {name: b, base_url: 'http://a:1', launch: b}]\nmatrix: {sampling.temperature: [0, 1]}\n", "", 8},
	} {
		c, err := plan.Parse("c.yaml", []byte(ownBase+common+tt.yaml), testEnv(nil), "concurrency_prompts=[[2, 2]]")
		if err != nil {
			t.Fatal(err)
		}
		s := newInputSet(c.Cases(), os.Getenv, Silent{})
		err = s.read(t.Context())
		if tt.fault != "" {
			if err == nil || strings.Count(err.Error(), tt.fault) != 2 {
				t.Errorf("%s: error %v, want %s of two cases, each once", tt.yaml, err, tt.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.yaml, err)
			continue
		}
		sent := map[string]int{}
		for _, pc := range c.Cases() {
			if pc.Config.DatasetContent == "" {
				t.Errorf("%s: case %s does not know its file's content", tt.yaml, pc.Name)
			}
			for _, prompt := range promptsFrom(t, s.of(pc.Config).source, datasetCase(pc.Config, &pc)) {
				cache := strings.TrimSuffix(pc.Config.BaseURL, "/v1")
				if pc.Config.Server.Launch != "" {
					cache = pc.Config.Server.Name
				}
				sent[cache+prompt]++
			}
		}
		for prompt, times := range sent {
			if times > 1 {
				t.Errorf("%s: %q is sent %d times", tt.yaml, prompt, times)
			}
		}
		if len(sent) != tt.want {
			t.Errorf("%s: %d prompts, want %d", tt.yaml, len(sent), tt.want)
		}
	}
}

func promptsFrom(t *testing.T, source *dataset.Source, c dataset.Case) (list []string) {
	t.Helper()
	prompts, err := source.Case(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := prompts.Prepare(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for session, err := range prompts.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		r, _, _ := session.Next("")
		list = append(list, r.Prompt)
	}
	return list
}

// A tokenizer is loaded once, however many inputs ask for it; a note is said once.
func TestOnce(t *testing.T) {
	load := loadOnce(os.Getenv)
	first, err := load("builtin:qwen3")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := load("builtin:qwen3"); err != nil || again != first {
		t.Errorf("loaded again: %v", err)
	}
	if _, err := load("./nowhere"); err == nil {
		t.Error("no error for a tokenizer that is not there")
	}
	said := &noted{}
	once := onceEach{said, map[string]bool{}}
	once.Note("a")
	once.Note("b")
	once.Note("a")
	if got := strings.Join(said.notes, " "); got != "a b" {
		t.Errorf("said %q", got)
	}
}

// noted keeps what it is told.
type noted struct {
	Silent
	notes []string
}

func (n *noted) Note(text string) { n.notes = append(n.notes, text) }

package plan

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	docBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	docKey   = regexp.MustCompile(`^([a-z_]+):`)
)

// Every example of a config in README and docs reads without a fault, once what it
// leaves to the rest of a config is there. A block that has a key several times
// shows as many examples.
func TestDocsExamples(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	env := testEnv(map[string]string{"HF_TOKEN": "x", "OPENAI_API_KEY": "x", "tp": "1"})
	examples := 0
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range docBlock.FindAllStringSubmatch(string(text), -1) {
			for _, example := range docExamples(m[1]) {
				examples++
				whole := completed(example)
				if _, err := Parse("example", []byte(whole), env); err != nil {
					t.Errorf("%s:\n%s\n%v", file, whole, err)
				}
			}
		}
	}
	if examples < 30 {
		t.Errorf("%d examples found, want at least 30", examples)
	}
}

// docExamples parts a block where a key comes again.
func docExamples(block string) []string {
	var all []string
	var now strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(block) {
		if m := docKey.FindStringSubmatch(line); m != nil {
			if seen[m[1]] {
				all = append(all, now.String())
				now.Reset()
				clear(seen)
			}
			seen[m[1]] = true
		}
		now.WriteString(line)
	}
	return append(all, now.String())
}

// completed is an example with what else a config needs.
func completed(example string) string {
	has := func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(example) }
	own := has(`type: (sharegpt|custom|trace|mix)`) || has(`lengths:`)
	text := example
	add := func(key, value string) {
		if !has(`(?m)^` + key + `:`) {
			text += key + ": " + value + "\n"
		}
	}
	add("model", "m")
	add("base_url", "http://h:1")
	if !own {
		add("input_output", "[[512, 256]]")
	}
	if !has(`vary: max_concurrency`) {
		add("concurrency_prompts", "[[4, 8], [8, 16]]")
	}
	if has(`type: (conversation|random_mm)`) {
		add("backend", "openai-chat")
	}
	if has(`over_saturation`) {
		add("request_rate", "4")
	}
	if has(`\$\{tp\}`) {
		add("matrix", "{tp: [1, 2]}")
	}
	return text
}

package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/sweep/plan"
)

// All files that a config names are looked at without a server, and all that is wrong
// is told at once.
func TestValidateFiles(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	text := "model: m\nbase_url: https://127.0.0.1:1\nconcurrency_prompts: [[1, 2]]\n" +
		"tokenizer: " + dir + "/none\ntls: {ca: " + empty + "}\ndataset: {type: custom, path: " + dir + "/none.jsonl, output_len: 3}\n"
	c, err := plan.Parse("c", []byte(text), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	err = (&Runner{Config: c}).Validate(t.Context(), false)
	var fault *ConfigError
	if !errors.As(err, &fault) {
		t.Fatalf("%v, want a ConfigError", err)
	}
	for _, want := range []string{
		"dataset.path: open " + dir + "/none.jsonl: no such file or directory",
		"tokenizer: stat " + dir + "/none: no such file or directory; want a tokenizer.json, or a folder that holds one",
		"tls.ca: " + empty + " holds no certificate",
	} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("%v\nwant once %s", err, want)
		}
	}
}

package sweep

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What recorded pages of GET /v1/models say of the model; of several entries the
// one that is asked for.
func TestModelFactsRecorded(t *testing.T) {
	for _, tt := range []struct {
		file, model string
		want        map[string]any // nil = nothing is told
	}{
		{"../simserver/testdata/wire/vllm.models.txt", "qwen3-tiny", map[string]any{"id": "qwen3-tiny", "owned_by": "vllm", "root": "/models/qwen3-tiny", "max_model_len": 4096.0}},
		{"testdata/wire/lcpp.models.txt", "qwen3-tiny", map[string]any{"id": "qwen3-tiny", "owned_by": "llamacpp", "vocab_type": 2.0, "n_vocab": 151936.0,
			"n_ctx": 2048.0, "n_ctx_train": 4096.0, "n_embd": 128.0, "n_params": 39191424.0, "size": 78384640.0, "ftype": "BF16"}},
		{"testdata/wire/llmock.models.txt", "gpt-4o", map[string]any{"id": "gpt-4o", "owned_by": "llmock"}},
		{"testdata/wire/fakeai.models.txt", "no such model", nil},
	} {
		recorded, err := os.ReadFile(tt.file)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(strings.ReplaceAll(string(recorded), "\r\n", "\n"), "\n\n")
		facts := askFacts(t.Context(), pagesOf(t, map[string]string{"/v1/models": body}), tt.model)
		want := map[string]any{}
		if tt.want != nil {
			want["model"] = tt.want
		}
		if diff := cmp.Diff(want, facts); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.file, diff)
		}
	}
}

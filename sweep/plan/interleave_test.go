package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const twoServersYAML = `
tokenizer: builtin:qwen3
model: m
servers: [{name: a, base_url: 'http://localhost:1'}, {name: b, base_url: 'http://localhost:2'}]
input_output: [[8, 8], [16, 8]]
concurrency_prompts: [[1, 2]]
repeats: 2
order: interleaved
`

// Both servers run each case right after one another, and who is first turns round:
// A B, B A, then in the next repeat B A, A B.
func TestInterleaved(t *testing.T) {
	c, err := Parse("c.yaml", []byte(twoServersYAML), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pc := range c.Cases() {
		got = append(got, strings.TrimPrefix(pc.Name, "bench_"))
	}
	want := []string{
		"io8x8_mc1_np2_srva_run1", "io8x8_mc1_np2_srvb_run1", "io16x8_mc1_np2_srvb_run1", "io16x8_mc1_np2_srva_run1",
		"io8x8_mc1_np2_srvb_run2", "io8x8_mc1_np2_srva_run2", "io16x8_mc1_np2_srva_run2", "io16x8_mc1_np2_srvb_run2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

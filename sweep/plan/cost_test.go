package plan

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// What a server's entry says stands in place of the config's; its gpus count where
// they are a number, also one that varies. A price is no part of a case's hash.
func TestCaseCost(t *testing.T) {
	const base = "tokenizer: builtin:qwen3\ninput_output: [[8, 8]]\nconcurrency_prompts: [[1, 1]]\nmodel: m\n"
	const url = ", base_url: 'http://a:1'"
	for _, tt := range []struct {
		yaml string
		want []string // a case each
	}{
		{"base_url: http://a:1", []string{"null"}},
		{"base_url: http://a:1\ncost: {gpu_hour: 2.5, gpus: 4}", []string{`{"gpus":4,"gpu_hour":2.5,"currency":"USD"}`}},
		{"base_url: http://a:1\ncost: {machine_hour: 12, currency: EUR, source: contract}", []string{`{"machine_hour":12,"currency":"EUR","source":"contract"}`}},
		{"cost: {gpu_hour: 2.5}\nservers: [{name: a, gpus: 2" + url + "}, {name: b, gpus: '4', cost: {machine_hour: 9}" + url + "}, {name: c, cost: {gpus: 8}, gpus: 3" + url + "}]",
			[]string{`{"gpus":2,"gpu_hour":2.5,"currency":"USD"}`, `{"gpus":4,"machine_hour":9,"currency":"USD"}`, `{"gpus":8,"gpu_hour":2.5,"currency":"USD"}`}},
		{"servers: [{name: a, gpus: 2" + url + "}, {name: b, gpus: 'four of them'" + url + "}]", []string{`{"gpus":2}`, "null"}},
		{"cost: {gpu_hour: 1}\nmatrix: {tp: [1, 2]}\nservers: [{name: a, gpus: '${tp}', launch: 'serve ${tp}'" + url + "}]",
			[]string{`{"gpus":1,"gpu_hour":1,"currency":"USD"}`, `{"gpus":2,"gpu_hour":1,"currency":"USD"}`}},
	} {
		c, err := Parse("c", []byte(base+tt.yaml), testEnv(nil))
		if err != nil {
			t.Errorf("%s: %v", tt.yaml, err)
			continue
		}
		var got []string
		for _, pc := range c.Cases() {
			text, err := json.Marshal(pc.Config.CaseCost(&pc))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(text))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n%s, want\n%s", tt.yaml, got, tt.want)
		}
	}

	hash := func(yaml string) string {
		c, err := Parse("c", []byte(base+"base_url: http://a:1\n"+yaml), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		h, err := c.CaseHash(c.Cases()[0], "tok")
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if hash("") != hash("cost: {machine_hour: 3}\nslo: {p99_ttft_ms: 3}") {
		t.Error("a price or an SLO would have the case measured again")
	}
}

// The example of the documentation reads.
func TestDocumentedReading(t *testing.T) {
	text, err := os.ReadFile("../../docs/reading.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, _ = strings.Cut(block, "```")
	c, err := Parse("reading.md", []byte(base+block), testEnv(nil))
	if err != nil || len(c.SLO) != 2 || c.Cost.PerHour() != 10 {
		t.Errorf("%v\n%s", err, block)
	}
}

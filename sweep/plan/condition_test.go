package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A case stays when it meets one of include, if there are any, and none of
// exclude.
func TestConditions(t *testing.T) {
	const grid = "request_rate: [1, 4, inf]\nmatrix: {sampling.temperature: [0, 0.7]}\n"
	for _, tt := range []struct {
		conditions string
		want       []string // rates and temperatures
	}{
		{"", []string{"1_0", "4_0", "inf_0", "1_0.7", "4_0.7", "inf_0.7"}},
		{"include: []\nexclude: []", []string{"1_0", "4_0", "inf_0", "1_0.7", "4_0.7", "inf_0.7"}},
		{"exclude: [request_rate > 3]", []string{"1_0", "1_0.7"}},
		{"exclude: [request_rate == 4]", []string{"1_0", "inf_0", "1_0.7", "inf_0.7"}},
		{"include: [request_rate == 4, temperature > 0]", []string{"4_0", "1_0.7", "4_0.7", "inf_0.7"}},
		{"include: [request_rate < 5]\nexclude: [temperature == 0.7 && request_rate == 1]", []string{"1_0", "4_0", "4_0.7"}},
		{"include: [\"axes['sampling.temperature'] == 0\"]", []string{"1_0", "4_0", "inf_0"}},
		{"include: [model == 'm' && dataset == 'random' && server == '' && backend.startsWith('open') && repeat == 1 && input_len == 1 && output_len + max_concurrency == 2 && num_prompts == 1 && request_rate == 1]",
			[]string{"1_0", "1_0.7"}},
	} {
		c, err := Parse("c.yaml", []byte(base+grid+tt.conditions+"\n"), testEnv(nil))
		if err != nil {
			t.Errorf("%s: %v", tt.conditions, err)
			continue
		}
		var got []string
		for _, name := range names(c.Cases()) {
			rate, temperature, _ := strings.Cut(strings.TrimPrefix(name, "bench_io1x1_mc1_np1_rate"), "_temperature")
			got = append(got, rate+"_"+temperature)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s\ngot  %q\nwant %q", tt.conditions, got, tt.want)
		}
	}
}

func TestConditionFaults(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"exclude: input_len > 4", "6:10: exclude: input_len > 4, want a list of conditions"},
		{"exclude: [input_len]", "6:11: exclude[0]: input_len, want a condition, true or false, not int"},
		{"exclude: [input_len >]", "want a CEL expression: Syntax error"},
		{"exclude: [model == 4]", "want a CEL expression: found no matching overload"},
		{"exclude: [inputlen > 4]", "want known names, not inputlen: axes, backend, dataset, input_len, max_concurrency, model, num_prompts, output_len, repeat, request_rate, server"},
		{"matrix: {sampling.top_p: [1]}\nexclude: [temperature > 4]", "7:11: exclude[0]: temperature > 4, want known names, not temperature: axes, backend, dataset, input_len, max_concurrency, model, num_prompts, output_len, repeat, request_rate, server, top_p"},
		{"matrix: {sampling.a: [1, 2], extra_body.a: [1, 2]}\nexclude: [a > 1]", "want known names, not a: "}, // which?
		{"matrix: {sampling.stop: [a, 1]}\nexclude: [stop > 1]", "7:11: exclude[0]: stop > 1, want what can be told of every case: no such overload"},
		{"exclude: [\"axes['x']\"]", "want what can be told of every case: no such key: x"},
		{"exclude: [{a: b}]", "exclude[0]: a mapping, want a condition, as in"},
		{"exclude: [input_len > 0]", "include and exclude leave no case of 1; loosen one"},
	} {
		_, err := Parse("c.yaml", []byte(base+tt.yaml+"\n"), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n%v\nwant %s", tt.yaml, err, tt.want)
		}
	}
}

// What cannot go together is excluded, and then it is no fault.
func TestConditionsLeaveOutFaults(t *testing.T) {
	const grid = "matrix: {backend: [openai, openai-chat], prompt_token_ids: [false, true]}\n"
	if _, err := Parse("c.yaml", []byte(base+grid), testEnv(nil)); err == nil || !strings.Contains(err.Error(), "chat takes no token ids") {
		t.Errorf("token ids in chat: %v", err)
	}
	c, err := Parse("c.yaml", []byte(base+grid+"exclude: [backend == 'openai-chat' && prompt_token_ids]\n"), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"openai_prompt_token_idsfalse", "openai_prompt_token_idstrue", "openai-chat_prompt_token_idsfalse"}
	for i, name := range names(c.Cases()) {
		if got := strings.TrimPrefix(name, "bench_io1x1_mc1_np1_backend"); i >= len(want) || got != want[i] {
			t.Errorf("case %d: %s", i, got)
		}
	}
}

// Of a list of lengths each backend takes those that it can have, if the conditions leave
// it no others.
func TestConditionsLeaveOutLengths(t *testing.T) {
	const grid = backendBase + "input_output: [[8, 4], [8, 0]]\nmatrix: {backend: [openai-chat, embeddings]}\n"
	_, err := Parse("c.yaml", []byte(grid+"exclude: [backend == 'embeddings' && output_len > 0]\n"), Env{})
	const want = "c.yaml:5:28: input_output[1][1]: 0, want output length, a whole number above 0"
	if err == nil || err.Error() != want {
		t.Errorf("a chat case of no output is left: %v\nwant %s", err, want)
	}
	c, err := Parse("c.yaml", []byte(grid+"include: [backend == 'openai-chat' && output_len > 0, backend == 'embeddings' && output_len == 0]\n"), Env{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(names(c.Cases())), "[bench_io8x4_mc1_np1_backendopenai-chat bench_io8x0_mc1_np1_backendembeddings]"; got != want {
		t.Errorf("cases %s, want %s", got, want)
	}
}

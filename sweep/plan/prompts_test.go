package plan

import (
	"strings"
	"testing"
)

// What a dataset asks of the rest of the config.
func TestPromptsFault(t *testing.T) {
	const ids = "tokenizer: ids:10-20\n"
	for _, tt := range []struct{ base, yaml, want string }{
		{ownBase, "dataset: sonnet", "1:1: input_output: missing, want a list of [input length, output length] pairs, tokens"},
		{base, "dataset: {type: custom, path: f}", "3:15: input_output: stands beside dataset custom, whose requests have lengths of their own; remove it"},
		{base, "dataset: {type: random, lengths: {input: 1, output: 1}}", "3:15: input_output: stands beside dataset random, whose requests have lengths of their own; remove it"},
		{chatBase, "dataset: {type: conversation, path: f}", "3:15: input_output: stands beside dataset conversation, whose requests have lengths of their own; remove it"},
		{ownBase, "dataset: {type: trace, path: f, replay: lengths, speed: 2}", "6:57: dataset.speed: is that of the trace's times, and stands beside replay: lengths, which leaves them out; remove it, or set replay: times"},
		{ownBase, "request_rate: 4\ndataset: {type: trace, path: f}", "7:10: dataset.replay: times, want no request_rate and no ramp beside it: the trace has the times; or replay: lengths"},
		{ownBase, "ramp: {kind: linear, from: 1, to: 2}\ndataset: {type: trace, path: f, replay: times}", "7:41: dataset.replay: times, want no request_rate and no ramp beside it: the trace has the times; or replay: lengths"},
		{base, "dataset: conversation", "6:10: dataset: conversation, want backend: openai-chat with it: its turns are messages"},
		{base, "dataset: {type: random_mm}", "6:17: dataset.type: random_mm, want backend: openai-chat with it: images are parts of a message"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: {type: conversation}, input_output: [1, 1]}]}", "6:60: dataset.scenarios[0].dataset.type: conversation, want backend: openai-chat with it: its turns are messages"},
		{ownBase, "request_rate: [inf, 3]\ndataset: {type: mix, scenarios: [{name: a, concurrency_share: 1, dataset: random, input_output: [1, 1]}]}",
			"7:63: dataset.scenarios[0].concurrency_share: 1, want no request_rate and no ramp beside it: at a rate no requests in flight are kept for anyone"},
		{chatBase, "prompt_token_ids: true", "6:19: prompt_token_ids: true, want backend: openai with it: chat takes no token ids"},
		{base, "prompt_token_ids: maybe", "6:19: prompt_token_ids: maybe, want true or false"},
		{base, "prompt_overhead: client", "6:18: prompt_overhead: client, want auto, tokenizer or server"},
		{base, "prompt_buffer: 0", "6:16: prompt_buffer: 0, want bytes above 0, as in 268435456 or 256MiB"},
		{base, "prompt_buffer: 5 potatoes", "6:16: prompt_buffer: 5 potatoes, want bytes above 0, as in 268435456 or 256MiB"},
		{base, "prompt_buffer: 256MB", "6:16: prompt_buffer: 256MB, want bytes above 0, as in 268435456 or 256MiB"},
		{base, "prompt_buffer: 99999999999999GiB", "6:16: prompt_buffer: 99999999999999GiB, want bytes above 0, as in 268435456 or 256MiB"},
		{base, ids, "6:12: tokenizer: ids:10-20, want prompt_token_ids: true with it: a range of ids knows no text"},
		{base, ids + "prompt_token_ids: true\ndataset: sonnet", "6:12: tokenizer: ids:10-20, want dataset: random with it: a range of ids knows no text"},
		{base, "tokenizer: ids:20-10", "6:12: tokenizer: ids:20-10, want a hub id, a path that begins with / or ., builtin:qwen3, server, or ids:FROM-TO"},
	} {
		faultIs(t, tt.base+tt.yaml, tt.want)
	}
	sim := strings.Replace(base, "http://h:1", "sim:default", 1)
	faultIs(t, sim+"tokenizer: server", "6:12: tokenizer: server, want builtin:qwen3, or nothing, with base_url: sim:default: the simulator counts by it")
	faultIs(t, sim+ids+"prompt_token_ids: true", "6:12: tokenizer: ids:10-20, want builtin:qwen3, or nothing, with base_url: sim:default: the simulator's answers are text")
}

// What goes together.
func TestPromptKeys(t *testing.T) {
	for _, tt := range []struct {
		yaml string
		ok   func(*Config) bool
	}{
		{"prompt_token_ids: true", func(c *Config) bool { return c.PromptTokenIDs }},
		{"prompt_token_ids: true\ntokenizer: ids:10-20", func(c *Config) bool { return c.Tokenizer == "ids:10-20" }},
		{"tokenizer: server", func(c *Config) bool { return c.Tokenizer == "server" }},
		{"prompt_overhead: server", func(c *Config) bool { return c.PromptOverhead == "server" }},
		{"prompt_buffer: 1_000", func(c *Config) bool { return c.PromptBuffer == 1000 }},
		{"prompt_buffer: 3KiB", func(c *Config) bool { return c.PromptBuffer == 3072 }},
		{"prompt_buffer: 1 GiB", func(c *Config) bool { return c.PromptBuffer == 1<<30 }},
		{"", func(c *Config) bool {
			return c.PromptBuffer == 256<<20 && c.PromptOverhead == "auto" && !c.PromptTokenIDs
		}},
	} {
		if c := parse(t, tt.yaml+"\n"); !tt.ok(c) {
			t.Errorf("%s: %+v", tt.yaml, c)
		}
	}
}

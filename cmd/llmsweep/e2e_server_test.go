package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A realServer is one that stands already; the environment says where.
type realServer struct{ url, model, tokenizer string }

func serverOf(t *testing.T) realServer {
	t.Helper()
	s := realServer{os.Getenv("LLMSWEEP_E2E_SERVER"), os.Getenv("LLMSWEEP_E2E_MODEL"), os.Getenv("LLMSWEEP_E2E_TOKENIZER")}
	if os.Getenv("LLMSWEEP_E2E") == "" || s.url == "" {
		t.Skip("wants a real server: `make e2e` with LLMSWEEP_E2E_SERVER (its base URL), LLMSWEEP_E2E_MODEL and LLMSWEEP_E2E_TOKENIZER (its model's folder)")
	}
	return s
}

// TestE2ERealServerCountsAsAsked sends every dataset that takes a length to a
// real server, for completions and chat: its own usage.prompt_tokens is the
// length asked for, in every request, warm-ups too.
func TestE2ERealServerCountsAsAsked(t *testing.T) {
	server := serverOf(t)
	dir := t.TempDir()
	conversations, trace := filepath.Join(dir, "sharegpt.json"), filepath.Join(dir, "trace.jsonl")
	writeConversations(t, conversations, 40)
	writeTrace(t, trace, 12)
	lengths := "input_output: [[32, 4], [127, 4], [301, 2]]\n"
	for _, tt := range []struct {
		name, keys string
		chat       string // "" = both backends, else the only one
		free       bool   // lengths of its own: what counts is the client's count
	}{
		{"random", lengths + "dataset: random\n", "", false},
		{"random with a prefix", lengths + "dataset: {type: random, prefix_len: 16}\n", "", false},
		{"sonnet", lengths + "dataset: {type: sonnet, prefix_len: 12}\n", "", false},
		{"prefix_repetition", lengths + "dataset: {type: prefix_repetition, prefixes: 3, prefix_len: 16}\n", "", false},
		{"sharegpt cut", lengths + "dataset: {type: sharegpt, path: " + conversations + ", allow_repeat: true}\n", "", false},
		{"sharegpt", "dataset: {type: sharegpt, path: " + conversations + ", output_len: 4}\n", "", false},
		{"trace", "dataset: {type: trace, path: " + trace + ", replay: lengths}\n", "", false},
		{"conversation", "input_output: [[40, 4]]\ndataset: {type: conversation, turns: 3, next_len: 12}\n", "openai-chat", true},
		{"token ids", lengths + "prompt_token_ids: true\n", "openai", false},
		{"server's tokenizer", lengths + "tokenizer: server\n", "", false},
	} {
		for _, backend := range []string{"openai", "openai-chat"} {
			if tt.chat != "" && tt.chat != backend {
				continue
			}
			t.Run(tt.name+"/"+backend, func(t *testing.T) {
				dir := t.TempDir()
				tokenizer := "tokenizer: " + server.tokenizer + "\n"
				if strings.Contains(tt.keys, "tokenizer:") {
					tokenizer = ""
				}
				writeConfig(t, dir, "model: %s\nbase_url: %s\nbackend: %s\nseed: random\n%s%sconcurrency_prompts: [[2, 5]]\n",
					server.model, server.url, backend, tokenizer, tt.keys)
				sweepIn(t, dir, exitOK)
				files, err := filepath.Glob(filepath.Join(dir, "results", "bench_*.json"))
				if err != nil || len(files) == 0 {
					t.Fatalf("%d case files (%v)", len(files), err)
				}
				n := 0
				for _, file := range files {
					for _, r := range recordsOf(t, dir, strings.TrimSuffix(filepath.Base(file), ".json")) {
						n++
						if !r.Completed() || r.InputServer == 0 || r.InputServer != r.InputClient || !tt.free && r.InputServer != r.InputAsked {
							t.Errorf("%s: prompt of %d tokens, by the server %d, by us %d (%s)", r.ID, r.InputAsked, r.InputServer, r.InputClient, r.Error)
						}
					}
				}
				t.Logf("%d requests, each as asked", n)
			})
		}
	}
}

// writeConversations writes a ShareGPT file of n conversations, each with its own
// first turn of some 500 tokens.
func writeConversations(t *testing.T, path string, n int) {
	t.Helper()
	var all []map[string]any
	for i := range n {
		var turn strings.Builder
		for k := range 18 {
			fmt.Fprintf(&turn, "Question %d.%d: what's naïve about 你好, %d%% of x² or \"that\"?\n", i, k, i*k)
		}
		all = append(all, map[string]any{"id": fmt.Sprint(i), "conversations": []map[string]string{
			{"from": "human", "value": turn.String()},
			{"from": "gpt", "value": "That is a good question, to which there is an answer."},
		}})
	}
	doc, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, doc, 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeTrace writes a Mooncake trace of n requests that share their first block.
func writeTrace(t *testing.T, path string, n int) {
	t.Helper()
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, `{"timestamp": %d, "input_length": %d, "output_length": 3, "hash_ids": [0, %d]}`+"\n", 100*i, 520+i, i+1)
	}
	if err := os.WriteFile(path, []byte(rows.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

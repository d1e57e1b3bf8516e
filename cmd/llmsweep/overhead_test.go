package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// gptOSS is the folder of a tokenizer without a chat template.
func gptOSS(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "testdata", "tokenizers", "gptoss"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOverhead: what goes around a prompt is the tokenizer's to say, and the
// server is asked; where the two differ by a constant, the server is followed, and
// where they differ otherwise, the user hears of it. Nothing but probes is sent
// where the config turns out to be wrong.
func TestOverhead(t *testing.T) {
	for i, tt := range []struct {
		name   string
		server *countingServer
		keys   string
		exit   int
		says   string // on stderr
		probes bool

		around int    // as the case JSON has it
		source string // of it
		worst  int    // tokens that prompts are off
	}{
		{"it agrees", &countingServer{}, "tokenizer: builtin:qwen3\n", exitOK, "", true,
			0, "special tokens", 0},
		{"it adds a token to each", &countingServer{around: 1}, "tokenizer: builtin:qwen3\n", exitOK, "around a prompt the server counts 1 tokens where tokenizer builtin:qwen3 counts 0", true,
			1, "server", 0},
		{"it is not asked", &countingServer{around: 1}, "tokenizer: builtin:qwen3\nprompt_overhead: tokenizer\n", exitOK, "", false,
			0, "special tokens", 1},
		{"it counts by another tokenizer", &countingServer{each: 1}, "tokenizer: builtin:qwen3\n", exitFailed, "warning: input lengths will be off: the server counts", true,
			0, "special tokens", 20},
		{"it tells no usage", &countingServer{silent: true}, "tokenizer: builtin:qwen3\n", exitOK, "prompts are counted by tokenizer builtin:qwen3 alone: ", true,
			0, "special tokens", 0},
		{"it tells no usage, and has to", &countingServer{silent: true}, "tokenizer: builtin:qwen3\nprompt_overhead: server\n", exitUsage,
			"told no usage.prompt_tokens.*set prompt_overhead: tokenizer", true, 0, "", 0},
		{"it is out of order, and has to", &countingServer{status: 500}, "tokenizer: builtin:qwen3\nprompt_overhead: server\n", exitUsage,
			"status 500: .*out of order", false, 0, "", 0},
		{"the tokenizer has no chat template", &countingServer{around: 7}, "tokenizer: GPTOSS\nbackend: openai-chat\n", exitOK, "", true,
			7, "server", 0},
		{"nor may the server be asked", &countingServer{around: 7}, "tokenizer: GPTOSS\nbackend: openai-chat\nprompt_overhead: tokenizer\n", exitUsage,
			"has no chat template.*prompt_overhead: server", false, 0, "", 0},
		{"nor does the server tell", &countingServer{silent: true}, "tokenizer: GPTOSS\nbackend: openai-chat\n", exitUsage,
			"has no chat template: put a chat_template.jinja", true, 0, "", 0},
		{"a case is longer than the model's context", &countingServer{window: 30}, "tokenizer: builtin:qwen3\n", exitUsage,
			"case bench_io28x3_mc2_np5: the longest request of dataset random has input 28 \\+ output 3 = 31 tokens, and model m takes 30", true, 0, "", 0},
		{"it just fits", &countingServer{window: 31}, "tokenizer: builtin:qwen3\n", exitOK, "", true,
			0, "special tokens", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if i%3 > 0 {
				slow(t)
			}
			dir := t.TempDir()
			s := tt.server
			spec := "builtin:qwen3"
			if strings.Contains(tt.keys, "GPTOSS") {
				spec = gptOSS(t)
			}
			url := s.serve(t, spec)
			writeConfig(t, dir, "model: m\nbase_url: %s\ninput_output: [[28, 3]]\nconcurrency_prompts: [[2, 5]]\nwarmup: 1\n%s",
				url, strings.ReplaceAll(tt.keys, "GPTOSS", spec))
			_, stderr := sweepIn(t, dir, tt.exit)
			if !matches(tt.says, stderr) {
				t.Errorf("stderr has no %q:\n%s", tt.says, stderr)
			}
			sent := s.prompts()
			if probed := len(s.asked) > len(sent); probed != tt.probes {
				t.Errorf("probed: %v, want %v", probed, tt.probes)
			}
			if tt.exit == exitUsage {
				if len(sent) != 0 {
					t.Errorf("%d prompts were sent by a config that cannot be run", len(sent))
				}
				return
			}
			f := readCase(t, dir, "bench_io28x3_mc2_np5")
			if f.Status != runlog.StatusMeasured || f.Completed != 5 || len(sent) != 6 {
				t.Errorf("%s: %d of 5 completed, %d sent with 1 warm-up", f.Status, f.Completed, len(sent))
			}
			l := f.Lengths
			if l.OverheadTokens != tt.around || l.OverheadSource != tt.source || l.InputAsked != 28 || (l.InputWorstOff != 0) != (tt.worst != 0) || l.InputWorstOff < tt.worst {
				t.Errorf("lengths %+v, want %d tokens around a prompt by %s, off by %d", l, tt.around, tt.source, tt.worst)
			}
			if doubt := strings.Join(f.Notes, "\n"); strings.Contains(doubt, "lengths will be off") != (tt.server.each > 0) {
				t.Errorf("notes %q", f.Notes)
			}
		})
	}
}

// TestServersTokenizer: a server's own /tokenize counts the prompts, whether it is
// named, or the tokenizer is nowhere on this machine.
func TestServersTokenizer(t *testing.T) {
	for _, tt := range []struct {
		backend, key, says string
		several            bool
	}{
		{"openai", "tokenizer: server\n", "", false},
		{"openai-chat", "tokenizer: server\n", "", false},
		{"openai", "tokenizer: server\n", "", true}, // the first one's
		{"openai", "tokenizer: nobody/nothing\n", "tokenizer nobody/nothing is not on this machine: prompts are counted by the server's /tokenize", false},
	} {
		t.Run(fmt.Sprintf("%s %sseveral %v", tt.backend, tt.key, tt.several), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			url, _ := simulator(t, "--preset", "fast", "--model", "m")
			servers := url
			if tt.several {
				second, _ := simulator(t, "--preset", "fast", "--model", "m")
				servers = "[" + url + ", " + second + "]"
			}
			writeConfig(t, dir, "model: m\nbase_url: %s\nbackend: %s\n%sinput_output: [[33, 4]]\nconcurrency_prompts: [[2, 5]]\n", servers, tt.backend, tt.key)
			_, stderr := sweepIn(t, dir, exitOK)
			if !matches(tt.says, stderr) {
				t.Errorf("stderr has no %q:\n%s", tt.says, stderr)
			}
			f := readCase(t, dir, "bench_io33x4_mc2_np5")
			if f.Lengths.InputWorstOff != 0 || f.Lengths.ClientWorstOff != 0 || f.Lengths.DistinctPrompts != 5 || f.TokenizerID != "server:"+url {
				t.Errorf("tokenizer %s: lengths %+v", f.TokenizerID, f.Lengths)
			}
		})
	}
}

// TestNoTokenizer: where a tokenizer is to be had nowhere, the config is wrong,
// and the error says where it was looked for and what may be done.
func TestNoTokenizer(t *testing.T) {
	dir := t.TempDir()
	s := countingServer{}
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: nobody/nothing\ninput_output: [[33, 4]]\nconcurrency_prompts: [[2, 5]]\n", s.serve(t, "builtin:qwen3"))
	_, stderr := sweepIn(t, dir, exitUsage)
	if !matches("tokenizer: .*nobody/nothing.*builtin:qwen3.*nor can the server count", stderr) || len(s.prompts()) != 0 {
		t.Errorf("%d prompts sent; stderr:\n%s", len(s.prompts()), stderr)
	}
}

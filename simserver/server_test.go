package simserver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Usage is what the tokenizer counts, and the text is as many tokens as it says.
func TestUsageIsExact(t *testing.T) {
	s, url := start(t, Config{})
	tok := s.cfg.Tokenizer
	prompt := "The quick brown fox jumps over the lazy dog, 12 times."
	plain, err := tok.Count(prompt, true)
	if err != nil {
		t.Fatal(err)
	}
	chat := len(chatIDs(t, s, prompt))
	for _, tt := range []struct {
		name, path, prompt string
		want               int
	}{
		{"text", "/v1/completions", fmt.Sprintf(`"prompt":%q`, prompt), plain},
		{"list of one text", "/v1/completions", fmt.Sprintf(`"prompt":[%q]`, prompt), plain},
		{"token ids", "/v1/completions", `"prompt":[11,12,13]`, 3},
		{"list of token ids", "/v1/completions", `"prompt":[[11,12,13]]`, 3},
		{"chat", "/v1/chat/completions", fmt.Sprintf(`"messages":[{"role":"user","content":%q}]`, prompt), chat},
		{"chat in parts", "/v1/chat/completions", fmt.Sprintf(`"messages":[{"role":"user","content":[{"type":"text","text":%q}]}]`, prompt), chat},
	} {
		body := "{" + tt.prompt + `,"max_tokens":23,"ignore_eos":true`
		stream := chunks(t, must(t, url+tt.path, "", body+`,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`))
		var whole chunk
		if err := json.Unmarshal([]byte(must(t, url+tt.path, "", body+`}`)), &whole); err != nil {
			t.Fatal(err)
		}
		last := stream[len(stream)-1]
		if u := last.Usage; u == nil || *u != *whole.Usage || u.Prompt != tt.want || u.Completion != 23 || u.Total != tt.want+23 {
			t.Errorf("%s: usage %+v streamed, %+v whole; want %d + 23", tt.name, last.Usage, whole.Usage, tt.want)
		}
		if a, b := text(stream), text([]chunk{whole}); a != b {
			t.Errorf("%s: the same request got %q streamed and %q whole", tt.name, a, b)
		}
		if n, err := tok.Count(text(stream), false); n != 23 || err != nil {
			t.Errorf("%s: the text %q counts %d tokens (%v), want 23", tt.name, text(stream), n, err)
		}
		seen := -1
		for _, c := range stream[:len(stream)-1] {
			if n := c.Usage.Completion; n != seen+1 && n != 1 { // the role chunk has 0
				t.Errorf("%s: continuous usage goes from %d to %d", tt.name, seen, n)
			}
			seen = c.Usage.Completion
		}
	}
}

func chatIDs(t *testing.T, s *Server, content string) []uint32 {
	t.Helper()
	j := &job{}
	b := &body{fields: map[string]json.RawMessage{"messages": json.RawMessage(fmt.Sprintf(`[{"role":"user","content":%q}]`, content))}}
	if err := j.readChat(b, s.cfg.Tokenizer); err != nil {
		t.Fatal(err.Message)
	}
	if !strings.Contains(j.text, content) || !strings.Contains(j.text, "assistant") {
		t.Errorf("rendered chat %q lacks the content or the prompt for an answer", j.text)
	}
	return j.ids
}

// The text is a function of seed and prompt: not of order, time or server.
func TestTextBySeed(t *testing.T) {
	ask := func(url, prompt string) string {
		return text(chunks(t, must(t, url+"/v1/completions", "", fmt.Sprintf(`{"prompt":%q,"max_tokens":40,"stream":true}`, prompt))))
	}
	_, one := start(t, Config{Seed: 7})
	_, two := start(t, Config{Seed: 7})
	_, other := start(t, Config{Seed: 8})
	first := ask(one, "abc")
	ask(two, "something before")
	if again := ask(two, "abc"); again != first {
		t.Errorf("same seed and prompt: %q and %q", first, again)
	}
	if ask(one, "abd") == first || ask(other, "abc") == first {
		t.Error("another prompt or another seed gave the same text")
	}
}

func TestOutputLength(t *testing.T) {
	stops, limits := 0, 0
	for i := range 400 {
		n, finish := outputLength(drawing(1, []byte{byte(i), byte(i >> 8)}, 0), 128, 20, 200, false)
		if n < 20 || n > 200 || (n == 200 && finish == "stop") || (n < 200 && finish == "length") {
			t.Fatalf("length %d with %s, want 20 to 200, and length only at 200", n, finish)
		}
		if finish == "stop" {
			stops++
		} else {
			limits++
		}
		if n, finish := outputLength(drawing(1, []byte{byte(i)}, 0), 128, 0, 200, true); n != 200 || finish != "length" {
			t.Fatalf("ignore_eos: %d, %s", n, finish)
		}
	}
	if stops < 200 || limits < 50 {
		t.Errorf("%d stops and %d at the limit of 400; want most to stop, and some to be cut", stops, limits)
	}
}

// With one place, the second request starts when the first has ended. The engine
// is looked at after each of its steps.
func TestQueueing(t *testing.T) {
	var l load
	seqs := []*sequence{newSequence(5, 20, time.Now()), newSequence(5, 10, time.Now()), newSequence(5, 30, time.Now())}
	steps := 0
	e := newBatch(Config{MaxNumSeqs: 1, BatchTokens: 100, KVTokens: 1000, Timing: Timing{StepBase: 50 * time.Microsecond}}, &l, func(step) {
		steps++
		for i := 1; i < len(seqs); i++ {
			if seqs[i].made.Load() > 0 && !seqs[i-1].done() {
				t.Errorf("step %d: request %d has tokens, request %d before it has %d of %d", steps, i, i-1, seqs[i-1].made.Load(), seqs[i-1].output)
			}
		}
		if r := l.running.Load(); r != 1 {
			t.Errorf("step %d: %d requests running, want 1", steps, r)
		}
	})
	for _, s := range seqs {
		e.submit(s)
	}
	for _, s := range seqs {
		if !s.wait(s.output-1, t.Context().Done()) {
			t.Fatal("the engine ended before its requests")
		}
	}
	e.close()
	if steps != 60 {
		t.Errorf("%d steps for 20 + 10 + 30 tokens one by one, want 60", steps)
	}
}

// The engine never makes a token before its time: 32 steps take 32 step times.
func TestStepsTakeTheirTime(t *testing.T) {
	s, url := start(t, Config{})
	must(t, url+"/v1/completions", "", `{"prompt":"time","max_tokens":32,"ignore_eos":true,"stream":true}`)
	l := s.Truth()[0]
	least := 32 * (s.cfg.Timing.StepBase + s.cfg.Timing.PerSeq)
	if took := time.Duration(l.Writes[31] - l.Queued); took < least-time.Millisecond {
		t.Errorf("32 tokens took %v, want at least %v", took, least)
	}
}

func TestPaced(t *testing.T) {
	s, url := start(t, Config{TTFT: 30 * time.Millisecond, ITL: 2 * time.Millisecond, MaxNumSeqs: 1})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			must(t, url+"/v1/completions", "", `{"prompt":"pace","max_tokens":10,"ignore_eos":true,"stream":true}`)
		})
	}
	wg.Wait()
	for _, l := range s.Truth() {
		for i, at := range l.Writes {
			if due := l.Received + int64(30*time.Millisecond) + int64(i)*int64(2*time.Millisecond); at < due-int64(200*time.Microsecond) {
				t.Errorf("token %d came %v before it was due", i, time.Duration(due-at))
			}
		}
	}
}

func TestFlood(t *testing.T) {
	s, url := start(t, Config{Preset: "flood"})
	got := chunks(t, must(t, url+"/v1/completions", "", `{"prompt":"flood","max_tokens":500,"ignore_eos":true,"stream":true}`))
	if len(got) != 500 || len(s.Truth()[0].Writes) != 500 {
		t.Errorf("%d chunks, %d writes; want 500 each: one a token", len(got), len(s.Truth()[0].Writes))
	}
}

// A client that hangs up frees its place.
func TestHangUpAborts(t *testing.T) {
	s, url := start(t, Config{Preset: "slow", MaxNumSeqs: 1, Timing: Timing{StepBase: time.Millisecond}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/completions",
		strings.NewReader(`{"prompt":"long","max_tokens":30000,"ignore_eos":true,"stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Request-Id", "gone")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	must(t, url+"/v1/completions", "after", `{"prompt":"next","max_tokens":2,"ignore_eos":true}`) // would wait 30 s for its place
	lines := s.Truth()
	if len(lines) != 2 || lines[0].ID != "gone" || lines[0].Outcome != aborted || lines[1].Outcome != completed {
		t.Fatalf("truth %+v; want the aborted request, then the completed one", lines)
	}
	if n := len(lines[0].Writes); n == 0 || n >= 30000 {
		t.Errorf("aborted after %d writes", n)
	}
}

func TestTruth(t *testing.T) {
	_, url := start(t, Config{})
	must(t, url+"/v1/chat/completions", "t-1", `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":9,"ignore_eos":true,"stream":true}`)
	must(t, url+"/v1/completions", "t-2", `{"prompt":"Hi","max_tokens":9,"ignore_eos":true}`)
	resp, err := http.Get(url + "/sim/truth")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var lines []Truth
	for dec := json.NewDecoder(resp.Body); ; {
		var l Truth
		if err := dec.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 2 || lines[0].ID != "t-1" || lines[1].ID != "t-2" || len(lines[0].Writes) != 9 || len(lines[1].Writes) != 1 {
		t.Fatalf("truth %+v; want t-1 with 9 writes and t-2 with one", lines)
	}
	for _, l := range lines {
		instants := append([]int64{l.Received, l.Queued, l.Started}, l.Writes...)
		if instants = append(instants, l.End); !slices.IsSorted(instants) || l.Received == 0 {
			t.Errorf("%s: instants out of order: %v", l.ID, instants)
		}
		if l.Outcome != completed || l.CompletionTokens != 9 || l.FinishReason != "length" || l.FirstWrite != l.Writes[0] || l.PromptTokens < 1 {
			t.Errorf("%s: %+v", l.ID, l)
		}
	}
	must(t, url+"/sim/reset", "", "")
	if resp, err := http.Get(url + "/sim/truth"); err != nil || resp.ContentLength != 0 {
		t.Errorf("after a reset: %v, %v; want no truth", resp, err)
	} else {
		resp.Body.Close()
	}
}

func TestTruthIsBounded(t *testing.T) {
	l := truthLog{limit: 100}
	for i := range 5 {
		l.add(Truth{ID: fmt.Sprint(i), Writes: make([]int64, 40)})
	}
	if got := l.snapshot(); len(got) != 2 || got[0].ID != "3" {
		t.Errorf("kept %+v; want the last two of 40 writes for a limit of 100", got)
	}
}

// The page has vLLM's families with their types, and counts what was done.
func TestMetrics(t *testing.T) {
	_, url := start(t, Config{})
	must(t, url+"/v1/completions", "", `{"prompt":[1,2,3,4,5],"max_tokens":7,"ignore_eos":true,"stream":true}`)
	must(t, url+"/v1/completions", "", `{"prompt":[1,2,3],"max_tokens":4,"ignore_eos":true}`)
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	got, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.Open(filepath.Join("testdata", "wire", "vllm.metrics.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	want, err := parser.TextToMetricFamilies(page)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range got {
		w, ok := want[name]
		if !ok || w.GetType() != f.GetType() || w.GetHelp() != f.GetHelp() {
			t.Errorf("%s (%v, %q): vLLM has %v, %q", name, f.GetType(), f.GetHelp(), w.GetType(), w.GetHelp())
			continue
		}
		for _, l := range f.GetMetric()[0].GetLabel() {
			if l.GetName() == "model_name" && l.GetValue() != "qwen3-tiny" {
				t.Errorf("%s: model_name %q", name, l.GetValue())
			}
		}
	}
	if n := got["vllm:prompt_tokens_total"].GetMetric()[0].GetCounter().GetValue(); n != 8 {
		t.Errorf("prompt tokens %v, want 5 + 3", n)
	}
	if n := got["vllm:generation_tokens_total"].GetMetric()[0].GetCounter().GetValue(); n != 11 {
		t.Errorf("generation tokens %v, want 7 + 4", n)
	}
	for name, count := range map[string]uint64{"time_to_first_token_seconds": 2, "inter_token_latency_seconds": 9, "e2e_request_latency_seconds": 2,
		"request_queue_time_seconds": 2, "request_prefill_time_seconds": 2, "request_decode_time_seconds": 2} {
		f := got["vllm:"+name]
		if f == nil || f.GetMetric()[0].GetHistogram().GetSampleCount() != count {
			t.Errorf("%s: %v, want %d samples", name, f, count)
		}
	}
	for _, m := range got["vllm:request_success_total"].GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "finished_reason" && l.GetValue() == "length" && m.GetCounter().GetValue() != 2 {
				t.Errorf("finished by length: %v, want 2", m.GetCounter().GetValue())
			}
		}
	}
}

func TestTokenize(t *testing.T) {
	s, url := start(t, Config{})
	const prompt = "Hello <there>, world"
	ids, err := s.cfg.Tokenizer.AppendIDs(nil, prompt, true)
	if err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"count":%d,"max_model_len":32768,"tokens":%s,"token_strs":null}`, len(ids), list)
	if got := must(t, url+"/tokenize", "", fmt.Sprintf(`{"model":"qwen3-tiny","prompt":%q}`, prompt)); got != want {
		t.Errorf("tokenize: %s, want %s", got, want)
	}
	want = fmt.Sprintf(`{"prompt":%q}`, s.cfg.Tokenizer.Decode(ids, false))
	if got := must(t, url+"/detokenize", "", fmt.Sprintf(`{"tokens":%s}`, list)); got != want {
		t.Errorf("detokenize: %s, want %s", got, want)
	}
	want = fmt.Sprintf(`{"count":%d,`, len(chatIDs(t, s, prompt)))
	if got := must(t, url+"/tokenize", "", fmt.Sprintf(`{"messages":[{"role":"user","content":%q}]}`, prompt)); !strings.HasPrefix(got, want) {
		t.Errorf("tokenize a chat: %s, want %s…", got, want)
	}
}

// A key is asked for below /v1/ only, and is in no answer.
func TestAPIKey(t *testing.T) {
	_, url := start(t, Config{APIKey: "s3cret"})
	for _, tt := range []struct {
		path, auth string
		want       int
	}{
		{"/v1/models", "", 401}, {"/v1/models", "Bearer wrong", 401}, {"/v1/models", "Bearer s3cret", 200}, {"/health", "", 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", tt.auth)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.want || strings.Contains(string(answer), "s3cret") {
			t.Errorf("%s with %q: %d %s (%v), want %d", tt.path, tt.auth, resp.StatusCode, answer, err, tt.want)
		}
	}
}

func TestConfigFaults(t *testing.T) {
	tok := testTokenizer(t)
	for _, tt := range []struct {
		c    Config
		want string
	}{
		{Config{Preset: "huge", Tokenizer: tok}, "want one of default, fast, flood, paced, slow"},
		{Config{}, "no tokenizer"},
		{Config{Tokenizer: tok, MaxNumSeqs: -1}, "max num seqs: -1, want at least 1"},
		{Config{Tokenizer: tok, Faults: []Fault{{Kind: "fire"}}}, `fault kind "fire"`},
	} {
		if _, err := New(tt.c); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.c, err, tt.want)
		}
	}
}

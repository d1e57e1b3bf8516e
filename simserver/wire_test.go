package simserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is the body of a recorded answer of vLLM, and its status.
func recorded(t *testing.T, name string) (status int, body string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "wire", "vllm."+name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, ok := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n\n")
	if _, err := fmt.Sscanf(head, "HTTP/1.1 %d", &status); err != nil || !ok {
		t.Fatalf("%s: not a recording: %v", name, err)
	}
	return status, body
}

// shape is JSON with its keys in order, its nulls and its empty lists and strings,
// and every other value replaced by its type.
func shape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if err := writeShape(&b, dec); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return b.String()
}

func writeShape(b *strings.Builder, dec *json.Decoder) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	switch v := tok.(type) {
	case json.Delim:
		fmt.Fprint(b, v, " ")
		for dec.More() {
			if v == '{' {
				key, err := dec.Token()
				if err != nil {
					return err
				}
				fmt.Fprint(b, key, ":")
			}
			if err := writeShape(b, dec); err != nil {
				return err
			}
		}
		end, err := dec.Token()
		fmt.Fprint(b, end, " ")
		return err
	case string:
		if v == "" {
			fmt.Fprint(b, "empty ")
			return nil
		}
		fmt.Fprint(b, "string ")
	default:
		fmt.Fprintf(b, "%T ", v)
	}
	return nil
}

const chatBody = `{"model":"qwen3-tiny","messages":[{"role":"user","content":"Hello there"}],"max_tokens":12,"ignore_eos":true`

// The recorded streams have chunks of one token and of two; the kinds of chunks
// are compared: the first, the one after it, the last with a token, and the rest.
func TestStreamShape(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096})
	for _, tt := range []struct{ recording, path, body string }{
		{"chat_stream", "/v1/chat/completions", chatBody + `,"stream":true,"stream_options":{"include_usage":true}}`},
		{"chat_cont", "/v1/chat/completions", chatBody + `,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`},
		{"chat_nousage", "/v1/chat/completions", chatBody + `,"stream":true}`},
		{"comp_stream", "/v1/completions", `{"prompt":"A quick fox","max_tokens":12,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true}}`},
		{"comp_interval4", "/v1/completions", `{"prompt":"A quick fox","max_tokens":14,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`},
	} {
		_, body := recorded(t, tt.recording)
		want, got := events(body), events(must(t, url+tt.path, "", tt.body))
		tail := 2 // last token, [DONE]
		if strings.Contains(tt.body, "include_usage") {
			tail = 3 // last token, usage, [DONE]
		}
		for _, at := range []int{0, 1, -tail} {
			w, g := want[(at+len(want))%len(want)], got[(at+len(got))%len(got)]
			if shape(t, w) != shape(t, g) {
				t.Errorf("%s, event %d:\nvLLM %s\ngot  %s", tt.recording, at, w, g)
			}
		}
		if tail == 3 {
			if w, g := want[len(want)-2], got[len(got)-2]; shape(t, w) != shape(t, g) {
				t.Errorf("%s, usage:\nvLLM %s\ngot  %s", tt.recording, w, g)
			}
		}
		if g := got[len(got)-1]; g != "[DONE]" {
			t.Errorf("%s ends with %s, want [DONE]", tt.recording, g)
		}
	}
}

func TestWholeShape(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096})
	for _, tt := range []struct{ recording, path, body string }{
		{"chat_full", "/v1/chat/completions", chatBody + `}`},
		{"comp_full", "/v1/completions", `{"prompt":"A quick fox","max_tokens":12,"ignore_eos":true}`},
	} {
		_, want := recorded(t, tt.recording)
		if got := must(t, url+tt.path, "", tt.body); shape(t, got) != shape(t, want) {
			t.Errorf("%s:\nvLLM %s\ngot  %s", tt.recording, want, got)
		}
	}
}

func TestModelsShape(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096})
	_, want := recorded(t, "models")
	resp, err := http.Get(url + "/v1/models")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	if shape(t, b.String()) != shape(t, want) {
		t.Errorf("vLLM %s\ngot  %s", want, b.String())
	}
}

// Errors are vLLM's to the letter: clients read them.
func TestErrorsAreVLLMs(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096})
	_, secret := start(t, Config{MaxModelLen: 4096, APIKey: "key-of-the-test"})
	for _, tt := range []struct{ recording, url, body string }{
		{"err_model", url + "/v1/completions", `{"model":"no-such-model","prompt":"x","max_tokens":1}`},
		{"err_ctx", url + "/v1/completions", `{"prompt":"x","max_tokens":1000000}`},
		{"err_longprompt", url + "/v1/completions", `{"prompt":[` + strings.Repeat("1,", 4999) + `1],"max_tokens":1}`},
		{"err_field", url + "/v1/chat/completions", `{"model":"qwen3-tiny","messages":"oops"}`},
		{"err_path", url + "/v1/nothing", `{}`},
		{"err_401", secret + "/v1/completions", `{"prompt":"x"}`},
	} {
		status, want := recorded(t, tt.recording)
		resp, got, err := post(t, tt.url, "", tt.body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != status || compact(t, got) != compact(t, want) {
			t.Errorf("%s: status %d\n%s\nvLLM: %d\n%s", tt.recording, resp.StatusCode, got, status, want)
		}
	}
}

func TestRefused(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 100})
	for _, tt := range []struct{ name, path, body, want string }{
		{"broken JSON", "/v1/completions", `{"prompt":}`, "'type': 'json_invalid', 'loc': 'body.10', 'msg': 'JSON decode error'"},
		{"not an object", "/v1/completions", `[1]`, "Input should be a valid dictionary"},
		{"no prompt", "/v1/completions", `{}`, "'type': 'missing', 'loc': 'body.prompt', 'msg': 'Field required'"},
		{"all faults at once", "/v1/completions", `{"prompt":"x","max_tokens":"many","stream":3}`, "2 validation errors:"},
		{"prompt and output", "/v1/completions", `{"prompt":[1,2,3,4,5],"max_tokens":96}`,
			"However, you requested 96 output tokens and your prompt contains at least 5 input tokens, for a total of at least 101 tokens."},
		{"n", "/v1/completions", `{"prompt":"x","n":2}`, "n=2"},
		{"max_tokens 0", "/v1/completions", `{"prompt":"x","max_tokens":0}`, "max_tokens must be at least 1, got 0."},
		{"unknown token", "/v1/completions", `{"prompt":[4000000]}`, "Token id 4000000 is out of vocabulary"},
		{"empty prompt", "/v1/completions", `{"prompt":[]}`, "cannot be empty"},
		{"two prompts", "/v1/completions", `{"prompt":["a","b"]}`, "2 prompts"},
		{"stream options alone", "/v1/completions", `{"prompt":"x","stream_options":{"include_usage":true}}`, "only be defined when `stream=True`"},
		{"picture", "/v1/chat/completions", `{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, "messages[0].content"},
	} {
		resp, got, err := post(t, url+tt.path, "", tt.body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(got, tt.want) {
			t.Errorf("%s: status %d, %s; want 400 and %q", tt.name, resp.StatusCode, got, tt.want)
		}
	}
}

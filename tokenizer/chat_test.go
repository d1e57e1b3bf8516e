package tokenizer

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every prompt is what Python's jinja2 3.1.6 makes of the same template, with
// the settings of transformers (trim_blocks, lstrip_blocks).
func TestChatIsJinjas(t *testing.T) {
	text, err := os.ReadFile("testdata/chats.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Tokenizer string
		Messages  []Message
		Want      string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	toks := map[string]Tokenizer{
		"qwen3":       load(t, "builtin:qwen3"),
		"deepseek_v3": load(t, filepath.Join(testTokenizers, "deepseek_v3")),
	}
	for _, tt := range cases {
		for _, round := range []string{"first", "second"} { // the second may be spliced
			got, err := toks[tt.Tokenizer].Chat(tt.Messages)
			if err != nil || got != tt.Want {
				t.Errorf("%s, %s time, %v:\n got %q, %v\nwant %q", tt.Tokenizer, round, tt.Messages, got, err, tt.Want)
			}
		}
	}
	if len(cases) < 20 {
		t.Errorf("only %d cases", len(cases))
	}
}

func chatOf(t *testing.T, template string) *chat {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 3, 5, 14, 7, 9, 0, time.UTC) }
	c, err := newChat(template, &config{BOS: "<s>", EOS: "</s>"}, now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Contents are spliced only where the template cannot tell the difference.
func TestChatSplicing(t *testing.T) {
	user := func(s string) []Message { return []Message{{"user", s}} }
	for _, tt := range []struct {
		name, template, content, want string
		spliced                       bool
	}{
		{"copied", "{{ bos_token }}[{{ messages[0].content }}]", " a\nb ", "<s>[ a\nb ]", true},
		{"trimmed", "[{{ messages[0].content | trim }}]", " ab ", "[ab]", false},
		{"upper", "[{{ messages[0].content | upper }}]", "ab", "[AB]", false},
		{"counted", "[{{ messages[0].content }}{{ messages[0].content | length }}]", "ab", "[ab2]", false},
		{"looked for", "{% if 'zz' in messages[0].content %}Z{% endif %}[{{ messages[0].content }}]", "azzb", "Z[azzb]", true},
		{"left out", "[]", "ab", "[]", false},
		{"empty", "{% if messages[0].content %}A{% endif %}[{{ messages[0].content }}]", "", "[]", true},
	} {
		c := chatOf(t, tt.template)
		for range 2 {
			got, err := c.render(user(tt.content))
			if err != nil || got != tt.want {
				t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
			}
		}
		if _, err := c.render(user("plain")); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if frame := c.frames[`"user" `]; (frame != nil) != tt.spliced {
			t.Errorf("%s: frame %q, want spliced %v", tt.name, frame, tt.spliced)
		}
	}
}

func TestChatFunctions(t *testing.T) {
	c := chatOf(t, "{{ strftime_now('%d %b %Y %H:%M %%') }}{{ eos_token }}")
	if got, err := c.render([]Message{{"user", "x"}}); err != nil || got != "05 Mar 2026 14:07 %</s>" {
		t.Errorf("date: %q, %v", got, err)
	}
	c = chatOf(t, "{% if messages[0].role != 'user' %}{{ raise_exception('users first') }}{% endif %}ok")
	if _, err := c.render([]Message{{"tool", "x"}}); err == nil || !strings.Contains(err.Error(), "users first") {
		t.Errorf("raise_exception: error %v", err)
	}
	if _, err := load(t, filepath.Join(testTokenizers, "gptoss")).Chat([]Message{{"user", "x"}}); !errors.Is(err, ErrNoTemplate) {
		t.Errorf("no template: error %v", err)
	}
}

// Qwen3's template closes the thinking part itself where enable_thinking is
// false: 4 tokens more, by its own text.
func TestTemplateArgs(t *testing.T) {
	plain := load(t, "builtin:qwen3")
	quick := WithTemplateArgs(plain, map[string]any{"enable_thinking": false})
	messages := []Message{{"user", "hi"}}
	const frame = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
	for range 2 { // the second time it may be spliced
		for _, tt := range []struct {
			tok  Tokenizer
			want string
		}{{plain, frame}, {quick, frame + "<think>\n\n</think>\n\n"}} {
			if got, err := tt.tok.Chat(messages); err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		}
	}
	if WithTemplateArgs(plain, nil) != plain {
		t.Error("no arguments make another tokenizer")
	}
}

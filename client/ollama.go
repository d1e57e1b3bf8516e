package client

import (
	"llmsweep/dataset"
)

// Ollama's own API (docs/api.md of ollama/ollama): a JSON object a line, the last
// one with its counters. /api/generate gets the prompt raw, so that it is read as
// it was counted; /api/chat goes through the model's template. Output lengths are
// upper bounds. A prompt longer than the model's num_ctx is cut without a word:
// set sampling: {num_ctx: …}.
var (
	ollamaGenerate = ollamaShape("/api/generate", false, func(a *question) any {
		return struct {
			Model   string         `json:"model"`
			Prompt  string         `json:"prompt"`
			Raw     bool           `json:"raw"`
			Stream  bool           `json:"stream"`
			Options map[string]any `json:"options"`
		}{a.model, "", true, true, a.parameters(map[string]any{"num_predict": a.r.MaxTokens})}
	})
	ollamaChat = ollamaShape("/api/chat", true, func(a *question) any {
		return struct {
			Model    string         `json:"model"`
			Messages string         `json:"messages"`
			Stream   bool           `json:"stream"`
			Options  map[string]any `json:"options"`
		}{a.model, "", true, a.parameters(map[string]any{"num_predict": a.r.MaxTokens})}
	})
)

func ollamaShape(path string, chat bool, frame func(*question) any) *shape {
	return &shape{
		path: path, chat: chat, images: chat, framing: lineFraming, nested: "options", frame: frame,
		prompt: map[string]func([]byte, dataset.Request) []byte{"prompt": appendPrompt, "messages": appendOllama},
		member: (*decoder).ollamaMember,
		settle: (*decoder).ollamaEvent,
	}
}

// appendOllama appends messages; the last one has its images in a list of its
// own, in base64.
func appendOllama(out []byte, r dataset.Request) []byte {
	return appendTurns(out, turnsOf(r), r.Images, func(out []byte, text string, images []string) []byte {
		out = append(appendText(out, text), `,"images":[`...)
		for i, url := range images {
			if i > 0 {
				out = append(out, ',')
			}
			if _, data, ok := dataOf(url); ok {
				url = data
			}
			out = appendText(out, url)
		}
		return append(out, ']')
	})
}

func (d *decoder) ollamaMember(key []byte) (ok bool) {
	switch string(key) {
	case "response":
		return d.generated(&d.said, true)
	case "thinking":
		return d.generated(&d.thought, false)
	case "message":
		if d.peek() == '{' {
			return d.object(d.ollamaMessage)
		}
	case "done":
		d.choices = true
		d.whole, ok = d.skip()
		return ok
	case "done_reason":
		d.finish, _, ok = d.text()
		return ok
	case "prompt_eval_count":
		return d.count(&d.last.Prompt)
	case "eval_count":
		return d.count(&d.last.Completion)
	case "model":
		return d.modelMember()
	case "error":
		return d.errorMember()
	}
	return d.pass()
}

func (d *decoder) ollamaMessage(key []byte) bool {
	switch string(key) {
	case "content":
		return d.generated(&d.said, true)
	case "thinking":
		return d.generated(&d.thought, false)
	case "tool_calls":
		return d.generated(nil, true)
	}
	return d.pass()
}

// ollamaEvent takes done for a finish where no reason is given, as older servers
// do not.
func (d *decoder) ollamaEvent() {
	if d.whole && len(d.finish) == 0 {
		d.finish = []byte("stop")
	}
	d.whole = false
}

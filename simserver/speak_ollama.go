package simserver

import (
	"fmt"
	"time"

	"llmsweep/tokenizer"
)

// parseOllamaGenerate reads the body of Ollama's /api/generate; the prompt is taken
// as with raw: true, which is what asks for no template.
func parseOllamaGenerate(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	j, b, err := ollamaJob(data)
	if err == nil {
		err = j.prompted(b, "prompt", t)
	}
	if b == nil {
		return nil, err
	}
	return j.settled(b, err)
}

func parseOllamaChat(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	j, b, err := ollamaJob(data)
	if b == nil {
		return nil, err
	}
	var messages []struct {
		Role    string   `json:"role"`
		Content string   `json:"content"`
		Images  []string `json:"images"` // base64
	}
	if b.get("messages", "list", &messages); err == nil && len(b.faults) == 0 {
		var turns []turn
		for _, m := range messages {
			t := turn{role: m.Role, text: m.Content}
			for _, image := range m.Images {
				t.images = append(t.images, "data:image/png;base64,"+image)
			}
			turns = append(turns, t)
		}
		err = j.converse(turns, t)
	}
	return j.settled(b, err)
}

// ollamaJob reads what both bodies have. Answers are streamed unless that is
// turned off.
func ollamaJob(data []byte) (*job, *body, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, nil, err
	}
	j := &job{stream: true}
	b.get("model", "string", &j.model)
	b.get("stream", "bool", &j.stream)
	o := b.within("options")
	err = j.lengths(o, "num_predict", "")
	b.faults = append(b.faults, o.faults...)
	return j, b, err
}

// An ollamaWire is a line a token, and one more with the counters.
type ollamaWire struct {
	speaker
	created string
}

func newOllamaWire(j *job, id, model string, created int64) wire {
	return &ollamaWire{newSpeaker(j, id, model), time.Unix(created, 0).UTC().Format(time.RFC3339Nano)}
}

func (w *ollamaWire) contentType() string { return "application/x-ndjson" }

func (w *ollamaWire) broken() string { return `{"model":` + "\n" }

func (w *ollamaWire) failure() []string { return []string{`{"error":"` + engineDead + `"}` + "\n"} }

func (w *ollamaWire) token(text string, _ int, _ string) []byte {
	w.buf = fmt.Appendf(w.buf[:0], "{\"model\":%s,\"created_at\":\"%s\",%s,\"done\":false}\n", w.model, w.created, w.said(text))
	return w.buf
}

func (w *ollamaWire) closing(n int, finish string) []byte {
	return []byte(w.whole(`""`, n, finish) + "\n")
}

func (w *ollamaWire) whole(text string, n int, finish string) string {
	return fmt.Sprintf(`{"model":%s,"created_at":"%s",%s,"done":true,"done_reason":"%s","total_duration":1,"load_duration":1,"prompt_eval_count":%d,"prompt_eval_duration":1,"eval_count":%d,"eval_duration":1}`,
		w.model, w.created, w.said(text), finish, w.prompt, n)
}

func (w *ollamaWire) said(text string) string {
	if w.job.chat {
		return `"message":{"role":"assistant","content":` + text + `}`
	}
	return `"response":` + text
}

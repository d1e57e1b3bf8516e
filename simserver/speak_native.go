package simserver

import (
	"fmt"
	"net/http"
	"strings"

	"llmsweep/tokenizer"
)

// parseGenerate reads the body of /generate: DeepSpeed-MII's has a prompt, SGLang's
// has text or input_ids.
func parseGenerate(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{}
	b.get("stream", "bool", &j.stream)
	if b.has("prompt") {
		err = j.lengths(b, "max_tokens", "min_tokens")
		if err == nil {
			err = j.prompted(b, "prompt", t)
		}
		return j.settled(b, err)
	}
	j.native = true
	p := b.within("sampling_params")
	p.get("ignore_eos", "bool", &j.ignoreEOS)
	err = j.lengths(p, "max_new_tokens", "min_new_tokens")
	b.faults = append(b.faults, p.faults...)
	name := "text"
	if b.has("input_ids") {
		name = "input_ids"
	}
	if err == nil {
		err = j.prompted(b, name, t)
	}
	return j.settled(b, err)
}

// generateError is SGLang's form, and the older of DeepSpeed-MII's.
func generateError(w http.ResponseWriter, e *apiError) {
	writeJSON(w, e.Code, map[string]any{"error": map[string]string{"message": e.Message}})
}

func newGenerateWire(j *job, id, model string, _ int64) wire {
	if j.native {
		return &sglangWire{speaker: newSpeaker(j, id, model)}
	}
	return &miiWire{newSpeaker(j, id, model)}
}

// A sglangWire repeats all of the text with each token, as SGLang's /generate does.
type sglangWire struct {
	speaker
	text strings.Builder // the inside of a JSON string
}

func (w *sglangWire) ending() string { return doneEvent }

func (w *sglangWire) failure() []string {
	return []string{`data: {"error": {"message": "` + engineDead + `"}}` + "\n\n", doneEvent}
}

func (w *sglangWire) token(text string, n int, finish string) []byte {
	w.text.WriteString(unquote(text))
	return w.event(`%s`, w.answer(w.text.String(), n, finish))
}

func (w *sglangWire) whole(text string, n int, finish string) string {
	return w.answer(unquote(text), n, finish)
}

func (w *sglangWire) answer(text string, n int, finish string) string {
	reason := "null"
	switch finish {
	case "length":
		reason = fmt.Sprintf(`{"type":"length","length":%d}`, n)
	case "stop":
		reason = `{"type":"stop","matched":151645}`
	}
	return fmt.Sprintf(`{"text":"%s","output_ids":[],"meta_info":{"id":%s,"finish_reason":%s,"prompt_tokens":%d,"weight_version":"default","completion_tokens":%d,"cached_tokens":0}}`,
		text, quote(w.id), reason, w.prompt, n)
}

// A miiWire has the new text alone, as DeepSpeed-MII's /generate does.
type miiWire struct{ speaker }

func (w *miiWire) ending() string { return doneEvent }

func (w *miiWire) token(text string, _ int, _ string) []byte { return w.event(`{"text": [%s]}`, text) }

func (w *miiWire) whole(text string, _ int, _ string) string {
	return fmt.Sprintf(`{"text":[%s]}`, text)
}

// parseTGI reads the body of Text Generation Inference's /generate_stream.
func parseTGI(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{stream: true}
	p := b.within("parameters")
	p.get("details", "bool", &j.usage)
	err = j.lengths(p, "max_new_tokens", "")
	b.faults = append(b.faults, p.faults...)
	if err == nil {
		err = j.prompted(b, "inputs", t)
	}
	return j.settled(b, err)
}

// tgiError answers what is wrong with a request by 422.
func tgiError(w http.ResponseWriter, e *apiError) {
	code, kind, said := e.Code, "generation", e.Message
	if code == http.StatusBadRequest {
		code, kind, said = http.StatusUnprocessableEntity, "validation", "Input validation error: "+said
	}
	writeJSON(w, code, map[string]string{"error": said, "error_type": kind})
}

type tgiWire struct {
	speaker
	text strings.Builder
}

func newTGIWire(j *job, id, model string, _ int64) wire {
	return &tgiWire{speaker: newSpeaker(j, id, model)}
}

func (w *tgiWire) failure() []string {
	return []string{`data:{"error":"Request failed during generation: Server error: ` + engineDead + `","error_type":"generation"}` + "\n\n"}
}

func (w *tgiWire) token(text string, n int, finish string) []byte {
	w.text.WriteString(unquote(text))
	all, details := "null", "null"
	if finish != "" {
		all = `"` + w.text.String() + `"`
		if finish == "stop" {
			finish = "eos_token"
		}
		if w.job.usage {
			details = fmt.Sprintf(`{"finish_reason":"%s","generated_tokens":%d,"seed":null,"input_length":%d}`, finish, n, w.prompt)
		}
	}
	w.buf = fmt.Appendf(w.buf[:0], "data:{\"index\":%d,\"token\":{\"id\":%d,\"text\":%s,\"logprob\":-0.5,\"special\":false},\"generated_text\":%s,\"details\":%s}\n\n", n, n, text, all, details)
	return w.buf
}

// parseTriton reads the body of Triton's generate extension, as TensorRT-LLM's
// models have it.
func parseTriton(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{stream: true}
	err = j.lengths(b, "max_tokens", "min_length")
	if err == nil {
		err = j.prompted(b, "text_input", t)
	}
	return j.settled(b, err)
}

type tritonWire struct{ speaker }

func newTritonWire(j *job, id, model string, _ int64) wire {
	return &tritonWire{newSpeaker(j, id, model)}
}

func (w *tritonWire) token(text string, _ int, _ string) []byte {
	return w.event(`{"cum_log_probs":0.0,"model_name":%s,"model_version":"1","output_log_probs":[0.0],"sequence_end":false,"sequence_id":0,"sequence_start":false,"text_output":%s}`, w.model, text)
}

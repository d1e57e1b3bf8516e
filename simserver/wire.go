package simserver

import (
	"encoding/json"
	"strconv"
)

// fingerprint stands where vLLM names its version: nobody shall take these
// answers for a real server's.
const fingerprint = `"llmsweep-simulator"`

// A vllmWire writes one answer in the shape of vLLM 0.32: fields, their order, and
// which are null were taken from recorded answers. Text arrives as JSON strings.
type vllmWire struct {
	job    *job
	id     string // with its prefix
	prompt int    // tokens
	head   string // of each event, up to the choices
	buf    []byte // of the event being written
}

func newWire(j *job, id, model string, created int64) wire {
	w := &vllmWire{job: j, id: "cmpl-" + id, prompt: len(j.ids)}
	object := "text_completion"
	if j.chat {
		w.id, object = "chatcmpl-"+id, "chat.completion"
		if j.stream {
			object = "chat.completion.chunk"
		}
	}
	w.head = `{"id":` + quote(w.id) + `,"object":"` + object + `","created":` + strconv.FormatInt(created, 10) +
		`,"model":` + quote(model) + `,"choices":[`
	return w
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // strings always marshal
		return `""`
	}
	return string(b)
}

// opening is a chat's first event: it has the role, and carries no token.
func (w *vllmWire) opening() []byte {
	if !w.job.chat {
		return nil
	}
	w.start()
	w.add(`{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]`)
	w.continuousUsage(0)
	w.add(`,"prompt_token_ids":null,"prompt_text":null`)
	return w.end()
}

// token is the event of the n-th token (from 1); finish is "" but for the last.
func (w *vllmWire) token(text string, n int, finish string) []byte {
	w.start()
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	if w.job.chat {
		w.add(`{"index":0,"delta":{"content":`, text, `},"logprobs":null,"finish_reason":`, reason)
		if finish != "" {
			w.add(`,"stop_reason":null`)
		}
		w.add(`,"token_ids":null}]`)
	} else {
		w.add(`{"index":0,"text":`, text, `,"logprobs":null,"finish_reason":`, reason,
			`,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]`)
	}
	w.continuousUsage(n)
	if finish != "" && !w.job.usage {
		w.add(`,"system_fingerprint":`, fingerprint)
	}
	return w.end()
}

// closing is the event after the last token, where the usage is asked for: with
// empty choices.
func (w *vllmWire) closing(n int, _ string) []byte {
	if !w.job.usage {
		return nil
	}
	w.start()
	w.add(`],"usage":{`)
	w.counts(n)
	w.add(`},"system_fingerprint":`, fingerprint)
	return w.end()
}

// whole is an answer that is not streamed.
func (w *vllmWire) whole(text string, n int, finish string) string {
	w.buf = append(w.buf[:0], w.head...)
	if w.job.chat {
		w.add(`{"index":0,"message":{"role":"assistant","content":`, text,
			`,"refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"`, finish,
			`","stop_reason":null,"token_ids":null,"routed_experts":null}]`)
	} else {
		w.add(`{"index":0,"text":`, text, `,"logprobs":null,"finish_reason":"`, finish,
			`","stop_reason":null,"token_ids":null,"prompt_logprobs":null,"prompt_token_ids":null,"routed_experts":null}]`)
	}
	w.add(`,"service_tier":null,"system_fingerprint":`, fingerprint, `,"usage":{`)
	w.counts(n)
	w.add(`,"prompt_tokens_details":null,"completion_tokens_details":null}`)
	if w.job.chat {
		w.add(`,"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null`)
	}
	w.add(`,"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`)
	return string(w.buf)
}

func (w *vllmWire) contentType() string { return eventStream }

func (w *vllmWire) ending() string { return doneEvent }

func (w *vllmWire) broken() string { return "data: " + w.head + "{\"index\":0,\n\n" }

func (w *vllmWire) failure() []string {
	return []string{`data: {"error": {"message": "` + engineDead + `", "type": "InternalServerError", "param": null, "code": 500}}` + "\n\n", doneEvent}
}

func (w *vllmWire) continuousUsage(n int) {
	if !w.job.continuous {
		return
	}
	w.add(`,"usage":{`)
	w.counts(n)
	if w.job.chat {
		w.add(`,"completion_tokens_details":null`)
	}
	w.add(`}`)
}

func (w *vllmWire) counts(n int) {
	w.add(`"prompt_tokens":`)
	w.buf = strconv.AppendInt(w.buf, int64(w.prompt), 10)
	w.add(`,"total_tokens":`)
	w.buf = strconv.AppendInt(w.buf, int64(w.prompt+n), 10)
	w.add(`,"completion_tokens":`)
	w.buf = strconv.AppendInt(w.buf, int64(n), 10)
}

func (w *vllmWire) start() {
	w.buf = append(w.buf[:0], "data: "...)
	w.buf = append(w.buf, w.head...)
}

func (w *vllmWire) end() []byte {
	w.add("}\n\n")
	return w.buf
}

func (w *vllmWire) add(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

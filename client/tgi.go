package client

// Hugging Face's Text Generation Inference, /generate_stream (its openapi.json
// and router/src/lib.rs): an event a token; the last one has details, if they
// are asked for. It has no field to ignore the end of sequence, and no model in
// the body.
var tgi = &shape{
	path: "/generate_stream", unnamed: true, nested: "parameters",
	frame: func(a *question) any {
		return struct {
			Inputs     string         `json:"inputs"`
			Parameters map[string]any `json:"parameters"`
		}{Parameters: a.parameters(map[string]any{"max_new_tokens": a.r.MaxTokens, "details": true})}
	},
	prompt: promptAt("inputs"),
	member: (*decoder).tgiMember,
	settle: (*decoder).tgiEvent,
}

func (d *decoder) tgiMember(key []byte) bool {
	switch string(key) {
	case "token":
		if d.peek() == '{' {
			d.token, d.answer, d.choices = true, true, true
			return d.object(d.tgiToken)
		}
	case "details":
		if d.peek() == '{' {
			return d.object(d.tgiDetails)
		}
	case "error":
		return d.errorMember()
	}
	return d.pass()
}

func (d *decoder) tgiToken(key []byte) (ok bool) {
	switch string(key) {
	case "text":
		d.piece, _, ok = d.text()
		return ok
	case "special":
		d.special, ok = d.skip()
		return ok
	}
	return d.pass()
}

func (d *decoder) tgiDetails(key []byte) (ok bool) {
	switch string(key) {
	case "finish_reason":
		d.finish, _, ok = d.text()
		return ok
	case "generated_tokens":
		return d.count(&d.last.Completion)
	case "input_length": // not told by servers before 2.3
		return d.count(&d.last.Prompt)
	}
	return d.pass()
}

// tgiEvent counts the token; a special one, such as the end of sequence, is no
// part of the text.
func (d *decoder) tgiEvent() {
	if d.token {
		d.completed = d.counted + 1
		if !d.special {
			d.said = appendString(d.said, d.piece)
		}
	}
}

package dataset

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// A turn is one message of a conversation in a ShareGPT file.
type turn struct {
	From  string `json:"from"`
	Value string `json:"value"`
}

// user reports whether a person wrote the turn.
func (t *turn) user() bool { return t.From == "human" || t.From == "user" }

// model reports whether a model wrote it, by any name that the published files
// have for one.
func (t *turn) model() bool {
	switch t.From {
	case "gpt", "chatgpt", "bing", "bard", "assistant", "model":
		return true
	}
	return false
}

const wantShareGPT = `a ShareGPT file, a JSON array of {"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}`

// readShareGPT reads a file in ShareGPT's format and calls each for every
// conversation in it, in order. It holds one conversation at a time. content is
// the SHA-256 (hex) of the file.
func readShareGPT(path string, each func(turns []turn)) (content string, err error) {
	return readInput(path, wantShareGPT, func(in *input) error {
		r := &shareGPTReader{in: in, lines: &lineCounter{r: in}}
		r.dec = json.NewDecoder(r.lines)
		return r.read(each)
	})
}

type shareGPTReader struct {
	in    *input
	lines *lineCounter
	dec   *json.Decoder
}

func (r *shareGPTReader) read(each func(turns []turn)) error {
	open, err := r.dec.Token()
	if err != nil {
		return r.fault(0, err)
	}
	if open != json.Delim('[') {
		return r.in.fault(r.lines.at(r.dec.InputOffset()), "not an array: want %s", wantShareGPT)
	}
	for first := true; r.dec.More(); first = false {
		from := r.dec.InputOffset()
		if !first {
			from++ // it stands at the comma
		}
		r.lines.at(from)
		var entry struct {
			Conversations []turn `json:"conversations"`
		}
		if err := r.dec.Decode(&entry); err != nil {
			return r.fault(from, err)
		}
		each(entry.Conversations)
	}
	if _, err := r.dec.Token(); err != nil { // the closing bracket
		return r.fault(r.dec.InputOffset(), err)
	}
	if _, err := r.dec.Token(); err != io.EOF {
		return r.in.fault(r.lines.at(r.dec.InputOffset()), "more follows the array: want %s", wantShareGPT)
	}
	return nil
}

// fault is err with its line; from is the offset of the conversation that it was
// met in.
func (r *shareGPTReader) fault(from int64, err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := e.Field
		if field == "" {
			field = "a conversation"
		}
		return r.in.fault(r.lines.at(from+e.Offset), "%s is of JSON type %s: want %s", field, e.Value, jsonKind(e.Type))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at := r.dec.InputOffset()
		if e.Offset != at { // one in the middle of a conversation
			at += r.syntaxOffset()
		}
		return r.in.fault(r.lines.at(at), "%w: want %s", e, wantShareGPT)
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.in.fault(r.lines.at(r.lines.read), "the file ends in the middle of its JSON: was it cut short?")
	}
	return r.in.fault(r.lines.at(r.lines.read), "%w", err)
}

// syntaxOffset is where the syntax error of a value is, from where the decoder
// stands: the offset in its own error leaves out what was read as tokens.
func (r *shareGPTReader) syntaxOffset() int64 {
	rest, _ := io.ReadAll(r.dec.Buffered())
	var value json.RawMessage
	if e, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(rest, &value)); ok {
		return e.Offset
	}
	return 0
}

// jsonKind is the JSON type that t is decoded from.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	}
	return "an object"
}

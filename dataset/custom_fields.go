package dataset

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fields are a row's, each a JSON value. Those that are taken are gone.
type fields map[string]json.RawMessage

// take is a field's value; a field that is null is not there.
func (f fields) take(name string) (json.RawMessage, bool) {
	value, ok := f[name]
	delete(f, name)
	return value, ok && string(value) != "null"
}

func (f fields) takeText(name string) (text string, ok bool, err error) {
	value, ok := f.take(name)
	if !ok {
		return "", false, nil
	}
	if err := json.Unmarshal(value, &text); err != nil {
		return "", false, fmt.Errorf("%s is %s: want a string", name, excerpt(value))
	}
	return text, true, nil
}

// takeTokens takes a number of tokens, at least 1. A whole number may be written
// as 128.0: spreadsheets and data frames do so.
func (f fields) takeTokens(name string) (tokens int, ok bool, err error) {
	value, ok := f.take(name)
	if !ok {
		return 0, false, nil
	}
	x, err := strconv.ParseFloat(string(value), 64)
	if err != nil || x < 1 || x > 1<<31 || x != float64(int(x)) {
		return 0, false, fmt.Errorf("%s is %s: want a whole number of tokens, at least 1", name, excerpt(value))
	}
	return int(x), true, nil
}

// takeMessages takes an array of {role, content}. Other fields of a message would
// be lost on the way, so they are faults.
func (f fields) takeMessages(name string) (messages []Message, ok bool, err error) {
	value, ok := f.take(name)
	if !ok {
		return nil, false, nil
	}
	var raw []fields
	if err := json.Unmarshal(value, &raw); err != nil {
		return nil, false, fmt.Errorf("%s is %s: want an array of {role, content}", name, excerpt(value))
	}
	messages = make([]Message, len(raw))
	for i, m := range raw {
		role, hasRole, err := m.takeText("role")
		if err != nil {
			return nil, false, fmt.Errorf("%s[%d].%w", name, i, err)
		}
		content, hasContent, err := m.takeText("content")
		if err != nil {
			return nil, false, fmt.Errorf("%s[%d].%w", name, i, err)
		}
		if !hasRole || !hasContent || len(m) > 0 {
			return nil, false, fmt.Errorf("%s[%d]: want role and content, and nothing else", name, i)
		}
		messages[i] = Message{Role: role, Content: content}
	}
	return messages, true, nil
}

// rest are the values of the fields that were not taken, numbers with all their
// digits; nil = none. One that would change what is measured is a fault.
func (f fields) rest() (map[string]any, error) {
	if len(f) == 0 {
		return nil, nil
	}
	rest := make(map[string]any, len(f))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if err := checkExtra(name); err != nil {
			return nil, err
		}
		value := f[name]
		dec := json.NewDecoder(bytes.NewReader(value))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s is %s: %w", name, excerpt(value), err)
		}
		rest[name] = v
	}
	return rest, nil
}

// checkExtra faults a field that is the request's own: in a row it would silently
// replace what the record says was sent.
func checkExtra(name string) error {
	switch name {
	case "max_tokens", "max_completion_tokens", "min_tokens":
		return fmt.Errorf("%s: use output_tokens, the output length asked for", name)
	case "model", "stream", "stream_options", "n", "best_of", "prompt", "messages":
		return fmt.Errorf("%s: the request has its own, remove it from the row", name)
	}
	return nil
}

// excerpt is the beginning of a value, for an error.
func excerpt(value []byte) string {
	const most = 40
	if len(value) <= most {
		return string(value)
	}
	return strings.ToValidUTF8(string(value[:most]), "") + "…"
}

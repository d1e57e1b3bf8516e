package simserver

import (
	"fmt"
	"strings"
)

// A speaker has what the wires of all dialects but vLLM's share: nothing before
// the first token and after the last, and errors as a server of text has them.
type speaker struct {
	job    *job
	id     string
	model  string // quoted
	prompt int    // tokens
	buf    []byte // of the event being written
}

func newSpeaker(j *job, id, model string) speaker {
	return speaker{job: j, id: id, model: quote(model), prompt: len(j.ids)}
}

func (s *speaker) contentType() string        { return eventStream }
func (s *speaker) opening() []byte            { return nil }
func (s *speaker) closing(int, string) []byte { return nil }
func (s *speaker) ending() string             { return "" }
func (s *speaker) broken() string             { return "data: {\"text\":\n\n" }
func (s *speaker) failure() []string {
	return []string{`data: {"error":"` + engineDead + `"}` + "\n\n"}
}
func (s *speaker) whole(string, int, string) string { return "{}" }

// event is one event, its data of a form.
func (s *speaker) event(format string, args ...any) []byte {
	s.buf = fmt.Appendf(s.buf[:0], "data: "+format+"\n\n", args...)
	return s.buf
}

// typed is an event that names its type, as the data does too.
func typed(kind, rest string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "event: %s\ndata: {\"type\":%q%s}\n\n", kind, kind, rest)
	return b.String()
}

// orNull is a JSON string; null for nothing.
func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return quote(s)
}

// unquote is the inside of a JSON string.
func unquote(quoted string) string { return quoted[1 : len(quoted)-1] }

package client

import (
	"bytes"
	"slices"
)

// A likeness is the last event that was nothing but some text of the answer. Most
// events of a stream differ from the one before in that text alone, and two
// comparisons of bytes then tell what walking their JSON would: a JSON text stays
// one when a string in it is replaced by another, and says the same but for it.
type likeness struct {
	data   []byte // a copy; empty = there was none
	at, to int    // where the text lies in it
	chunk  chunk
}

// keep takes the likeness of an event that said c.
func (l *likeness) keep(data []byte, c chunk) {
	if c.values != 1 || c.at == 0 || !c.answer || c.failed || c.completed >= 0 || len(c.finish) > 0 {
		return
	}
	l.data = append(l.data[:0], data...)
	l.at, l.to, l.chunk = c.at, c.to, c
}

// text is the text of an event like the last one: not empty, and free of escapes.
func (l *likeness) text(data []byte) (text []byte, ok bool) {
	to := len(data) - (len(l.data) - l.to)
	if len(l.data) == 0 || to <= l.at || !bytes.Equal(data[:l.at], l.data[:l.at]) || !bytes.Equal(data[to:], l.data[l.to:]) {
		return nil, false
	}
	text = data[l.at:to]
	if !literal(text) {
		return nil, false
	}
	return text, true
}

// exact is s without unused capacity worth speaking of.
func exact[T any](s []T) []T {
	if cap(s)-len(s) > len(s)/16+16 {
		return slices.Clone(s)[:len(s):len(s)]
	}
	return s
}

package client

import (
	"bytes"
	"errors"
)

// A rawHead is what a head says of the framing of its answer.
type rawHead struct {
	RawAnswer
	length  int64 // Content-Length; -1 = none
	chunked bool
}

var errNotHTTP = errors.New("the answer is not HTTP/1.x")

// parseRawHead reads a head that ends with its blank line, without allocating.
func parseRawHead(head []byte) (rawHead, error) {
	h := rawHead{length: -1}
	if len(head) < len("HTTP/1.1 200\r\n") || string(head[:7]) != "HTTP/1." || head[8] != ' ' {
		return h, errNotHTTP
	}
	for _, b := range head[9:12] {
		if b < '0' || b > '9' {
			return h, errNotHTTP
		}
		h.Status = h.Status*10 + int(b-'0')
	}
	h.Close = head[7] == '0'
	rest := head[bytes.IndexByte(head, '\n')+1:]
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n')
		line := rest[:end]
		rest = rest[end+1:]
		if colon := bytes.IndexByte(line, ':'); colon > 0 {
			if err := h.header(line[:colon], bytes.TrimSpace(line[colon+1:])); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

// header takes one header where it matters for the framing.
func (h *rawHead) header(name, value []byte) error {
	switch len(name) {
	case len("Connection"):
		if is(name, "connection") {
			for rest := value; len(rest) > 0; {
				var option []byte
				option, rest = cutComma(rest)
				switch {
				case is(option, "close"):
					h.Close = true
					return nil // whatever else stands there
				case is(option, "keep-alive"):
					h.Close = false
				}
			}
		}
	case len("Content-Type"):
		const stream = "text/event-stream"
		if is(name, "content-type") && len(value) >= len(stream) {
			h.EventStream = is(value[:len(stream)], stream)
		}
	case len("Content-Length"):
		if is(name, "content-length") {
			n, ok := decimal(value)
			if !ok {
				return errors.New("the answer's Content-Length is no number")
			}
			h.length = n
		}
	case len("Transfer-Encoding"):
		if is(name, "transfer-encoding") {
			for last, rest := value, value; len(rest) > 0; { // the coding that was put on last is taken off first
				last, rest = cutComma(rest)
				h.chunked = is(last, "chunked")
			}
		}
	}
	return nil
}

// cutComma is the first of a list's elements, and the rest.
func cutComma(list []byte) (first, rest []byte) {
	if at := bytes.IndexByte(list, ','); at >= 0 {
		first, rest = list[:at], list[at+1:]
	} else {
		first = list
	}
	return bytes.TrimSpace(first), rest
}

// is reports whether b is word, which is in small letters, in any case.
func is(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// decimal is a whole number that is not too large for a length.
func decimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<53 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) > 0
}

package httpload

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ParseHeader reads a header as wrk's -H has it, "Name: value".
func ParseHeader(s string) (Header, error) {
	name, value, ok := strings.Cut(s, ":")
	h := Header{strings.TrimSpace(name), strings.TrimSpace(value)}
	if !ok {
		return h, errors.New(`a header (not shown: it may be a secret), want "Name: value"`)
	}
	return h, h.check()
}

// check never quotes a value: it may be a secret.
func (h Header) check() error {
	if h.Name == "" || strings.ContainsFunc(h.Name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }) {
		return fmt.Errorf("header %q: want a name of letters, digits and hyphens", h.Name)
	}
	if strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("header %s: want a value on one line", h.Name)
	}
	return nil
}

// method is what requests use unless a script says otherwise.
func (o *Options) method() string {
	switch {
	case o.Method != "":
		return o.Method
	case o.Body != nil:
		return http.MethodPost
	}
	return http.MethodGet
}

// headers are those of each request: a JSON body is called so unless a
// Content-Type is given, since inference servers refuse it otherwise.
func (o *Options) headers(t *target) []Header {
	all := append(t.authorization(), o.Headers...)
	if len(o.Body) > 0 && json.Valid(o.Body) {
		all = append([]Header{{"Content-Type", "application/json"}}, all...)
	}
	return all
}

// format is a request's bytes. Of headers with one name the last one counts; Host
// goes first, and is authority unless it is among them. Content-Length is ours.
func format(method, path, authority string, headers []Header, body []byte) []byte {
	var order []string // lower-case names
	kept := map[string]Header{}
	for _, h := range headers {
		name := strings.ToLower(h.Name)
		if _, known := kept[name]; !known {
			order = append(order, name)
		}
		kept[name] = h
	}
	if h, ok := kept["host"]; ok {
		authority = h.Value
	}
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, authority)
	for _, name := range order {
		if name != "host" && name != "content-length" {
			b = fmt.Appendf(b, "%s: %s\r\n", kept[name].Name, kept[name].Value)
		}
	}
	if body != nil {
		b = fmt.Appendf(b, "Content-Length: %d\r\n", len(body))
	}
	return append(append(b, "\r\n"...), body...)
}

// countRequests is how many requests the bytes hold: more than one are pipelined.
func countRequests(b []byte) (int, error) {
	r := bufio.NewReader(bytes.NewReader(b))
	for n := 0; ; n++ {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) && n > 0 {
			return n, nil
		}
		req, err := http.ReadRequest(r)
		if err == nil {
			_, err = io.Copy(io.Discard, req.Body)
		}
		if err != nil {
			return 0, fmt.Errorf("request() returned no whole HTTP request: %w; wrk.format builds one", err)
		}
	}
}

package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
)

const maxHead = 64 << 10 // bytes of a response head

var errHead = errors.New("the server does not speak HTTP/1.1")

// parseHead reads a response head at b's front. n is its length; 0 = it is not
// whole yet. Informational answers (1xx) count as heads of their own.
func parseHead(b []byte) (resp *http.Response, n int, err error) {
	const proto = "HTTP/1."
	if k := min(len(b), len(proto)); string(b[:k]) != proto[:k] {
		return nil, 0, &Error{Class: Protocol, Body: string(b[:min(len(b), maxWords)]), Err: errHead}
	}
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		n = i + 4
	}
	if i := bytes.Index(b, []byte("\n\n")); i >= 0 && (n == 0 || i+2 < n) {
		n = i + 2
	}
	if n == 0 {
		if len(b) >= maxHead {
			return nil, 0, fmt.Errorf("%w: its head is larger than 64 KiB", errHead)
		}
		return nil, 0, nil
	}
	resp, err = http.ReadResponse(bufio.NewReaderSize(bytes.NewReader(b[:n]), n), nil)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errHead, err)
	}
	return resp, n, nil
}

package simserver

import (
	"context"
	"net"
	"net/http"
	"strconv"
)

type connKey struct{}

// ConnContext is for the field of that name of the http.Server that serves a
// Server: it lets streams write their events right to the connection, so that
// nothing but the write comes after the stamp that the truth tells. Without it,
// and other than in HTTP/1.1, events go through the ResponseWriter.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// directConn is the connection whose body r's answer may be written to in chunked
// coding, once the head has been flushed; nil = there is none.
func directConn(r *http.Request) net.Conn {
	if r.ProtoMajor != 1 || r.ProtoMinor < 1 {
		return nil
	}
	c, _ := r.Context().Value(connKey{}).(net.Conn)
	return c
}

// appendChunk appends data to dst as one chunk (RFC 9112, section 7.1).
func appendChunk(dst, data []byte) []byte {
	dst = strconv.AppendInt(dst, int64(len(data)), 16)
	dst = append(dst, "\r\n"...)
	dst = append(dst, data...)
	return append(dst, "\r\n"...)
}

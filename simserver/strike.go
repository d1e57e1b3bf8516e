package simserver

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// pingEvery is the gap between the comments of a server that hangs.
const pingEvery = 100 * time.Millisecond

// early faults strike instead of an answer and need no tokens.
func (f *Fault) early() bool {
	switch f.Kind {
	case faultStatus, faultExit, faultHTML, faultEmpty, faultGarbage:
		return true
	}
	return false
}

func (s *Server) strikeEarly(w http.ResponseWriter, f *Fault, fail func(http.ResponseWriter, *apiError)) {
	switch f.Kind {
	case faultStatus, faultExit:
		if f.Kind == faultExit && s.cfg.OnExit != nil {
			s.cfg.OnExit()
		}
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		code := f.Code
		if code == 0 {
			code = http.StatusInternalServerError
		}
		fail(w, &apiError{Message: "injected fault: " + http.StatusText(code), Type: errorType(code), Code: code})
	case faultHTML:
		code := f.Code
		if code == 0 {
			code = http.StatusBadGateway
		}
		title := fmt.Sprintf("%d %s", code, http.StatusText(code))
		writeBody(w, code, "text/html", "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+title+
			"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
	case faultEmpty:
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		w.WriteHeader(http.StatusOK)
	case faultGarbage:
		hangUp(w, "\x16\x03\x01 this is not HTTP\r\n\r\n", false)
	}
}

// errorType is vLLM's name for a status.
func errorType(code int) string {
	if code < 500 {
		return "BadRequestError"
	}
	return "InternalServerError"
}

// strikesAt reports whether the fault of a stream comes before token i. A fault
// beyond the answer's end comes before its last token, so that it always strikes
// before the finish_reason.
func (r *reply) strikesAt(i int) bool {
	if r.fault == nil {
		return false
	}
	after := r.fault.After
	if r.fault.Kind == faultStallFirst {
		after = 0
	}
	return i == min(after, len(r.words)-1)
}

func (r *reply) stalls() bool { return r.fault.Kind == faultStall || r.fault.Kind == faultStallFirst }

// strikeStream does the fault to a stream; true when the stream goes on. The truth
// is told before the client can see the end.
func (r *reply) strikeStream() (goOn bool) {
	switch r.fault.Kind {
	case faultStall, faultStallFirst:
		r.hang(r.fault.Ping)
	case faultTruncate:
		r.close(faulted)
		hangUp(r.w, "", false)
	case faultReset:
		r.close(faulted)
		hangUp(r.w, "", true)
	case faultErrorEvent:
		r.close(faulted)
		for _, event := range r.wire.failure() {
			r.send([]byte(event))
		}
	case faultMalformed:
		return r.send([]byte(r.wire.broken()))
	default: // close_idle: after the whole answer
		return true
	}
	return false
}

// strikeWhole does the fault to an answer in one piece; true when the answer is to
// be sent all the same.
func (r *reply) strikeWhole(body string) (goOn bool) {
	switch r.fault.Kind {
	case faultTruncate, faultReset:
		r.close(faulted)
		r.w.Header().Set("Content-Type", "application/json")
		r.w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		r.send([]byte(body[:len(body)/2]))
		hangUp(r.w, "", r.fault.Kind == faultReset)
	case faultErrorEvent:
		r.close(faulted)
		r.fail(r.w, &apiError{Message: engineDead, Type: "InternalServerError", Code: http.StatusInternalServerError})
	case faultMalformed:
		r.close(faulted)
		writeBody(r.w, http.StatusOK, "application/json", body[:len(body)/2])
	default:
		return true
	}
	return false
}

// hang sends no tokens until the client or the server ends.
func (r *reply) hang(ping bool) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.gone:
			return
		case <-r.server.closing:
			return
		case <-tick.C:
			if ping && !r.send([]byte(": ping\n\n")) {
				return
			}
		}
	}
}

// announceKeepAlive promises what closeIdle breaks.
func (r *reply) announceKeepAlive() {
	if r.fault != nil && r.fault.Kind == faultCloseIdle {
		r.w.Header().Set("Connection", "keep-alive")
		r.w.Header().Set("Keep-Alive", "timeout=5, max=100")
	}
}

// closeIdle ends the body with its last bytes and then closes the connection.
func (r *reply) closeIdle(last string) {
	if r.fault != nil && r.fault.Kind == faultCloseIdle && r.rc.Flush() == nil {
		hangUp(r.w, last, false)
	}
}

// hangUp closes the connection after some last bytes, without HTTP's own end;
// with reset by TCP RST instead of FIN.
func hangUp(w http.ResponseWriter, last string, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	_, _ = conn.Write([]byte(last)) // the client may be gone already
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

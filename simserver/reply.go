package simserver

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// A reply answers one request, writes its tokens as the engine makes them, and
// notes what it did.
type reply struct {
	server *Server
	w      http.ResponseWriter
	req    *http.Request
	rc     *http.ResponseController
	conn   net.Conn        // events go right to it; nil = through w
	piece  []byte          // the event being written, framed
	gone   <-chan struct{} // the client has hung up
	job    *job
	wire   wire
	fail   func(http.ResponseWriter, *apiError)
	seq    *sequence
	words  []word
	finish string
	fault  *Fault // nil = none
	truth  Truth
	closed bool // truth is told
}

// stream writes an event a token, each with a write of its own. The head goes out
// at once, as vLLM's does.
func (r *reply) stream() {
	r.w.Header().Set("Content-Type", r.wire.contentType())
	r.announceKeepAlive()
	r.w.WriteHeader(http.StatusOK)
	if r.rc.Flush() != nil {
		return
	}
	r.conn = directConn(r.req)
	r.truth.Writes = make([]int64, 0, len(r.words))
	for i := range r.words {
		if r.strikesAt(i) && !r.strikeStream() {
			return
		}
		if !r.seq.wait(i, r.gone) || !r.writeToken(i) {
			return
		}
	}
	if last := r.wire.closing(len(r.words), r.finish); last != nil && !r.send(last) {
		return
	}
	if end := r.wire.ending(); end != "" {
		if _, err := r.w.Write([]byte(end)); err != nil {
			return
		}
	}
	r.close(completed) // what ends the stream leaves after the truth is told
	r.closeIdle("0\r\n\r\n")
}

func (r *reply) writeToken(i int) bool {
	if i == 0 {
		if first := r.wire.opening(); first != nil && !r.send(first) {
			return false
		}
	}
	finish := ""
	if i == len(r.words)-1 {
		finish = r.finish
	}
	piece := r.frame(r.wire.token(r.words[i].quoted, i+1, finish))
	now := time.Now()
	r.truth.Writes = append(r.truth.Writes, now.UnixNano())
	if !r.put(piece) {
		r.truth.Writes = r.truth.Writes[:i]
		return false
	}
	r.server.metrics.token(r.seq, i, now)
	return true
}

// send is one event in one write to the socket.
func (r *reply) send(event []byte) bool { return r.put(r.frame(event)) }

// frame makes ready what put writes, so that put is the write and no more.
func (r *reply) frame(event []byte) []byte {
	if r.conn == nil {
		return event
	}
	r.piece = appendChunk(r.piece[:0], event)
	return r.piece
}

func (r *reply) put(piece []byte) bool {
	if r.conn != nil {
		_, err := r.conn.Write(piece)
		return err == nil
	}
	if _, err := r.w.Write(piece); err != nil {
		return false
	}
	return r.rc.Flush() == nil
}

// whole answers in one piece when the last token is made.
func (r *reply) whole() {
	if r.fault != nil && r.stalls() {
		r.hang(false)
		return
	}
	n := len(r.words)
	for i := range n {
		if !r.seq.wait(i, r.gone) {
			return
		}
		r.server.metrics.token(r.seq, i, time.Now())
	}
	var text strings.Builder
	for _, w := range r.words {
		text.WriteString(w.text)
	}
	body := r.wire.whole(quote(text.String()), n, r.finish)
	if r.fault != nil && !r.strikeWhole(body) {
		return
	}
	r.truth.Writes = append(r.truth.Writes, time.Now().UnixNano())
	r.close(completed)
	r.announceKeepAlive()
	writeBody(r.w, http.StatusOK, "application/json", body)
	r.closeIdle("")
}

// close tells the truth and the metrics, once.
func (r *reply) close(outcome string) {
	if r.closed {
		return
	}
	r.closed = true
	defer r.seq.gone.Store(true) // last: the truth is told before the place is free
	t := &r.truth
	t.End = time.Now().UnixNano()
	t.Started = r.seq.started.Load()
	t.Outcome = outcome
	t.CompletionTokens = len(t.Writes)
	if outcome == completed {
		t.CompletionTokens, t.FinishReason = len(r.words), r.finish
	}
	if r.job.pooled {
		t.CompletionTokens = 0
	}
	if r.fault != nil {
		t.Outcome, t.Fault = faulted, r.fault.Kind
	}
	if len(t.Writes) > 0 {
		t.FirstWrite = t.Writes[0]
	}
	r.server.truth.add(*t)
	r.server.metrics.finished(r.job, r.seq, *t)
}

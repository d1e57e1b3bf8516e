package client

import (
	"bytes"
	"errors"
)

// maxWords is how much of a failed answer or in-band error is kept, bytes.
const maxWords = 1024

var errEvent = errors.New("an event is not a JSON object")

// A decoder turns the marked events of a stream, in order, into what a Trace
// says of them.
type decoder struct {
	t       *Trace
	shape   *shape // nil = OpenAI's
	said    []byte // the answer's text
	thought []byte // its reasoning
	joined  []byte // scratch for data of several lines
	done    bool   // [DONE] came
	seen    []byte // the last text of a stream that repeats it
	pieces  bool   // that stream repeats nothing after all

	answered bool   // a whole answer without tokens came
	reason   []byte // why the server ended the answer itself, in its words
	fault    *Error // the first error event, else the first malformed one
	last     Usage  // the last one that came
	told     bool   // one came

	counted  int    // completion tokens up to the last token-bearing event
	noTokens bool   // some token-bearing event came without usage
	noStamp  int    // token-bearing events without a kernel stamp
	read     uint32 // the read of the last token-bearing event
	shared   bool   // that event shares its read, and is counted
	texts    int    // bytes of text up to it

	like likeness

	chunk
	undecided
	cursor
}

// An undecided is what members of an event hold for settle to decide about. It is
// no part of a chunk, so that those stay small: one is copied for each event.
type undecided struct {
	piece   []byte // text
	kind    []byte // the type of a typed event
	special bool   // the piece is a special token's, or no text
}

// A chunk is what one event said.
type chunk struct {
	choices   bool // there was at least one
	token     bool // it carries a generated token
	answer    bool // and not only of reasoning
	finish    []byte
	failed    bool // it is an error object
	completed int  // completion_tokens; -1 = no usage
	values    int  // that carried something generated
	at, to    int  // where the text of the last one lies in the data; 0 = it is no text
	whole     bool // it is all of an answer without tokens, or the end of one
}

// events decodes the events of a block.
func (d *decoder) events(block []byte, marks []mark) {
	for _, m := range marks {
		var data []byte
		var failed bool
		data, failed = d.data(block[m.start:m.end])
		d.event(data, failed, m.stamp)
	}
}

// data is the data of an event; failed says that it calls itself an error.
func (d *decoder) data(event []byte) (data []byte, failed bool) {
	if d.shape != nil && d.shape.framing != sseFraming {
		return bytes.TrimSpace(event), false
	}
	data, d.joined, failed = eventData(event, d.joined)
	return data, failed
}

// event takes the data of one event.
func (d *decoder) event(data []byte, failed bool, st stamp) {
	t := d.t
	if t.Events++; t.Events == 1 {
		t.First = st.at
	}
	if bytes.Equal(data, doneWord) {
		d.done = true
		return
	}
	if text, ok := d.like.text(data); ok && !failed {
		d.chunk = d.like.chunk
		d.said = appendString(d.said, text)
		d.record(st)
		return
	}
	d.chunk = chunk{completed: -1, failed: failed}
	d.b, d.i, d.depth = data, 0, 0
	ok := d.walk()
	switch {
	case d.failed && (d.fault == nil || d.fault.Class != InBandError):
		d.fault = &Error{Class: InBandError, Body: string(data)}
	case !ok && d.fault == nil:
		d.fault = &Error{Class: Protocol, Body: string(data), Err: errEvent}
	}
	if ok {
		d.record(st)
		d.like.keep(data, d.chunk)
	}
}

// walk reads an event's object; false where it is malformed.
func (d *decoder) walk() bool {
	s := d.shape
	if s == nil || s.member == nil {
		return d.object(d.top) && d.end()
	}
	if d.lists() && d.peek() == '[' {
		return d.results() && d.end()
	}
	d.undecided = undecided{}
	ok := d.object(func(key []byte) bool { return s.member(d, key) }) && d.end()
	if ok && s.settle != nil {
		s.settle(d)
	}
	return ok
}

// lists reports whether an answer may be the list of its results alone.
func (d *decoder) lists() bool { return d.shape != nil && d.shape.single }

// record notes a well-formed chunk in the Trace.
func (d *decoder) record(st stamp) {
	t := d.t
	if d.choices && t.RoleArrival == 0 {
		t.RoleArrival = st.at
	}
	if d.token || len(d.finish) > 0 || d.whole {
		t.LastToken = st.at
	}
	d.answered = d.answered || d.whole
	if len(d.finish) > 0 {
		t.FinishReason = string(appendString(nil, d.finish))
	}
	if !d.token {
		return
	}
	if d.answer && t.FirstContent == 0 {
		t.FirstContent = st.at
	}
	if n := len(d.said) + len(d.thought); n > d.texts {
		d.texts = n
	} else {
		t.Textless++
	}
	if len(t.Arrivals) > 0 && st.seq == d.read {
		if !d.shared {
			t.SharedEvents++
		}
		t.SharedEvents++
		d.shared = true
	} else {
		d.shared = false
	}
	d.read = st.seq
	t.Arrivals = append(t.Arrivals, st.at)
	t.Lags = append(t.Lags, st.lag)
	if !st.kernel {
		d.noStamp++
	}
	d.tally()
}

// tally notes the tokens of a token-bearing chunk: the growth of the running
// usage since the one before.
func (d *decoder) tally() {
	if d.noTokens || d.completed < d.counted {
		d.noTokens = true
		return
	}
	d.t.Tokens = append(d.t.Tokens, int32(d.completed-d.counted))
	d.counted = d.completed
}

// finishTrace settles what is only known at the end. keepText keeps the text
// whether or not the server counted.
func (d *decoder) finishTrace(keepText bool) {
	t := d.t
	if d.noTokens {
		t.Tokens = nil
	}
	if t.UserStamps = d.noStamp; d.noStamp == len(t.Arrivals) {
		t.Lags = nil
	}
	if d.told {
		u := d.last // a copy: a pointer into d would keep text and blocks alive
		t.Usage = &u
	}
	t.Arrivals, t.Lags, t.Tokens = exact(t.Arrivals), exact(t.Lags), exact(t.Tokens)
	if keepText || t.Usage == nil {
		t.Text, t.Reasoning = string(d.said), string(d.thought)
	}
}

// complete reports whether the answer is whole: a finish_reason other than
// abort and error, or the usage of a whole answer.
func (d *decoder) complete() bool {
	t := d.t
	switch t.FinishReason {
	case "":
		if d.answered {
			return true
		}
		u := t.Usage
		return u != nil && u.Completion > 0 && (d.done || u.Completion == t.Request.MaxTokens)
	case "abort", "error":
		return false
	}
	return true
}

// generated takes a value that is generated output if it holds something. A server
// that sends the same reasoning under two names is heard once.
func (d *decoder) generated(dst *[]byte, answer bool) bool {
	before := d.token && !d.answer
	raw, filled, ok := d.text()
	if !ok || !filled {
		return ok
	}
	d.token = true
	d.answer = d.answer || answer
	if d.values++; dst != nil && len(raw) > 0 {
		d.to = d.i - 1
		d.at = d.to - len(raw)
	}
	if dst != nil && (answer || !before) {
		*dst = appendString(*dst, raw)
	}
	return true
}

// count takes a number of the server's count.
func (d *decoder) count(n *int) bool {
	v, set, ok := d.integer()
	if set {
		*n, d.told = v, true
	}
	return ok
}

// errorMember takes a member that is an error, if it holds something.
func (d *decoder) errorMember() bool {
	filled, ok := d.skip()
	d.failed = d.failed || filled
	return ok
}

// modelMember takes the model's name as the server echoes it.
func (d *decoder) modelMember() bool {
	raw, _, ok := d.text()
	if len(raw) > 0 && d.t.Model == "" {
		d.t.Model = string(appendString(nil, raw))
	}
	return ok
}

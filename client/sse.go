package client

import "bytes"

// A mark is one SSE event: where it lies in its block, and when the read that
// completed it arrived.
type mark struct {
	start, end int
	stamp
}

// A scanner finds the events of a stream (WHATWG HTML, section 9.2) in a block
// that grows at its end. Lines end by CR, LF or CRLF; comments and fields other
// than data do not make an event. It allocates nothing but room for marks, and
// keeps what an event holds for later.
//
// One thing beyond the standard: a line "error: …", as older llama.cpp servers
// send it, counts as data.
type scanner struct {
	pos     int // everything before it has been scanned
	line    int // start of the line in hand
	event   int // start of the event in hand
	data    bool
	skipLF  bool // the last line ended by a CR: an LF right after it is part of the end
	begun   bool // the first line is over
	done    bool // [DONE] was seen
	lastEvt int64
	framing framing
}

var (
	bom      = []byte("\xef\xbb\xbf")
	doneWord = []byte("[DONE]")
)

// scan takes the bytes of block that are new since the last call, all of them
// of the read st, and appends a mark for each event that they complete.
func (s *scanner) scan(block []byte, st stamp, marks []mark) []mark {
	if s.framing != sseFraming {
		return s.scanLines(block, st, marks)
	}
	lf, cr := -1, -1 // the next LF and CR at or after pos; -1 = look
	for s.pos < len(block) {
		if s.skipLF {
			s.skipLF = false
			if block[s.pos] == '\n' {
				s.pos++
				s.line = s.pos
				if s.event == s.pos-1 {
					s.event = s.pos
				}
				continue
			}
		}
		if lf < s.pos {
			lf = indexFrom(block, s.pos, '\n')
		}
		if cr < s.pos {
			cr = indexFrom(block, s.pos, '\r')
		}
		if lf+1 < min(cr, len(block)) && block[lf+1] == '\n' && s.plain(block[s.line:lf]) {
			marks = append(marks, mark{start: s.event, end: lf + 1, stamp: st})
			s.lastEvt = st.at
			s.pos, s.line, s.event = lf+2, lf+2, lf+2
			continue
		}
		end := min(lf, cr)
		if end == len(block) {
			s.pos = end
			break
		}
		s.skipLF = block[end] == '\r'
		marks = s.lineEnd(block, end, st, marks)
		s.pos = end + 1
		s.line = s.pos
	}
	return marks
}

// plain reports whether the line in hand, which a blank one follows, is an event
// of nothing but data: the shape of nearly all.
func (s *scanner) plain(line []byte) bool {
	return s.begun && s.event == s.line && len(line) > len("data: [DONE]") && string(line[:6]) == "data: "
}

// lineEnd takes the line that ends at end (its terminator's place).
func (s *scanner) lineEnd(block []byte, end int, st stamp, marks []mark) []mark {
	if !s.begun {
		s.begun = true
		if bytes.HasPrefix(block[s.line:end], bom) {
			s.line += len(bom)
			s.event = s.line
		}
	}
	if s.line < end {
		if v, ok := dataValue(block[s.line:end]); ok && len(v) > 0 {
			s.data = true
			s.done = s.done || bytes.Equal(v, doneWord)
		}
		return marks
	}
	if s.data {
		marks = append(marks, mark{start: s.event, end: end, stamp: st})
		s.lastEvt = st.at
	}
	s.data = false
	s.event = end + 1
	return marks
}

// rebase says that the block's bytes before the event in hand are gone.
func (s *scanner) rebase() {
	s.pos -= s.event
	s.line -= s.event
	s.event = 0
}

// dataValue is the value of a data line.
func dataValue(line []byte) (v []byte, ok bool) {
	if len(line) > 5 && string(line[:6]) == "data: " {
		return line[6:], true
	}
	name, v, _ := bytes.Cut(line, []byte(":"))
	if string(name) != "data" && string(name) != "error" {
		return nil, false
	}
	return bytes.TrimPrefix(v, []byte(" ")), true
}

func indexFrom(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

// eventData is the data of an event's lines: the value of its data line, or of
// several joined by LF in buf, which is handed back as it grew. failed says that
// the event calls itself an error (event: error, or an error line).
func eventData(event, buf []byte) (data, joined []byte, failed bool) {
	n := 0
	for len(event) > 0 {
		var line []byte
		end := indexFrom(event, 0, '\n')
		end = indexFrom(event[:end], 0, '\r')
		line, event = event[:end], event[min(end+1, len(event)):]
		if bytes.HasPrefix(line, []byte("event:")) {
			failed = string(bytes.TrimSpace(line[len("event:"):])) == "error"
			continue
		}
		v, ok := dataValue(line)
		if !ok {
			continue
		}
		failed = failed || line[0] == 'e'
		if n++; n == 1 {
			data = v
			continue
		}
		if n == 2 {
			buf = append(buf[:0], data...)
		}
		buf = append(append(buf, '\n'), v...)
		data = buf
	}
	return data, buf, failed
}

package client

import "bytes"

// A framing is how an answer's body is divided into events.
type framing int

const (
	sseFraming   framing = iota // server-sent events
	lineFraming                 // a JSON object a line (NDJSON)
	wholeFraming                // the body is one JSON object
)

// accept is the Accept header that goes with it.
func (f framing) accept() string {
	return [...]string{"text/event-stream", "application/x-ndjson", "application/json"}[f]
}

// scanLines is scan for bodies other than server-sent events: each line that is
// not blank is an event; a body that is one object has none before its end.
func (s *scanner) scanLines(block []byte, st stamp, marks []mark) []mark {
	if s.framing == wholeFraming {
		s.pos = len(block)
		return marks
	}
	for s.pos < len(block) {
		end := indexFrom(block, s.pos, '\n')
		if end == len(block) {
			s.pos = end
			break
		}
		if len(bytes.TrimSpace(block[s.event:end])) > 0 {
			marks = append(marks, mark{start: s.event, end: end, stamp: st})
			s.lastEvt = st.at
		}
		s.pos = end + 1
		s.line, s.event = s.pos, s.pos
	}
	return marks
}

package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
)

// ReadCaseFigures is ReadCase for whoever wants the figures: of a detailed file's
// arrays it keeps the lengths alone, and passes over the others as they come, so
// that a file of any size takes the memory of its longest other value. There is more
// than one result where each was appended (--append-result of vLLM and of ours).
func ReadCaseFigures(path string) ([]*CaseFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	defer file.Close()
	in := readers.Get().(*bufio.Reader)
	defer readers.Put(in)
	in.Reset(file)
	skipMark(in)
	var all []*CaseFile
	for more := true; more; {
		f := new(CaseFile)
		err := f.read(streamKeys(in, isLong))
		if err == nil {
			more, err = another(in)
		}
		switch n := len(all) + 1; {
		case err == nil:
			all = append(all, f)
		case n > 1: // what follows a result is to be one
			return nil, fmt.Errorf("reading %s: result %d: %s", path, n, err)
		default:
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return all, nil
}

// another reports whether more than space is left.
func another(in *bufio.Reader) (bool, error) {
	switch _, err := (&scanner{in: in}).next(); {
	case errors.Is(err, errCut):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, in.UnreadByte()
}

// ReadResult is ReadCase of one of several results in a file: the n-th, from 1; 0 is
// that of a file of one.
func ReadResult(path string, n int) (*CaseFile, error) {
	if n == 0 {
		return ReadCase(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	defer file.Close()
	in := bufio.NewReader(file)
	skipMark(in)
	f, d := new(CaseFile), json.NewDecoder(in)
	for range n {
		*f = CaseFile{}
		if err := d.Decode(f); err != nil {
			return nil, fmt.Errorf("reading %s: result %d: %w", path, n, err)
		}
	}
	return f, nil
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 16<<10) }}

// isLong reports whether a key of a detailed file holds times or text of each
// request.
func isLong(key string) bool {
	switch key {
	case "ttfts", "itls", "latencies", "start_times", "queue_times", "generated_texts", "errors",
		"failed_requests", "server_queue_times", "server_ttfts": // vLLM's Rust client's
		return true
	}
	return false
}

// errCut reports a file that ends before its object does.
var errCut = errors.New("the file is cut short")

// streamKeys yields the top-level keys of one JSON object in order, those that are
// skipped with the value null, and ends after its first error. A value is good
// until the next one is asked for; whether it is JSON is its reader's to find out.
func streamKeys(in *bufio.Reader, skip func(key string) bool) iter.Seq2[string, keyValue] {
	return func(yield func(string, keyValue) bool) {
		s := scanner{in: in}
		if c, err := s.next(); err != nil || c != '{' {
			yield("", keyValue{err: notObject(err)})
			return
		}
		for first := true; ; first = false {
			key, more, err := s.key(first)
			if err != nil {
				yield("", keyValue{err: err})
				return
			}
			if !more {
				return
			}
			raw, err := s.value(!skip(key))
			if err != nil {
				err = fmt.Errorf("key %s: %w", key, err)
			}
			if !yield(key, keyValue{raw, err}) || err != nil {
				return
			}
		}
	}
}

// A keyValue is a key's value, or why there is none.
type keyValue struct {
	raw json.RawMessage
	err error
}

// notObject says why a file does not begin with an object.
func notObject(err error) error {
	if err != nil {
		return err
	}
	return ErrNotCase
}

// A scanner splits JSON into values without reading them.
type scanner struct {
	in  *bufio.Reader
	buf []byte // of the value that is kept
}

// next is the next byte that is no space.
func (s *scanner) next() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return 0, cut(err)
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, nil
		}
	}
}

func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// key reads the next key and the colon after it; more is false at the object's end.
func (s *scanner) key(first bool) (key string, more bool, err error) {
	c, err := s.next()
	if err == nil && c == '}' {
		return "", false, nil
	}
	if err == nil && !first {
		if c != ',' {
			return "", false, fmt.Errorf("%q where a comma should be", c)
		}
		c, err = s.next()
	}
	if err != nil {
		return "", false, err
	}
	if c != '"' {
		return "", false, fmt.Errorf("%q where a key should be", c)
	}
	s.buf = append(s.buf[:0], c)
	if err := s.text(true); err != nil {
		return "", false, err
	}
	if err := json.Unmarshal(s.buf, &key); err != nil {
		return "", false, err
	}
	if c, err = s.next(); err == nil && c != ':' {
		err = fmt.Errorf("key %s: %q where a colon should be", key, c)
	}
	return key, true, err
}

// value reads a value; without keep it is passed over, and comes back as null.
func (s *scanner) value(keep bool) (json.RawMessage, error) {
	c, err := s.next()
	if err != nil {
		return nil, err
	}
	s.buf = append(s.buf[:0], c)
	switch c {
	case '"':
		err = s.text(keep)
	case '[', '{':
		err = s.nested(keep)
	default:
		err = s.word()
	}
	if err != nil {
		return nil, err
	}
	if !keep {
		return json.RawMessage("null"), nil
	}
	return s.buf, nil
}

// text reads on to the end of a string whose opening quote was read.
func (s *scanner) text(keep bool) error {
	for {
		part, err := s.in.ReadSlice('"')
		full := errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !full {
			return cut(err)
		}
		if keep {
			s.buf = append(s.buf, part...)
		}
		if !full {
			part = part[:len(part)-1]
		}
		switch escaped := trailing(part, '\\')%2 == 1; {
		case !full && !escaped:
			return nil
		case full && escaped: // the byte that it escapes comes next
			c, err := s.in.ReadByte()
			if err != nil {
				return cut(err)
			}
			if keep {
				s.buf = append(s.buf, c)
			}
		}
	}
}

// trailing is how many times c ends b.
func trailing(b []byte, c byte) int {
	return len(b) - len(bytes.TrimRight(b, string(c)))
}

// nested reads on to the end of an array or object whose bracket was read.
func (s *scanner) nested(keep bool) error {
	for depth := 1; depth > 0; {
		c, err := s.in.ReadByte()
		if err != nil {
			return cut(err)
		}
		if keep {
			s.buf = append(s.buf, c)
		}
		switch c {
		case '"':
			err = s.text(keep)
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// word reads on to the end of a number, true, false or null.
func (s *scanner) word() error {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return cut(err)
		}
		switch c {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return s.in.UnreadByte()
		}
		s.buf = append(s.buf, c)
	}
}

package runlog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"llmsweep/metrics"
)

// WriteRecords writes the records of a case file whose requests have all ended
// beside it, compressed and whole; a sweep writes them as they end: CaseWriter.
func WriteRecords(caseFile string, records []metrics.Record) error {
	return WriteFile(strings.TrimSuffix(caseFile, ".json")+".requests.jsonl.gz", func(w io.Writer) error {
		packed := gzip.NewWriter(w)
		lines := json.NewEncoder(packed)
		for i := range records {
			if err := lines.Encode(&records[i]); err != nil {
				return err
			}
		}
		return packed.Close()
	})
}

// ReadRecords yields the records of a .jsonl or .jsonl.gz file in the order in
// which the requests ended, and ends after its first error. A last line that a
// killed run left torn is dropped.
func ReadRecords(path string) iter.Seq2[metrics.Record, error] {
	return func(yield func(metrics.Record, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(metrics.Record{}, fmt.Errorf("reading records: %w", err))
			return
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(path, ".gz") {
			z, err := gzip.NewReader(bufio.NewReader(f))
			if err != nil {
				yield(metrics.Record{}, fmt.Errorf("reading %s: %w; the file is damaged", path, err))
				return
			}
			r = z
		}
		for rec, err := range lines(r, path, parseRecord) {
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

func parseRecord(text []byte) (r metrics.Record, err error) {
	err = json.Unmarshal(text, &r)
	return r, err
}

// A lineError reports a line that does not parse.
type lineError struct {
	path string
	line int // from 1
	err  error
}

func (e *lineError) Error() string {
	return fmt.Sprintf("reading %s:%d: %v; the file is damaged", e.path, e.line, e.err)
}

func (e *lineError) Unwrap() error { return e.err }

// lines parses a value a line and passes over blank ones; path is for errors. A
// line that does not parse yields a *lineError, and the next one follows; an error
// of reading is the last. A last line without its newline that does not parse was
// torn by a kill, and is dropped.
func lines[T any](r io.Reader, path string, parse func([]byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			text, err := in.ReadBytes('\n')
			last := errors.Is(err, io.EOF)
			if err != nil && !last {
				var zero T
				yield(zero, fmt.Errorf("reading %s:%d: %w", path, n, err))
				return
			}
			if len(bytes.TrimSpace(text)) > 0 {
				v, err := parse(text)
				switch {
				case err != nil && last:
					return
				case err != nil:
					err = &lineError{path, n, err}
				}
				if !yield(v, err) {
					return
				}
			}
			if last {
				return
			}
		}
	}
}

// openAppend opens a file of lines to append to, after cutting off a line that
// a kill left torn: the next line would be glued to it.
func openAppend(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	size, err := wholeLines(f)
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// wholeLines is the length of f up to and including its last newline.
func wholeLines(f *os.File) (int64, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 4<<10)
	for end > 0 {
		n := min(end, int64(len(buf)))
		if _, err := f.ReadAt(buf[:n], end-n); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return end - n + int64(i) + 1, nil
		}
		end -= n
	}
	return 0, nil
}

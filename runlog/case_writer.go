package runlog

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"llmsweep/metrics"
)

// RecordsMode says what of each request is written down.
type RecordsMode string

const (
	RecordsFull   RecordsMode = "full"   // every instant
	RecordsCounts RecordsMode = "counts" // without the arrays of a value a chunk
	RecordsNone   RecordsMode = "none"   // no records file
)

// flushEvery bounds how long a record stays out of its file, and so what a kill loses.
const flushEvery = time.Second

// A CaseWriter writes one attempt of a case. Append may be called from several
// goroutines.
type CaseWriter struct {
	dir     *Dir
	c       Case
	mode    RecordsMode
	records string // path of the .jsonl

	mu    sync.Mutex
	file  *os.File // nil = no records, or closed
	buf   *bufio.Writer
	timer *time.Timer // runs while something is buffered
	err   error       // the first failed write
	told  bool        // Append returned err: Finish does not say it again
	done  bool
}

// NewCase notes in the journal that an attempt of the case starts, puts files of
// its earlier attempts aside (.run/aside/NAME.attemptN.json), and opens its records.
func (d *Dir) NewCase(c Case, mode RecordsMode) (*CaseWriter, error) {
	if err := checkName(c.Name); err != nil {
		return nil, err
	}
	switch mode {
	case RecordsFull, RecordsCounts, RecordsNone:
	default:
		return nil, fmt.Errorf("records: %q, want full, counts or none", mode)
	}
	if err := d.present(); err != nil {
		return nil, err
	}
	before := d.lastAttempt(c.Name)
	if err := d.note(c, StatusStarted, false); err != nil { // first, so that no kill leaves an ended entry without its file
		return nil, err
	}
	if err := d.putAside(c.Name, before); err != nil {
		return nil, err
	}
	w := &CaseWriter{dir: d, c: c, mode: mode, records: filepath.Join(d.path, c.Name+".requests.jsonl")}
	if mode != RecordsNone {
		var err error
		if w.file, err = os.OpenFile(w.records, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err != nil {
			return nil, writeError(w.records, err)
		}
		w.buf = bufio.NewWriterSize(w.file, 64<<10)
	}
	return w, nil
}

// putAside moves what earlier attempts of a case left, destroying nothing.
func (d *Dir) putAside(name string, attempt int) error {
	for _, suffix := range caseSuffixes {
		from := filepath.Join(d.path, name+suffix)
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		to := d.state(filepath.Join(asideDir, fmt.Sprintf("%s.attempt%d%s", name, attempt, suffix)))
		for n := 2; ; n++ {
			if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
				break
			}
			to = d.state(filepath.Join(asideDir, fmt.Sprintf("%s.attempt%d-%d%s", name, attempt, n, suffix)))
		}
		if err := moveFile(from, to); err != nil {
			return writeError(to, err)
		}
	}
	return nil
}

// Append writes the record of a request that ended. It reaches the file within
// about a second.
func (w *CaseWriter) Append(r *metrics.Record) error {
	if w.mode == RecordsNone {
		return nil
	}
	if w.mode == RecordsCounts {
		short := *r
		short.Arrivals, short.Lags, short.Tokens = nil, nil, nil
		r = &short
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record of request %s: %w", r.ID, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.err != nil:
		w.told = true
		return w.err
	case w.file == nil:
		return fmt.Errorf("record of request %s: %s is closed", r.ID, w.records)
	}
	if _, err := w.buf.Write(append(line, '\n')); err != nil {
		w.err, w.told = writeError(w.records, err), true
		return w.err
	}
	if w.timer == nil && w.buf.Buffered() > 0 {
		w.timer = time.AfterFunc(flushEvery, w.flush)
	}
	return nil
}

func (w *CaseWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = nil
	if w.file == nil || w.err != nil {
		return
	}
	if w.err = w.dir.present(); w.err == nil { // a case may take an hour
		w.err = writeError(w.records, w.buf.Flush())
	}
}

// Finish ends the attempt: records are synced and compressed, the case JSON is
// written whole, and the journal takes its status. The case JSON is written even
// when something is wrong with the records, and the error says what: those that
// cannot be compressed stay as lines, and a case that lost any has failed, so that
// it runs again.
func (w *CaseWriter) Finish(f *CaseFile) error {
	if w.done {
		return fmt.Errorf("case %s is finished already", w.c.Name)
	}
	if err := w.dir.present(); err != nil {
		w.Close()
		if w.told {
			return nil
		}
		return err
	}
	hadRecords := w.file != nil
	errRecords := w.Close()
	switch {
	case errRecords != nil:
		lost := *f
		lost.Status, lost.Notes = StatusFailed, append(slices.Clone(f.Notes), "records were lost: "+errRecords.Error())
		f = &lost
		if w.told {
			errRecords = nil
		}
	case hadRecords:
		errRecords = compress(w.records)
	}
	path := filepath.Join(w.dir.path, w.c.Name+".json")
	if err := WriteFile(path, f.write); err != nil {
		return errors.Join(errRecords, err)
	}
	w.done = true
	return errors.Join(errRecords, w.dir.note(w.c, f.Status, f.invalid()))
}

// Close syncs the records and closes them as they are. It does nothing after
// Finish, and a case that was only closed counts as never ended.
func (w *CaseWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
	if w.err == nil {
		w.err = writeError(w.records, errors.Join(w.buf.Flush(), w.file.Sync()))
	}
	if err := w.file.Close(); err != nil && w.err == nil {
		w.err = writeError(w.records, err)
	}
	w.file = nil
	return w.err
}

// compress puts path.gz in the place of path; both hold every record while it does.
func compress(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("compressing records: %w", err)
	}
	err = WriteFile(path+".gz", func(w io.Writer) error {
		z := gzip.NewWriter(w)
		if _, err := io.Copy(z, in); err != nil {
			return err
		}
		return z.Close()
	})
	if err := errors.Join(err, in.Close()); err != nil { // closed first: Windows removes no open file
		return err
	}
	return writeError(path, os.Remove(path))
}

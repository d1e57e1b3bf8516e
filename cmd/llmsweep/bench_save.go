package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// save writes the case JSON, by vLLM's naming where no name is given, and in detail
// the records beside it, as a sweep does: other definitions need them.
func (b *benchFlags) save(f *runlog.CaseFile, records []metrics.Record) (string, error) {
	name := b.resultFilename
	if name == "" {
		part := ""
		if b.concurrency > 0 {
			part = fmt.Sprintf("-concurrency%d", b.concurrency)
		}
		name = fmt.Sprintf("%s-%s%s-%s-%s.json", cmp.Or(b.label, b.backend), b.spelling.rate(b.rate), part, filepath.Base(f.ModelID), f.Date)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.resultDir, name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	if b.saveDetailed && !b.appendResult { // a file of records is of one result
		if err := runlog.WriteRecords(path, records); err != nil {
			return "", err
		}
	}
	var before []byte
	if b.appendResult {
		var err error
		if before, err = os.ReadFile(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return path, runlog.WriteFile(path, func(w io.Writer) error {
		text, err := f.MarshalJSON()
		if err != nil {
			return err
		}
		_, err = w.Write(slices.Concat(before, text, []byte("\n")))
		return err
	})
}

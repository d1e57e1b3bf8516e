package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

// An input is a dataset's file while it is read: its text, unpacked if it is
// gzipped, without a byte order mark.
type input struct {
	*bufio.Reader
	path string
}

// inputBlock is how many bytes are read at a time, and looked at to tell text
// from binary data.
const inputBlock = 64 << 10

// readInput has read take the text of a file, from its beginning on, and returns
// the SHA-256 (hex) of the file's bytes as they are on disk. want says what the
// file should be, for the error of one that is empty or binary.
func readInput(path, want string, read func(in *input) error) (content string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("dataset.path: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	raw := bufio.NewReaderSize(io.TeeReader(file, sum), inputBlock)
	in := &input{path: path}
	if err := in.open(raw, want); err != nil {
		return "", err
	}
	if err := read(in); err != nil {
		return "", err
	}
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return "", fmt.Errorf("dataset.path: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// open finds out what raw is, and stands at the beginning of its text.
func (in *input) open(raw *bufio.Reader, want string) error {
	text := io.Reader(raw)
	if magic, _ := raw.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(raw)
		if err != nil {
			return in.fault(1, "%w: want %s", err, want)
		}
		text = unpacked
	}
	in.Reader = bufio.NewReaderSize(text, inputBlock)
	head, err := in.Peek(inputBlock)
	switch {
	case err != nil && err != io.EOF:
		return in.fault(1, "%w: want %s", err, want)
	case len(head) == 0:
		return in.fault(1, "the file is empty: want %s", want)
	case !isText(head):
		return in.fault(1, "binary data: want %s, in UTF-8", want)
	}
	if mark := []byte("\uFEFF"); bytes.HasPrefix(head, mark) {
		in.Discard(len(mark))
	}
	return nil
}

// fault is an error at a line of the file, counted from 1.
func (in *input) fault(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", in.path, line, fmt.Errorf(format, args...))
}

// isText reports whether a file that begins with head is UTF-8 without NUL bytes;
// head may end in the middle of a character.
func isText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 {
			return !utf8.FullRune(head)
		}
		head = head[size:]
	}
	return true
}

// A lineCounter knows the line of each offset of what was read through it. It
// keeps only the ends of lines after the last offset that was asked for.
type lineCounter struct {
	r      io.Reader
	read   int64
	before int     // lines that end before what ends holds
	ends   []int64 // offsets of line feeds
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i := 0; ; i++ {
		k := bytes.IndexByte(p[i:n], '\n')
		if k < 0 {
			break
		}
		i += k
		c.ends = append(c.ends, c.read+int64(i))
	}
	c.read += int64(n)
	return n, err
}

// at is the line, from 1, of an offset that is not before the last one asked for.
func (c *lineCounter) at(offset int64) int {
	k := 0
	for k < len(c.ends) && c.ends[k] < offset {
		k++
	}
	c.before += k
	c.ends = c.ends[k:]
	return 1 + c.before
}

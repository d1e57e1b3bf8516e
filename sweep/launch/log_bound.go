package launch

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"llmsweep/sweep/wording"
)

// A logBound is how long the log of a server may get, which logs each request of a
// night perhaps. Past most its middle is left out: the beginnings of the file and of the
// server's last start stay, head bytes each, for they have its settings, and the last
// tail bytes.
type logBound struct {
	most, head, tail int64
	every            time.Duration // how often it is looked
}

var usualBound = logBound{most: 64 << 20, head: 1 << 20, tail: 8 << 20, every: time.Second}

// keep watches the log of a server until stop is called, which looks a last time. mu is
// held while the log is not whole; from is where the server's start begins.
func (b logBound) keep(path string, from int64, mu *sync.Mutex) (stop func()) {
	look := func() {
		if info, err := os.Stat(path); err == nil && info.Size() > b.most {
			mu.Lock()
			defer mu.Unlock()
			_ = b.shorten(path, from+b.head) // the server goes on all the same; tried again
		}
	}
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		t := time.NewTicker(b.every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				look()
			case <-ended:
				look()
				return
			}
		}
	})
	return func() { close(ended); watch.Wait() }
}

// room shortens the log of earlier starts, so that all of the next one's beginning can be
// kept.
func (b logBound) room(path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() <= b.most/2 {
		return nil // mostly there is none yet
	}
	return b.shorten(path, b.head)
}

// shorten leaves out what is between the first head bytes of a log and its last tail
// bytes, whole lines, and says so there. The end is moved to the front and the file cut
// behind it: those who append go on there, and no kill of this program loses anything.
// A line that is written just before the cut may be lost, none of the beginning ever is.
func (b logBound) shorten(path string, head int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	note := fmt.Appendf(nil, "=== %s lines are left out here: the log had more than %s bytes\n",
		time.Now().Format(time.RFC3339), wording.Thousands(float64(b.most)))
	from := info.Size() - b.tail - 1 // its line is not whole, or ended
	if from <= head+int64(len(note)) {
		return nil
	}
	buf := make([]byte, tailBytes)
	begun := buf[:min(head, tailBytes)]
	if _, err := f.ReadAt(begun, head-int64(len(begun))); err != nil {
		return err
	}
	if i := bytes.LastIndexByte(begun, '\n'); i >= 0 {
		head -= int64(len(begun) - i - 1)
	} else {
		note = append([]byte("\n"), note...)
	}
	to := io.NewOffsetWriter(f, head)
	kept, err := to.Write(note)
	for first := true; err == nil; first = false {
		var n int
		n, err = f.ReadAt(buf, from)
		from += int64(n)
		text := bytes.Trim(buf[:n], "\x00") // holes: a server that does not append
		if i := bytes.IndexByte(text, '\n'); first && i >= 0 {
			text = text[i+1:]
		}
		more, errWrite := to.Write(text)
		kept += more
		err = cmp.Or(errWrite, err)
	}
	if err != io.EOF {
		return err
	}
	return f.Truncate(head + int64(kept))
}

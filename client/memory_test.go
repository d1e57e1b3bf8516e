package client

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A fakeBody is a body of so many bytes of repeated events.
type fakeBody struct {
	events string
	left   int
	taken  atomic.Int64 // bytes
	at     int
}

func (f *fakeBody) read(p []byte) (int, stamp, error) {
	if f.left == 0 {
		return 0, stamp{at: 1}, io.EOF
	}
	p = p[:min(len(p), f.left)]
	for n := 0; n < len(p); {
		k := copy(p[n:], f.events[f.at:])
		f.at = (f.at + k) % len(f.events)
		n += k
	}
	f.left -= len(p)
	f.taken.Add(int64(len(p)))
	return len(p), stamp{at: 1, kernel: true}, nil
}

func (f *fakeBody) setDeadline(time.Time) {}
func (f *fakeBody) release()              {}

// However slow the decoder, a stream holds at most 64 KiB that are not decoded:
// then it reads no more.
func TestUndecodedBytesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const total = 1 << 20
		body := &fakeBody{events: token, left: total / len(token) * len(token)}
		whole := int64(body.left)
		var decoded, events atomic.Int64
		release := make(chan struct{}) // lets the decoder take a block
		s := newStream(func() []byte { return make([]byte, 0, blockSize) }, find(OpenAI).shapes[0])
		s.dec.t = new(Trace)
		s.decode = func(_ []byte, marks []mark) {
			<-release
			for _, m := range marks {
				decoded.Add(int64(m.end + 1 - m.start))
				events.Add(1)
			}
		}
		ended := make(chan error, 1)
		go func() {
			err := s.run(body, &limits{ctx: context.Background(), start: time.Now()})
			s.settle()
			ended <- err
		}()
		for open := true; open; {
			synctest.Wait()
			if held := body.taken.Load() - decoded.Load(); held > 64<<10 {
				t.Fatalf("%d bytes are held undecoded, want at most %d", held, 64<<10)
			}
			select {
			case release <- struct{}{}: // one more block
			case err := <-ended:
				if open = false; err != nil {
					t.Error(err)
				}
			}
		}
		if want := whole / int64(len(token)); decoded.Load() != whole || events.Load() != want {
			t.Errorf("%d bytes in %d events decoded, want %d in %d", decoded.Load(), events.Load(), whole, want)
		}
	})
}

// A decoded stream keeps 16 bytes an event (8 arrival, 4 lag, 4 tokens), and no
// text that nobody asked for.
func TestMemoryOfATrace(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	for i := range n {
		finish := "null"
		if i == n-1 {
			finish = `"length"`
		}
		fmt.Fprintf(&b, `data: {"choices":[{"index":0,"text":" word","finish_reason":%s}],"usage":{"prompt_tokens":3,"completion_tokens":%d}}`+"\n\n", finish, i+1)
	}
	c := newClient(t, Config{BaseURL: "http://127.0.0.1:1"})
	heap := func() int64 {
		runtime.GC()
		runtime.GC() // the pool's blocks go in two steps
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	events := b.String()
	before := heap()
	tr := Trace{Request: request}
	l := &limits{ctx: t.Context(), start: time.Now()}
	c.stream(l, &answer{status: 200, body: &fakeBody{events: events, left: len(events)}}, &tr)
	grown := heap() - before
	if tr.Err != nil || len(tr.Arrivals) != n || len(tr.Lags) != n || len(tr.Tokens) != n {
		t.Fatalf("%d arrivals, %d lags, %d tokens, %v; want %d of each", len(tr.Arrivals), len(tr.Lags), len(tr.Tokens), tr.Err, n)
	}
	t.Logf("%.2f bytes an event", float64(grown)/n)
	if tr.Text != "" || grown > 17*n {
		t.Errorf("%d bytes of text kept; the heap grew by %.2f bytes an event, want 16", len(tr.Text), float64(grown)/n)
	}
	runtime.KeepAlive(tr.Arrivals)
	runtime.KeepAlive(events)
}

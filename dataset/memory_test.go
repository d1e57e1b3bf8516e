package dataset

import (
	"runtime"
	"testing"
	"time"
)

// live is the bytes of heap in use, garbage collected until it stays the same:
// prompts that are made meanwhile leave some of their own, until there is no room
// for more.
func live() (bytes int64) {
	const most = 200 // looks
	for i, same := 0, 0; i < most && same < 4; i++ {
		last := bytes
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		bytes = int64(m.HeapAlloc)
		if same++; max(bytes-last, last-bytes) > 16<<10 {
			same = 0
		}
		time.Sleep(2 * time.Millisecond)
	}
	return bytes
}

// walkBuffered makes n prompts of 1,024 tokens of f with a buffer, and returns the most
// heap that they took at any of some looks, in bytes, and the bytes of all texts.
func walkBuffered(t testing.TB, f *Fitter, n, buffer, looks int) (most, texts int64) {
	t.Helper()
	p, err := newCase(Spec{Type: TypeRandom}, f, Case{InputLen: 1024, Requests: n, Seed: 3, Buffer: buffer})
	if err != nil {
		t.Fatal(err)
	}
	before := live()
	if err := p.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	i := 0
	for s, err := range p.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		r, _, _ := s.Next("")
		texts += int64(len(r.Prompt))
		if i++; i%(n/looks) == 1 {
			most = max(most, live()-before)
		}
	}
	if i != n {
		t.Fatalf("%d prompts, want %d", i, n)
	}
	return most, texts
}

// Prompts that do not fit the buffer are never in memory at once. The fake has no
// cache of words, which takes several MB and comes and goes.
func TestBufferBoundsMemory(t *testing.T) {
	const buffer = 1 << 20
	most, texts := walkBuffered(t, fitter(t, fake{letters: 26}, false), 6000, buffer, 20)
	t.Logf("%d KiB of texts, at most %d KiB in memory", texts>>10, most>>10)
	if texts < 10*buffer || most > 3*buffer {
		t.Errorf("%d KiB of texts took %d KiB of memory; want at most 3 times the buffer of %d KiB", texts>>10, most>>10, buffer>>10)
	}
}

// BenchmarkBounded makes 100,000 prompts of 1,024 tokens with a buffer of 64 MiB.
func BenchmarkBounded(b *testing.B) {
	f := fitterOf(b, models(b)[0].words, false)
	for b.Loop() {
		start := time.Now()
		most, texts := walkBuffered(b, f, 100_000, 64<<20, 2)
		b.ReportMetric(100_000/time.Since(start).Seconds(), "prompts/s")
		b.ReportMetric(float64(most)/1e6, "MB-live")
		b.ReportMetric(float64(texts)/1e6, "MB-texts")
	}
}

package sweep

import (
	"runtime"
	"testing"
)

// Memory stays flat over a sweep: when its last case starts, what is in use is
// what was in use at the 50th, but for a line of the journal a case. A case that
// stayed would hold 40 records with 64 chunks each, over 60 KB.
func TestMemoryIsFlatOverASweep(t *testing.T) {
	const cases, early, perCase = 300, 50, 2 << 10
	b := newBench(t, "input_output: [[64, 64]]\nconcurrency_prompts: [[2, 40]]\nrepeats: 300\nresults_dir: DIR/out\n")
	var atEarly, atLast uint64
	b.caseStarted = func() {
		switch len(b.ran) {
		case early:
			atEarly = inUse()
		case cases:
			atLast = inUse()
		}
	}
	b.wantRun()
	if len(b.ran) != cases || atEarly == 0 || atLast == 0 {
		t.Fatalf("%d cases ran, %d and %d bytes", len(b.ran), atEarly, atLast)
	}
	if limit := atEarly + (cases-early)*perCase; atLast > limit {
		t.Errorf("%d KiB in use at case %d, %d at case %d; want at most %d", atEarly>>10, early, atLast>>10, cases, limit>>10)
	}
	t.Logf("%d KiB in use at case %d, %d at case %d", atEarly>>10, early, atLast>>10, cases)
}

// inUse is the heap that is still wanted, bytes.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what a pool held through the first one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

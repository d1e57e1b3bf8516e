package aggregate

import (
	"testing"

	"llmsweep/runlog"
)

// 96 of 384 prompt tokens were in the server's cache; a server that does not tell has
// an empty cell, and one that found nothing a 0.
func TestPrefixCacheHitShare(t *testing.T) {
	share := func(cached *int64) *float64 {
		f := &runlog.CaseFile{Schema: runlog.Schema}
		f.TotalInputTokens, f.Lengths.CachedTokens = 384, cached
		r := rowOf("bench_x", f)
		return r.PrefixCacheHitShare
	}
	if got := share(new(int64(96))); got == nil || *got != 0.25 {
		t.Errorf("%v, want 0.25", got)
	}
	if got := share(new(int64)); got == nil || *got != 0 {
		t.Errorf("%v, want 0", got)
	}
	if got := share(nil); got != nil {
		t.Errorf("%v, want none", *got)
	}
}

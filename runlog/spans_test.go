package runlog

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A case's span is from its start to its end, of the attempt that was measured.
func TestSpans(t *testing.T) {
	dir := t.TempDir()
	if spans, err := Spans(dir); err != nil || len(spans) > 0 {
		t.Errorf("without a journal: %v, %v", spans, err)
	}
	const journal = `{"case":"bench_a","hash":"h","status":"started","attempt":1,"time":"2026-11-22T18:00:00Z"}
{"case":"bench_a","hash":"h","status":"measured","attempt":1,"time":"2026-11-22T18:00:42.5Z"}
{"case":"bench_b","hash":"h","status":"started","attempt":1,"time":"2026-11-22T18:01:00Z"}
{"case":"bench_b","hash":"h","status":"interrupted","attempt":1,"time":"2026-11-22T18:02:00Z"}
{"case":"bench_b","hash":"h","status":"started","attempt":2,"time":"2026-11-23T08:00:00Z"}
{"case":"bench_b","hash":"h","status":"measured","attempt":2,"time":"2026-11-23T08:00:30Z"}
{"case":"bench_c","hash":"h","status":"started","attempt":1,"time":"2026-11-23T08:00:30Z"}
{"case":"bench_c","hash":"h","status":"failed","attempt":1,"time":"2026-11-23T08:00:31Z"}
{"case":"bench_d","hash":"h","status":"started","attempt":1,"time":"2026-11-23T08:00:31Z"}
{"case":"bench_d","ha`
	if err := os.MkdirAll(filepath.Join(dir, ".run"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".run", "journal.jsonl"), []byte(journal), 0o644); err != nil {
		t.Fatal(err)
	}
	spans, err := Spans(dir)
	want := map[string]time.Duration{"bench_a": 42500 * time.Millisecond, "bench_b": 30 * time.Second}
	if err != nil || !maps.Equal(spans, want) {
		t.Errorf("%v, %v, want %v", spans, err, want)
	}
}

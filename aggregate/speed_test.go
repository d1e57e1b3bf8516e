package aggregate

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// BenchmarkLoad10000 reads a folder of 10,000 case files without arrays and writes
// their CSV: about 5 s and 200 MB are wanted of it.
func BenchmarkLoad10000(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("..", "results", "sample", "bench_io128x16_mc4_np16_run1.json"))
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for i := range 10_000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("bench_io%dx16_mc4_np16.json", i+1)), text, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		rows, broken := Load([]string{dir})
		if len(rows) != 10_000 || len(broken) > 0 {
			b.Fatalf("%d rows, %v", len(rows), broken)
		}
		if err := WriteCSV(io.Discard, rows); err != nil {
			b.Fatal(err)
		}
	}
}

// A row holds on to nothing of the file that it is from: 10,000 of them fit into
// far less than 200 MB.
func TestRowsAreSmall(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join("..", "results", "sample", "bench_io128x16_mc4_np16_run1.json"))
	check(t, err)
	const n = 500
	for i := range n {
		write(t, filepath.Join(dir, fmt.Sprintf("bench_io%dx16_mc4_np16.json", i+1)), string(text))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rows, broken := Load([]string{dir})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(rows) != n || len(broken) > 0 {
		t.Fatalf("%d rows, %v", len(rows), broken)
	}
	if each := (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / n; each > 6<<10 {
		t.Errorf("a row keeps %.0f bytes, want at most 6 KiB", each)
	}
	runtime.KeepAlive(rows)
}

package aggregate

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
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

package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A case file of bench has the name that it was told, whatever its case is called: the
// page reads it with the records beside it, and its links lead there.
func TestHTMLOfARenamedCase(t *testing.T) {
	from := testRun{model: "qwen3", lengths: [][2]int{{128, 32}}, loads: []int{2}, requests: 4}.make(t)
	const name = "bench_io128x32_mc2_np4"
	dir := t.TempDir()
	for _, end := range []string{".json", ".requests.jsonl.gz"} {
		b, err := os.ReadFile(filepath.Join(from, name+end))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, "tuesday"+end), b, 0o644))
	}
	page, err := (&HTMLSource{Dir: dir}).Load()
	check(t, err)
	if c := page.charts.Cases; len(c) != 1 || c[0].Name != name || c[0].Series == nil {
		t.Errorf("cases %+v, want %s with its records", c, name)
	}
	path, _ := writePage(t, dir)
	b, err := os.ReadFile(path)
	check(t, err)
	if text := string(b); !strings.Contains(text, `href="tuesday.json"`) || strings.Contains(text, `href="`+name) {
		t.Error("the case's link does not lead to tuesday.json")
	}
}

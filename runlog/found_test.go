package runlog

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFound(t *testing.T) {
	dir := t.TempDir()
	if lines, err := Found(dir); lines != nil || err != nil {
		t.Errorf("a run without searches found %q, %v", lines, err)
	}
	path := filepath.Join(dir, stateDir, SearchFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file string
		want []string
		ok   bool
	}{
		{`{"searches":[{"title":"m","text":"m: 48 in flight meets it"}],"knees":[{"text":"m: the knee is at 23"},{"text":""}]}`,
			[]string{"m: 48 in flight meets it", "m: the knee is at 23"}, true},
		{`{"searches":[{"te`, nil, false},
	} {
		if err := os.WriteFile(path, []byte(tt.file), 0o644); err != nil {
			t.Fatal(err)
		}
		lines, err := Found(dir)
		if !slices.Equal(lines, tt.want) || (err == nil) != tt.ok {
			t.Errorf("%s: %q, %v", tt.file, lines, err)
		}
	}
}

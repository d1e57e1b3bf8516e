package runlog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadFound(t *testing.T) {
	dir := t.TempDir()
	if found, err := ReadFound(dir); found.Texts != nil || found.Searches != nil || err != nil {
		t.Errorf("a run without searches found %+v, %v", found, err)
	}
	path := filepath.Join(dir, stateDir, SearchFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file string
		want Found
		ok   bool
	}{
		{`{"searches":[{"title":"m","vary":"max_concurrency","slo":{"p99_ttft_ms":500},"meets":48,"best":40,
			"probes":[{"load":48,"meets":true,"figures":{"p99_ttft_ms":412},"cases":["bench_a"]}],"text":"m: 48 in flight meets it"}],
			"knees":[{"knee":23,"text":"m: the knee is at 23"},{"text":""}]}`,
			Found{
				[]Search{{dir, "max_concurrency", map[string]float64{"p99_ttft_ms": 500}, 48, 40, []Probe{{Load: 48, Meets: true, Cases: []string{"bench_a"}}}}},
				[]string{"m: 48 in flight meets it", "m: the knee is at 23"},
			}, true},
		{`{"searches":[{"te`, Found{}, false},
	} {
		if err := os.WriteFile(path, []byte(tt.file), 0o644); err != nil {
			t.Fatal(err)
		}
		found, err := ReadFound(dir)
		if diff := cmp.Diff(tt.want, found); diff != "" || (err == nil) != tt.ok {
			t.Errorf("%s: %v (-want +got)\n%s", tt.file, err, diff)
		}
	}
}

func TestSearchAnswer(t *testing.T) {
	for _, tt := range []struct{ meets, best, want float64 }{{48, 40, 40}, {48, 48, 48}, {48, 0, 48}, {0, 0, 0}} {
		if s := (Search{Meets: tt.meets, Best: tt.best}); s.Answer() != tt.want {
			t.Errorf("meets %v, best %v: answer %v, want %v", tt.meets, tt.best, s.Answer(), tt.want)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llmsweep/sweep/selftest"
)

// TestE2ESelftest runs the whole self-test as it stands: within 90 s, and with
// its figures in the log. On an idle machine 64 streams can be trusted.
func TestE2ESelftest(t *testing.T) {
	e2e(t)
	dir := t.TempDir()
	cmd := llmsweep(t, dir, "selftest", "--json", "selftest.json")
	cmd.Env = append(cmd.Env, cacheEnv+"="+filepath.Join(dir, "cache"))
	begun := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(begun)
	t.Logf("%.0f s\n%s", took.Seconds(), out)
	if took > 90*time.Second {
		t.Errorf("it took %s, want at most 90 s", took)
	}
	text, err := os.ReadFile(filepath.Join(dir, "selftest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s selftest.Result
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if s.Trusted == nil || s.Trusted.Streams < 64 {
		t.Errorf("trusted load %+v, want at least 64 streams", s.Trusted)
	}
	for _, r := range s.Rows {
		if r.Skipped == "" && (r.Failed > 0 || r.Compared == 0) {
			t.Errorf("%s, %d streams: %d failed, %d compared with the truth", r.Load, r.Streams, r.Failed, r.Compared)
		}
	}
}

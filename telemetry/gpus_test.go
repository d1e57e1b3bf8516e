package telemetry

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A program of that name on the PATH is asked, and its answer taken apart.
func TestGPUs(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         []GPU
	}{
		{"two", "echo 'NVIDIA H200, 580.65.06, 143771'; echo 'NVIDIA H200, 580.65.06, 143771'",
			[]GPU{{"NVIDIA H200", "580.65.06", 143771}, {"NVIDIA H200", "580.65.06", 143771}}},
		{"shared memory", "echo 'NVIDIA GB10, 580.95.05, [N/A]'", []GPU{{"NVIDIA GB10", "580.95.05", 0}}},
		{"no driver", "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9", nil},
		{"other words", "echo 'No devices were found'", nil},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\n"+tt.script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
		if diff := cmp.Diff(tt.want, GPUs(t.Context())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestGPUsNone(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if gpus := GPUs(t.Context()); gpus != nil {
		t.Errorf("%v without nvidia-smi", gpus)
	}
}

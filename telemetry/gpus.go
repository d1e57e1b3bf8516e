package telemetry

import (
	"context"
	"encoding/csv"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// gpuTimeout bounds the question to nvidia-smi, which can hang with a sick driver.
const gpuTimeout = 5 * time.Second

// A GPU is one of this machine's, as its driver names it.
type GPU struct {
	Name   string `json:"name"`
	Driver string `json:"driver"`
	MiB    int    `json:"memory_mib"` // 0 = not told
}

// GPUs are this machine's, by nvidia-smi; nil where it is not on the PATH, fails,
// or takes longer than 5 s.
func GPUs(ctx context.Context) []GPU {
	ctx, cancel := context.WithTimeout(ctx, gpuTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader,nounits")
	cmd.WaitDelay = time.Second // a child of it may hold the pipe
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	return parseGPUs(string(out))
}

// parseGPUs reads lines of name, driver, MiB.
func parseGPUs(text string) []GPU {
	rows := csv.NewReader(strings.NewReader(text))
	rows.TrimLeadingSpace = true
	rows.FieldsPerRecord = 3
	lines, err := rows.ReadAll()
	if err != nil {
		return nil
	}
	var gpus []GPU
	for _, line := range lines {
		mib, _ := strconv.Atoi(strings.TrimSpace(line[2])) // [N/A] on machines whose GPU shares the host's memory
		gpus = append(gpus, GPU{line[0], line[1], mib})
	}
	return gpus
}

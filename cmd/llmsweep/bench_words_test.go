package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Several words behind a flag are all its own, as in vLLM; so are those of a flag
// that is repeated.
func TestBenchWords(t *testing.T) {
	c, err := flagConfig("--goodput ttft:500 tpot:50 --seed 3 --metadata gpu=H200 night=1 --header X-A=1 X-B=2 --lora-modules a b --metadata tp=2 --goodput e2el:9000 --ignore-eos")
	if err != nil {
		t.Fatal(err)
	}
	if g := c.Goodput; g.TTFT != 500 || g.TPOT != 50 || g.E2EL != 9000 || g.ITL != 0 {
		t.Errorf("goodput %+v", g)
	}
	if diff := cmp.Diff(map[string]string{"gpu": "H200", "night": "1", "tp": "2"}, c.Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"X-A": "1", "X-B": "2"}, c.Headers); diff != "" {
		t.Error(diff)
	}
	if c.Seed != 3 || len(c.LoRA) != 2 {
		t.Errorf("seed %d, adapters %v", c.Seed, c.LoRA)
	}
	for args, want := range map[string]string{
		"tpot:50":                        `"tpot:50" is no flag: bench takes flags alone; llmsweep bench --help lists them`,
		"tpot:50 --goodput ttft:500":     `"tpot:50" is no flag: bench takes flags alone; llmsweep bench --help lists them`,
		"--goodput ttft:500 tpot":        "--goodput tpot: want key:value",
		"--metadata gpu=H200 --header X": "--header X: want key=value",
	} {
		if _, err := flagConfig(args); err == nil || err.Error() != want {
			t.Errorf("%s\ngot:  %v\nwant: %s", args, err, want)
		}
	}
}

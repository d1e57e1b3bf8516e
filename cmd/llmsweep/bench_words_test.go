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

// A ramp is vLLM's three flags; the server's name for the model leaves --model to
// the tokenizer.
func TestBenchRampAndName(t *testing.T) {
	c, err := flagConfig("--model org/name --served-model-name short --ramp-up-strategy linear --ramp-up-start-rps 2 --ramp-up-end-rps 20.5")
	if err != nil {
		t.Fatal(err)
	}
	if c.Model != "short" || c.Tokenizer != "org/name" || c.Ramp.String() != "linear 2 to 20.5" {
		t.Errorf("model %s, tokenizer %s, ramp %v", c.Model, c.Tokenizer, c.Ramp)
	}
	if c, err = flagConfig("--served-model-name short --tokenizer org/other"); err != nil || c.Model != "short" || c.Tokenizer != "org/other" || c.Ramp != nil {
		t.Errorf("%+v, %v", c, err)
	}
	for args, want := range map[string]string{
		"--ramp-up-end-rps 5": "--ramp-up-start-rps and --ramp-up-end-rps want --ramp-up-strategy linear or exponential with them",
		"--ramp-up-strategy linear --ramp-up-start-rps 1 --ramp-up-end-rps 5 --request-rate 3": "ramp: stands beside request_rate, whose place it takes; keep one",
	} {
		if _, err := flagConfig(args); err == nil || err.Error() != want {
			t.Errorf("%s\ngot:  %v\nwant: %s", args, err, want)
		}
	}
}

package main

import (
	"errors"

	"github.com/spf13/pflag"
)

// rampFlags are vLLM's flags of a rate that changes over the prompts.
type rampFlags struct {
	strategy   string
	start, end float64 // requests/s
}

func (r *rampFlags) register(f *pflag.FlagSet) {
	f.StringVar(&r.strategy, "ramp-up-strategy", "", "linear or exponential: a rate that changes over the prompts, in place of --request-rate")
	f.Float64Var(&r.start, "ramp-up-start-rps", 0, "requests/s of the first")
	f.Float64Var(&r.end, "ramp-up-end-rps", 0, "requests/s of the last")
}

// into adds the flags to a config's keys.
func (r *rampFlags) into(doc map[string]any) error {
	switch {
	case r.strategy != "":
		doc["ramp"] = map[string]any{"kind": r.strategy, "from": r.start, "to": r.end}
	case r.start != 0 || r.end != 0:
		return errors.New("--ramp-up-start-rps and --ramp-up-end-rps want --ramp-up-strategy linear or exponential with them")
	}
	return nil
}

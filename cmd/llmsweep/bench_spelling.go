package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What command lines written for vllm bench serve carry beside the flags that bench
// has: lists, other spellings, flags that say nothing here, and those whose job is
// done elsewhere.

// benchLists take several values with spaces between: --goodput ttft:200 tpot:50.
var benchLists = []string{"--goodput", "--metadata", "--header", "--lora-modules"}

// benchNames are other spellings of flags: those of earlier releases of vLLM, and
// of SGLang's bench_serving where it means the same.
var benchNames = map[string]string{
	"endpoint-type": "backend", "random-input": "random-input-len", "random-output": "random-output-len",
	"warmup-requests": "num-warmups", "extra-request-body": "extra-body", "lora-name": "lora-modules",
}

// benchIdle are flags that change nothing: what they ask for is so anyway.
var benchIdle = []string{"trust-remote-code", "skip-chat-template", "no-stream"}

// benchElsewhere are flags that bench has not, and what does their job.
var benchElsewhere = map[string]string{
	"profile":              "run the case by a config whose before_case and after_case call the server's /start_profile and /stop_profile",
	"plot-timeline":        "run the case by a config; `llmsweep report` draws requests in flight, tokens/s and latencies over time",
	"plot-dataset-stats":   "`llmsweep run` keeps the lengths of each request in its records",
	"use-beam-search":      "vLLM does not stream with beam search, so there are no times of tokens",
	"request-id-prefix":    "each request is sent with an id of its own, as X-Request-Id, which the records have",
	"probe-request-rate":   "a config's dataset of type mix has scenarios, short requests beside long ones, with figures of each",
	"self-timed":           "a config's dataset of type trace sends at the times of its rows",
	"chat-template-kwargs": `let the server apply them: --backend openai-chat --extra-body '{"chat_template_kwargs": {…}}'`,
	"skip-tokenizer-init":  "prompts are counted exactly: name a tokenizer by --tokenizer; --tokenizer server asks the server's /tokenize",
	"hf-name":              "download the file, and give --dataset-name custom --dataset-path FILE",
	"hf-split":             "download the file, and give --dataset-name custom --dataset-path FILE",
	"hf-subset":            "download the file, and give --dataset-name custom --dataset-path FILE",
}

// spelling are the flags of vLLM that change how others are taken.
type spelling struct {
	served, tokenizerMode, loraAssignment string
	rampStrategy                          string
	rampFrom, rampTo                      float64
	noProgress                            bool
	logprobs                              int
}

func (s *spelling) register(f *pflag.FlagSet) {
	f.StringVar(&s.served, "served-model-name", "", "model's name as the server knows it, where --model is its tokenizer's")
	f.StringVar(&s.rampStrategy, "ramp-up-strategy", "", "linear or exponential: a rate that rises over the run, in place of --request-rate")
	f.Float64Var(&s.rampFrom, "ramp-up-start-rps", 0, "requests/s at the beginning of the ramp")
	f.Float64Var(&s.rampTo, "ramp-up-end-rps", 0, "requests/s at its end")
	f.IntVar(&s.logprobs, "logprobs", 0, "log probabilities of each token to ask for; only of completions")
	f.BoolVar(&s.noProgress, "disable-tqdm", false, "as --quiet")
	f.StringVar(&s.tokenizerMode, "tokenizer-mode", "auto", "")
	f.StringVar(&s.loraAssignment, "lora-assignment", "random", "")
	for _, name := range benchIdle {
		f.Bool(name, false, "")
	}
	for name := range benchElsewhere {
		f.String(name, "", "")
		f.Lookup(name).NoOptDefVal = "true"
	}
	for _, name := range slices.Concat(benchIdle, slices.Collect(maps.Keys(benchElsewhere)), []string{"tokenizer-mode", "lora-assignment"}) {
		f.Lookup(name).Hidden = true
	}
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		name = strings.ReplaceAll(name, "_", "-")
		if own := benchNames[name]; own != "" {
			name = own
		}
		return pflag.NormalizedName(name)
	})
}

// args faults flags whose job is done elsewhere, and what is no flag.
func (s *spelling) args(cmd *cobra.Command, args []string) error {
	for _, name := range slices.Sorted(maps.Keys(benchElsewhere)) {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: bench has no such flag; %s", name, benchElsewhere[name])
		}
	}
	switch {
	case !slices.Contains([]string{"auto", "hf", "slow"}, s.tokenizerMode):
		return fmt.Errorf("--tokenizer-mode %s: want auto or hf; --tokenizer server counts by the server's own", s.tokenizerMode)
	case s.loraAssignment != "random":
		return fmt.Errorf("--lora-assignment %s: want random: adapters are drawn, each as likely", s.loraAssignment)
	case len(args) > 0:
		return fmt.Errorf("%q is no flag: bench takes flags alone; llmsweep bench --help lists them", args[0])
	}
	return nil
}

// into adds the flags to a config's keys.
func (s *spelling) into(doc map[string]any, f *pflag.FlagSet, chat bool) error {
	if s.served != "" {
		if model, ok := doc["model"]; ok && doc["tokenizer"] == nil {
			doc["tokenizer"] = model
		}
		doc["model"] = s.served
	}
	if f.Changed("logprobs") {
		if chat {
			return fmt.Errorf(`--logprobs %d: a field of completions; for a chat, --extra-body '{"logprobs": true, "top_logprobs": %d}'`, s.logprobs, s.logprobs)
		}
		doc["sampling"].(map[string]float64)["logprobs"] = float64(s.logprobs)
	}
	from, to := f.Changed("ramp-up-start-rps"), f.Changed("ramp-up-end-rps")
	switch {
	case s.rampStrategy == "" && (from || to):
		return fmt.Errorf("--ramp-up-strategy: missing, want linear or exponential beside --ramp-up-start-rps and --ramp-up-end-rps")
	case s.rampStrategy == "":
		return nil
	case !from || !to:
		return fmt.Errorf("--ramp-up-strategy %s: want --ramp-up-start-rps and --ramp-up-end-rps with it", s.rampStrategy)
	case f.Changed("request-rate"):
		return fmt.Errorf("--ramp-up-strategy %s: the ramp has its own rates; leave out --request-rate", s.rampStrategy)
	}
	delete(doc, "request_rate")
	doc["ramp"] = map[string]any{"kind": s.rampStrategy, "from": s.rampFrom, "to": s.rampTo}
	return nil
}

// rate is the load as vLLM's names of files have it.
func (s *spelling) rate(requestRate string) string {
	if s.rampStrategy == "" {
		return requestRate + "qps"
	}
	return fmt.Sprintf("ramp-up-%s-%gqps-%gqps", s.rampStrategy, s.rampFrom, s.rampTo)
}

// benchArgs are the arguments of a command line; of bench's lists each value gets
// its flag, as one that stands alone would be an argument of no flag.
func benchArgs(args []string) []string {
	if len(args) == 0 || args[0] != "bench" {
		return args
	}
	var out []string
	list, first := "", false // the list that values belong to; the next one has its flag already
	for _, a := range args {
		switch dashed := strings.ReplaceAll(a, "_", "-"); {
		case strings.HasPrefix(a, "-"):
			name, _, given := strings.Cut(dashed, "=")
			if list, first = "", !given; slices.Contains(benchLists, name) {
				list = name
			}
		case list != "" && !first:
			out = append(out, list)
		default:
			first = false
		}
		out = append(out, a)
	}
	return out
}

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"llmsweep/dataset"
	"llmsweep/sweep/plan"
)

// flagConfig is the config that flags come to, beside a server's.
func flagConfig(args string) (*plan.Config, error) {
	var b benchFlags
	f := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	b.register(f)
	words := append([]string{"bench", "--model", "m"}, strings.Split(args, " ")...)
	if err := f.Parse(benchArgs(words)[1:]); err != nil {
		return nil, err
	}
	return b.config(f)
}

// vLLM's flags, its defaults filled in, as datasets of ours. A prefix of 28 on
// top of 100 ± 0.25·100 is 128 ± (0.25·100÷128)·128.
func TestBenchDataset(t *testing.T) {
	sharegpt := dataset.Spec{Type: "sharegpt", Path: "f", MinPromptLen: 4, MinOutputLen: 4, MaxPromptLen: 1024, MaxTotalLen: 2048}
	forced := sharegpt
	forced.OutputLen, forced.AllowRepeat = 9, true
	own := plan.IOLen{}
	for _, tt := range []struct {
		args    string
		want    dataset.Spec
		lengths plan.IOLen
	}{
		{"--dataset-name random", dataset.Spec{Type: "random"}, plan.IOLen{Input: 1024, Output: 128}},
		{"--input-len 64 --output-len 8 --random-input-len 32", dataset.Spec{Type: "random"}, plan.IOLen{Input: 64, Output: 8}},
		{"--random-prefix-len 28 --random-input-len 100 --random-range-ratio 0.25",
			dataset.Spec{Type: "random", PrefixLen: 28, RangeRatio: dataset.Ratio{Input: 0.1953125, Output: 0.25}}, plan.IOLen{Input: 128, Output: 128}},
		{`--random-range-ratio={"output":0.5}`, dataset.Spec{Type: "random", RangeRatio: dataset.Ratio{Output: 0.5}}, plan.IOLen{Input: 1024, Output: 128}},
		{"--dataset-name sonnet", dataset.Spec{Type: "sonnet", PrefixLen: 200}, plan.IOLen{Input: 550, Output: 150}},
		{"--dataset-name sonnet --sonnet-prefix-len 0 --input-len 40 --sonnet-output-len 3", dataset.Spec{Type: "sonnet"}, plan.IOLen{Input: 40, Output: 3}},
		{"--dataset-name prefix_repetition", dataset.Spec{Type: "prefix_repetition", Prefixes: 10, PrefixLen: 256}, plan.IOLen{Input: 512, Output: 128}},
		{"--dataset-name prefix_repetition --prefix-repetition-num-prefixes 2 --prefix-repetition-prefix-len 10 --prefix-repetition-suffix-len 5 --output-len 7",
			dataset.Spec{Type: "prefix_repetition", Prefixes: 2, PrefixLen: 10}, plan.IOLen{Input: 15, Output: 7}},
		{"--dataset-name sharegpt --dataset-path f", sharegpt, own},
		{"--dataset-name sharegpt --dataset-path f --sharegpt-output-len 9 --no-oversample=false", forced, own},
		{"--dataset-name custom --dataset-path f", dataset.Spec{Type: "custom", Path: "f", OutputLen: 256}, own},
		{"--dataset-name custom --dataset-path f --custom-output-len -1 --no-oversample", dataset.Spec{Type: "custom", Path: "f"}, own},
		{"--dataset-name random-mm --backend openai-chat", dataset.Spec{Type: "random_mm",
			Images: dataset.ImageSpec{Count: 1, Sizes: [][2]int{{256, 256}, {1280, 720}}, Format: "png"}}, plan.IOLen{Input: 1024, Output: 128}},
		{"--dataset-name random-mm --backend openai-chat --random-mm-base-items-per-request 3 --random-mm-bucket-config={(8,4,1):1,'(9,9,16)':0.0}", dataset.Spec{Type: "random_mm",
			Images: dataset.ImageSpec{Count: 3, Sizes: [][2]int{{4, 8}}, Format: "png"}}, plan.IOLen{Input: 1024, Output: 128}},
	} {
		c, err := flagConfig(tt.args)
		if err != nil {
			t.Errorf("%s: %v", tt.args, err)
			continue
		}
		if diff := cmp.Diff(tt.want, c.Dataset); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.args, diff)
		}
		if len(c.InputOutput) != 1 || c.InputOutput[0] != tt.lengths {
			t.Errorf("%s: lengths %v, want %v", tt.args, c.InputOutput, tt.lengths)
		}
	}
}

func TestBenchDatasetFault(t *testing.T) {
	const datasets = "random, random-mm, sharegpt, sonnet, custom, prefix_repetition"
	for _, tt := range []struct{ args, want string }{
		{"--dataset-name hf", "--dataset-name hf: want " + datasets + "; more kinds, traces and conversations say, are for a config: `llmsweep init` writes one"},
		{"--sonnet-input-len 5", "--sonnet-input-len: a flag of dataset sonnet, and --dataset-name is random; remove one of the two"},
		{"--dataset-path f", "--dataset-path: a flag of dataset sharegpt, custom, and --dataset-name is random; remove one of the two"},
		{"--dataset-name sharegpt --dataset-path f --input-len 5", "--input-len: a flag of dataset random, random-mm, sonnet, and --dataset-name is sharegpt; remove one of the two"},
		{"--dataset-name custom", "--dataset-path: missing, want the file of dataset custom"},
		{"--random-range-ratio lots", `--random-range-ratio lots: want a number from 0 to below 1, or {"input": 0.3, "output": 0.5}`},
		{`--random-range-ratio={"in":0.5}`, `--random-range-ratio {"in":0.5}: want a number from 0 to below 1, or {"input": 0.3, "output": 0.5}`},
		{"--random-range-ratio 1", "dataset.range_ratio.input: 1, want a ratio from 0 to below 1\ndataset.range_ratio.output: 1, want a ratio from 0 to below 1"},
		{"--dataset-name random-mm --random-mm-bucket-config={(8,4,16):1}", "--random-mm-bucket-config {(8,4,16):1}: 16 frames: want 1, as there are no videos"},
		{"--dataset-name random-mm --random-mm-bucket-config={(8,4,1):1,(8,5,1):2}", "--random-mm-bucket-config {(8,4,1):1,(8,5,1):2}: shares 1 and 2: want them alike, as sizes are drawn evenly"},
		{"--dataset-name random-mm --random-mm-bucket-config={(8,4):1}", "--random-mm-bucket-config {(8,4):1}: want {(height, width, 1): share, …}"},
		{"--dataset-name random-mm", "dataset.type: random_mm, want backend: openai-chat with it: images are parts of a message"},
	} {
		if _, err := flagConfig(tt.args); err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot:  %v\nwant: %s", tt.args, err, tt.want)
		}
	}
}

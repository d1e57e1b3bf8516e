package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"llmsweep/sweep"
)

// Names of datasets as vllm bench serve spells them.
const (
	benchRandom           = "random"
	benchRandomMM         = "random-mm"
	benchShareGPT         = "sharegpt"
	benchSonnet           = "sonnet"
	benchCustom           = "custom"
	benchPrefixRepetition = "prefix_repetition"
)

var benchDatasets = []string{benchRandom, benchRandomMM, benchShareGPT, benchSonnet, benchCustom, benchPrefixRepetition}

// benchLengths are vLLM's flags that are whole numbers, its defaults, and the
// datasets that each is for. Of sonnet they are those of vLLM 0.11, the last one
// that has it.
var benchLengths = []struct {
	name     string
	value    int
	datasets []string
	usage    string
}{
	{"random-input-len", 1024, []string{benchRandom, benchRandomMM}, "tokens of each prompt as sent, without --random-prefix-len"},
	{"random-output-len", 128, []string{benchRandom, benchRandomMM}, "tokens asked for"},
	{"random-prefix-len", 0, []string{benchRandom}, "tokens that all prompts begin with, on top of --random-input-len"},
	{"random-mm-base-items-per-request", 1, []string{benchRandomMM}, "images of each request"},
	{"sharegpt-output-len", 0, []string{benchShareGPT}, "tokens asked for; 0 = those of the file's answers"},
	{"sonnet-input-len", 550, []string{benchSonnet}, "tokens of each prompt as sent"},
	{"sonnet-output-len", 150, []string{benchSonnet}, "tokens asked for"},
	{"sonnet-prefix-len", 200, []string{benchSonnet}, "of the input, tokens that all prompts begin with"},
	{"custom-output-len", 256, []string{benchCustom}, "tokens asked for where a row has no output_tokens; -1 = each row has some"},
	{"prefix-repetition-prefix-len", 256, []string{benchPrefixRepetition}, "tokens of each prefix"},
	{"prefix-repetition-suffix-len", 256, []string{benchPrefixRepetition}, "tokens of a prompt after its prefix"},
	{"prefix-repetition-num-prefixes", 10, []string{benchPrefixRepetition}, "prefixes"},
	{"prefix-repetition-output-len", 128, []string{benchPrefixRepetition}, "tokens asked for"},
	{"input-len", 0, []string{benchRandom, benchRandomMM, benchSonnet}, "in place of the dataset's own flag for it"},
	{"output-len", 0, benchDatasets, "in place of the dataset's own flag for it"},
}

// datasetFlags say what the prompts are made from.
type datasetFlags struct {
	name, path, rangeRatio, buckets string
	noOversample                    bool
	lengths                         map[string]*int // benchLengths by name
}

func (d *datasetFlags) register(f *pflag.FlagSet) {
	f.StringVar(&d.name, "dataset-name", benchRandom, strings.Join(benchDatasets, ", "))
	f.StringVar(&d.path, "dataset-path", "", "file of sharegpt or custom")
	d.lengths = map[string]*int{}
	for _, l := range benchLengths {
		d.lengths[l.name] = f.Int(l.name, l.value, l.usage)
	}
	f.StringVar(&d.rangeRatio, "random-range-ratio", "0.0", "lengths spread evenly to n·(1 ± ratio): a number, or {\"input\": 0.3, \"output\": 0.5}")
	f.StringVar(&d.buckets, "random-mm-bucket-config", "{(256, 256, 1): 0.5, (720, 1280, 1): 0.5}", "sizes of images as {(height, width, 1): share}; the shares alike")
	f.BoolVar(&d.noOversample, "no-oversample", true, "a file's rows are sent once each; =false sends them again where there are too few")
}

// config is the dataset as the config has it, and its input and output length;
// nil where requests have their own.
func (d *datasetFlags) config(f *pflag.FlagSet) (spec map[string]any, lengths []int, err error) {
	if !slices.Contains(benchDatasets, d.name) {
		return nil, nil, fmt.Errorf("--dataset-name %s: want %s; more kinds, traces and conversations say, are for a config: `llmsweep init` writes one", d.name, strings.Join(benchDatasets, ", "))
	}
	if err := d.checkApplies(f); err != nil {
		return nil, nil, err
	}
	n := func(name string) int { return *d.lengths[name] }
	input := func(name string) int { return d.general(f, "input-len", name) }
	output := func(name string) int { return d.general(f, "output-len", name) }
	spec = map[string]any{"type": strings.ReplaceAll(d.name, "-", "_")}
	switch d.name {
	case benchRandom:
		in, prefix := input("random-input-len"), n("random-prefix-len")
		if spec["range_ratio"], err = d.ratio(in, prefix); err != nil {
			return nil, nil, err
		}
		spec["prefix_len"] = prefix
		return spec, []int{prefix + in, output("random-output-len")}, nil
	case benchRandomMM:
		sizes, err := imageSizes(d.buckets)
		if err != nil {
			return nil, nil, fmt.Errorf("--random-mm-bucket-config %s: %w", d.buckets, err)
		}
		spec["images"] = map[string]any{"count": n("random-mm-base-items-per-request"), "sizes": sizes}
		return spec, []int{input("random-input-len"), output("random-output-len")}, nil
	case benchSonnet:
		spec["prefix_len"] = n("sonnet-prefix-len")
		return spec, []int{input("sonnet-input-len"), output("sonnet-output-len")}, nil
	case benchPrefixRepetition:
		spec["prefixes"], spec["prefix_len"] = n("prefix-repetition-num-prefixes"), n("prefix-repetition-prefix-len")
		return spec, []int{n("prefix-repetition-prefix-len") + n("prefix-repetition-suffix-len"), output("prefix-repetition-output-len")}, nil
	}
	if d.path == "" {
		return nil, nil, fmt.Errorf("--dataset-path: missing, want the file of dataset %s", d.name)
	}
	spec["path"], spec["allow_repeat"] = d.path, !d.noOversample
	none, out := 0, output(d.name+"-output-len")
	if d.name == benchCustom {
		none = -1
	}
	if out != none {
		spec["output_len"] = out
	}
	return spec, nil, nil
}

// general is a length by the flag for all datasets, else by the dataset's own.
func (d *datasetFlags) general(f *pflag.FlagSet, all, own string) int {
	if f.Changed(all) {
		return *d.lengths[all]
	}
	return *d.lengths[own]
}

// checkApplies faults a flag that was given and has no effect on the dataset.
func (d *datasetFlags) checkApplies(f *pflag.FlagSet) error {
	applies := map[string][]string{
		"dataset-path": {benchShareGPT, benchCustom}, "no-oversample": {benchShareGPT, benchCustom},
		"random-range-ratio": {benchRandom}, "random-mm-bucket-config": {benchRandomMM},
	}
	for _, l := range benchLengths {
		applies[l.name] = l.datasets
	}
	for _, name := range slices.Sorted(maps.Keys(applies)) {
		if f.Changed(name) && !slices.Contains(applies[name], d.name) {
			return fmt.Errorf("--%s: a flag of dataset %s, and --dataset-name is %s; remove one of the two", name, strings.Join(applies[name], ", "), d.name)
		}
	}
	return nil
}

// ratio is the range ratio as the config has it. vLLM spreads the input beside
// the prefix, ±r·n, and the config the whole, ±r′·(n + prefix): r′ = r·n ÷ (n +
// prefix).
func (d *datasetFlags) ratio(n, prefix int) (any, error) {
	var r struct {
		Input  float64 `json:"input"`
		Output float64 `json:"output"`
	}
	if both, err := strconv.ParseFloat(d.rangeRatio, 64); err == nil {
		r.Input, r.Output = both, both
	} else {
		dec := json.NewDecoder(bytes.NewReader([]byte(d.rangeRatio)))
		if dec.DisallowUnknownFields(); dec.Decode(&r) != nil {
			return nil, fmt.Errorf(`--random-range-ratio %s: want a number from 0 to below 1, or {"input": 0.3, "output": 0.5}`, d.rangeRatio)
		}
	}
	if prefix > 0 && n > 0 {
		r.Input *= float64(n) / float64(n+prefix)
	}
	return map[string]any{"input": r.Input, "output": r.Output}, nil
}

// bucket is one of vLLM's: a Python tuple of height, width and frames, in quotes
// or not, and its share.
var bucket = regexp.MustCompile(`['"]?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)['"]?\s*:\s*([0-9.eE+-]+)`)

// imageSizes are the widths and heights of buckets; those of share 0 are left
// out.
func imageSizes(text string) (sizes [][]int, err error) {
	if rest := bucket.ReplaceAllString(text, ""); strings.Trim(rest, "{}, ") != "" {
		return nil, fmt.Errorf("want {(height, width, 1): share, …}")
	}
	share := 0.0
	for _, m := range bucket.FindAllStringSubmatch(text, -1) {
		height, _ := strconv.Atoi(m[1])
		width, _ := strconv.Atoi(m[2])
		s, err := strconv.ParseFloat(m[4], 64)
		switch {
		case err != nil || s < 0:
			return nil, fmt.Errorf("share %s: want a number, 0 or more", m[4])
		case s == 0:
			continue
		case m[3] != "1":
			return nil, fmt.Errorf("%s frames: want 1, as there are no videos", m[3])
		case share > 0 && s != share:
			return nil, fmt.Errorf("shares %g and %g: want them alike, as sizes are drawn evenly", share, s)
		}
		share = s
		sizes = append(sizes, []int{width, height})
	}
	if len(sizes) == 0 {
		return nil, fmt.Errorf("want at least one size of a share above 0")
	}
	return sizes, nil
}

// asFlags words a fault of the config, which bench's users have not written, by
// the flags that they gave.
func (d *datasetFlags) asFlags(err error) error {
	fault, ok := errors.AsType[*sweep.ConfigError](err)
	if !ok {
		return err
	}
	own := strings.ReplaceAll(d.name, "_", "-")
	text := strings.NewReplacer(
		"set dataset.allow_repeat: true", "give --no-oversample=false",
		"dataset.prefix_len", "--"+own+"-prefix-len",
		"dataset.prefixes", "--prefix-repetition-num-prefixes",
		"dataset.output_len", "--"+own+"-output-len",
		"dataset.path", "--dataset-path",
	).Replace(fault.Error())
	return &sweep.ConfigError{Err: errors.New(text)}
}

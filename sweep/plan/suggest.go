package plan

import (
	"maps"
	"slices"
	"strings"

	"llmsweep/sweep/conf"
)

// otherNames are what people write for a key in other tools' spelling.
var otherNames = map[string]string{
	"api_key":          "api_key_env",
	"input_len":        "input_output",
	"output_len":       "input_output",
	"max_concurrency":  "concurrency_prompts",
	"max_tokens":       "input_output",
	"num_prompts":      "concurrency_prompts",
	"num_warmups":      "warmup",
	"output_dir":       "results_dir",
	"result_dir":       "results_dir",
	"slo":              "goodput",
	"temperature":      "sampling",
	"timeout":          "timeouts",
	"top_p":            "sampling",
	"url":              "base_url",
	"random_input_len": "input_output",

	"custom_output_len":   "dataset",
	"dataset_name":        "dataset",
	"dataset_path":        "dataset",
	"prefix_len":          "dataset",
	"random_prefix_len":   "dataset",
	"random_range_ratio":  "dataset",
	"range_ratio":         "dataset",
	"scenarios":           "dataset",
	"sharegpt_output_len": "dataset",

	"file":         "path",
	"num_prefixes": "prefixes",
	"think_time":   "think",
	"share":        "concurrency_share",
}

// suggest says what an unknown key may have been meant to be: the nearest of
// the keys known at path, or of other tools' names for them.
func suggest(written, path string, known []string) string {
	names := slices.Clone(known)
	for _, name := range slices.Sorted(maps.Keys(otherNames)) {
		if slices.Contains(known, otherNames[name]) {
			names = append(names, name)
		}
	}
	near := conf.Nearest(written, names)
	if meant, other := otherNames[near]; other && !slices.Contains(known, near) {
		near = meant
	}
	switch {
	case near == "" && path != "":
		return "unknown key; known here are " + strings.Join(known, ", ")
	case near == "":
		return "unknown key; `llmsweep init` prints all keys"
	}
	return "unknown key; did you mean " + near + "?"
}

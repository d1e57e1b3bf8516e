package sweep

import (
	"maps"
	"slices"
	"strings"
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
// the keys known at path by edit distance, if it is near.
func suggest(written, path string, known []string) string {
	best, bestDistance := "", 1+max(1, len(written)/3)
	consider := func(name, meant string) {
		if d := editDistance(strings.ToLower(written), name); d < bestDistance {
			best, bestDistance = meant, d
		}
	}
	for _, name := range known {
		consider(name, name)
	}
	for _, name := range slices.Sorted(maps.Keys(otherNames)) {
		if slices.Contains(known, otherNames[name]) {
			consider(name, otherNames[name])
		}
	}
	switch {
	case best == "" && path != "":
		return "unknown key; known here are " + strings.Join(known, ", ")
	case best == "":
		return "unknown key; `llmsweep init` prints all keys"
	}
	return "unknown key; did you mean " + best + "?"
}

// editDistance is the number of letters to insert, delete, change or swap with
// a neighbour to turn a into b (Damerau–Levenshtein, optimal string alignment).
func editDistance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := above[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

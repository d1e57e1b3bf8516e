package plan

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmsweep/dataset"
	"llmsweep/metrics"
)

// chatBase is base for datasets that are sent as messages, ownBase for those
// with lengths of their own.
const (
	ownBase  = "model: m\nbase_url: http://h:1\nconcurrency_prompts: [[1, 1]]\n#\n#\n"
	chatBase = "model: m\nbase_url: http://h:1\ninput_output: [[1, 1]]\nconcurrency_prompts: [[1, 1]]\nbackend: openai-chat\n"
	longBase = "model: m\nbase_url: http://h:1\ninput_output: [[1024, 1], [512, 1]]\nconcurrency_prompts: [[1, 1]]\n#\n"
)

// What is written, and what it comes to: defaults filled in, every key once.
var datasets = []struct {
	base, yaml string
	want       dataset.Spec
	name       string // of the plan's case
}{
	{base, "random", dataset.Spec{Type: "random"}, "bench_io1x1_mc1_np1"},
	{base, "{type: random}", dataset.Spec{Type: "random"}, "bench_io1x1_mc1_np1"},
	{base, "{type: random, range_ratio: 0, prefix_len: 0}", dataset.Spec{Type: "random"}, "bench_io1x1_mc1_np1"},
	{longBase, "{type: random, prefix_len: 511}", dataset.Spec{Type: "random", PrefixLen: 511}, "bench_io1024x1_mc1_np1"},
	{longBase, "{type: random, range_ratio: 0.3}", dataset.Spec{Type: "random", RangeRatio: dataset.Ratio{Input: 0.3, Output: 0.3}}, "bench_io1024x1_mc1_np1"},
	{longBase, "{type: random, range_ratio: {output: 0.5}}", dataset.Spec{Type: "random", RangeRatio: dataset.Ratio{Output: 0.5}}, "bench_io1024x1_mc1_np1"},
	{ownBase, "{type: random, lengths: {input: 100, output: {uniform: [8, 64]}}}", dataset.Spec{Type: "random", Lengths: dataset.Lengths{
		Input: &dataset.Distribution{Kind: "constant", Mean: 100}, Output: &dataset.Distribution{Kind: "uniform", Min: 8, Max: 64},
	}}, "bench_random_mc1_np1"},
	{ownBase, "{type: random, lengths: {input: {normal: {mean: 512.5, std: 100, max: 900}}, output: {lognormal: {median: 128, sigma: 0.5, min: 4}}}}",
		dataset.Spec{Type: "random", Lengths: dataset.Lengths{
			Input:  &dataset.Distribution{Kind: "normal", Mean: 512.5, Std: 100, Min: 1, Max: 900},
			Output: &dataset.Distribution{Kind: "lognormal", Median: 128, Sigma: 0.5, Min: 4},
		}}, "bench_random_mc1_np1"},
	{ownBase, "{type: random, lengths: {input: {values: [128, 512], weights: [1, 1]}, output: {values: [16]}}}", dataset.Spec{Type: "random", Lengths: dataset.Lengths{
		Input:  &dataset.Distribution{Kind: "values", Values: []float64{128, 512}, Weights: []float64{1, 1}},
		Output: &dataset.Distribution{Kind: "values", Values: []float64{16}},
	}}, "bench_random_mc1_np1"},

	{ownBase, "{type: sharegpt, path: s.json}", dataset.Spec{Type: "sharegpt", Path: "s.json", MinPromptLen: 4, MinOutputLen: 4, MaxPromptLen: 1024, MaxTotalLen: 2048},
		"bench_sharegpt_mc1_np1"},
	{base, "{type: sharegpt, path: s.json, output_len: 7, min_prompt_len: 0, min_output_len: 0, max_prompt_len: 10, max_total_len: 20, allow_repeat: true}",
		dataset.Spec{Type: "sharegpt", Path: "s.json", OutputLen: 7, MaxPromptLen: 10, MaxTotalLen: 20, AllowRepeat: true}, "bench_io1x1_mc1_np1"},
	{base, "sonnet", dataset.Spec{Type: "sonnet"}, "bench_io1x1_mc1_np1"},
	{longBase, "{type: sonnet, prefix_len: 200}", dataset.Spec{Type: "sonnet", PrefixLen: 200}, "bench_io1024x1_mc1_np1"},
	{ownBase, "{type: custom, path: p.csv, format: csv, output_len: 64, allow_repeat: true}",
		dataset.Spec{Type: "custom", Path: "p.csv", Format: "csv", OutputLen: 64, AllowRepeat: true}, "bench_custom_mc1_np1"},
	{longBase, "prefix_repetition", dataset.Spec{Type: "prefix_repetition", Prefixes: 10, PrefixLen: 256}, "bench_io1024x1_mc1_np1"},
	{longBase, "{type: prefix_repetition, prefixes: 3, prefix_len: 64}", dataset.Spec{Type: "prefix_repetition", Prefixes: 3, PrefixLen: 64}, "bench_io1024x1_mc1_np1"},

	{chatBase, "conversation", dataset.Spec{Type: "conversation", Turns: [2]int{2, 8}}, "bench_io1x1_mc1_np1"},
	{chatBase, "{type: conversation, turns: 3, think: 1m30s, next_len: 20}", dataset.Spec{Type: "conversation", Turns: [2]int{3, 3}, NextLen: 20,
		Think: &dataset.Distribution{Kind: "constant", Mean: 90}}, "bench_io1x1_mc1_np1"},
	{ownBase + "backend: openai-chat\n", "{type: conversation, path: s.json, turns: [1, 4], think: {lognormal: {median: 3s, sigma: 1, max: 60}}, output_len: 50, allow_repeat: true}",
		dataset.Spec{Type: "conversation", Path: "s.json", Turns: [2]int{1, 4}, OutputLen: 50, AllowRepeat: true,
			Think: &dataset.Distribution{Kind: "lognormal", Median: 3, Sigma: 1, Max: 60}}, "bench_conversation_mc1_np1"},

	{ownBase, "{type: trace, path: t.jsonl}", dataset.Spec{Type: "trace", Path: "t.jsonl", Replay: "times", Speed: 1}, "bench_trace_mc1_np1"},
	{ownBase + "request_rate: 4\n", "{type: trace, path: t.csv, format: burstgpt, replay: lengths, allow_repeat: true}",
		dataset.Spec{Type: "trace", Path: "t.csv", Format: "burstgpt", Replay: "lengths", Speed: 1, AllowRepeat: true}, "bench_trace_mc1_np1"},
	{chatBase, "random_mm", dataset.Spec{Type: "random_mm", Images: dataset.ImageSpec{Count: 1, Sizes: [][2]int{{512, 512}}, Format: "png"}}, "bench_io1x1_mc1_np1"},
	{chatBase, "{type: random_mm, images: {count: 2, sizes: [[64, 32], [8192, 1]], format: jpeg}}",
		dataset.Spec{Type: "random_mm", Images: dataset.ImageSpec{Count: 2, Sizes: [][2]int{{64, 32}, {8192, 1}}, Format: "jpeg"}}, "bench_io1x1_mc1_np1"},

	{ownBase, "{type: mix, scenarios: [{name: a, dataset: random, input_output: [64, 16]}, {name: b, weight: 2.5, concurrency_share: 0.5, dataset: {type: trace, path: t.csv}}]}",
		dataset.Spec{Type: "mix", Scenarios: []dataset.Scenario{
			{Name: "a", Weight: 1, InputLen: 64, OutputLen: 16, Dataset: dataset.Spec{Type: "random"}},
			{Name: "b", Weight: 2.5, Share: 0.5, Dataset: dataset.Spec{Type: "trace", Path: "t.csv", Replay: "lengths", Speed: 1}},
		}}, "bench_mix_mc1_np1"},
}

func TestReadDataset(t *testing.T) {
	for _, tt := range datasets {
		c, err := Parse("c.yaml", []byte(tt.base+"dataset: "+tt.yaml+"\n"), testEnv(nil))
		if err != nil {
			t.Errorf("%s: %v", tt.yaml, err)
			continue
		}
		if diff := cmp.Diff(tt.want, c.Dataset); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.yaml, diff)
		}
		p := c.Cases()[0]
		if p.Name != tt.name || p.Axes.Dataset != tt.want.Type {
			t.Errorf("%s: case %s of %s, want %s", tt.yaml, p.Name, p.Axes.Dataset, tt.name)
		}
		if own := !strings.Contains(tt.name, "_io"); own != (p.Input == 0 && p.Output == 0 && p.Axes.InputLen == 0) {
			t.Errorf("%s: lengths %d and %d, own: %v", tt.yaml, p.Input, p.Output, own)
		}
	}
}

// What a run's files keep of a dataset says the same when it is read again.
func TestRedactedDatasetReadsBack(t *testing.T) {
	for _, tt := range datasets {
		c, err := Parse("c.yaml", []byte(tt.base+"dataset: "+tt.yaml+"\n"), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(c.Redacted())
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("c.yaml", data, testEnv(nil))
		if err != nil {
			t.Errorf("%s: %v\n%s", tt.yaml, err, data)
			continue
		}
		if diff := cmp.Diff(c, again, cmpopts.IgnoreUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-first +again):\n%s", tt.yaml, diff)
		}
	}
}

// A scenario's SLO is its own, and none of the dataset's: it can change without
// measuring again.
func TestScenarioSLO(t *testing.T) {
	const mix = ownBase + "goodput: {ttft: 500}\ndataset: {type: mix, scenarios: [" +
		"{name: a, dataset: random, input_output: [64, 16], goodput: {ttft: 100, e2el: 2000}}, {name: b, dataset: sonnet, input_output: [64, 16]}]}\n"
	c, err := Parse("c.yaml", []byte(mix), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]metrics.SLO{"a": {TTFT: 100, E2EL: 2000}}, c.ScenarioSLO); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	data, err := json.Marshal(c.Redacted())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("c.yaml", data, testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.ScenarioSLO, again.ScenarioSLO); diff != "" {
		t.Errorf("-first +again:\n%s", diff)
	}
	plain, err := Parse("c.yaml", []byte(strings.Replace(mix, ", goodput: {ttft: 100, e2el: 2000}", "", 1)), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := hashOf(t, c), hashOf(t, plain); a != b || plain.ScenarioSLO != nil {
		t.Errorf("hashes %s and %s with and without, SLOs %v", a, b, plain.ScenarioSLO)
	}
}

// One fault each; the dataset is on line 6.
func TestDatasetFault(t *testing.T) {
	const types = "random, sharegpt, sonnet, custom, prefix_repetition, conversation, trace, random_mm"
	const lengths = "a whole number of tokens above 0, {uniform: [least, most]}, {normal: {mean: 512, std: 128}}, {lognormal: {median: 512, sigma: 0.5}} or {values: [128, 512], weights: [3, 1]}"
	for _, tt := range []struct{ base, yaml, want string }{
		{base, "dataset: shakespeare", "6:10: dataset: shakespeare, want " + types + " or mix"},
		{base, "dataset: [[random]]", "6:11: dataset: [random], want " + types + " or mix"},
		{base, "dataset: {prefix_len: 3}", "6:10: dataset.type: missing, want " + types + ", mix"},
		{base, "dataset: {type: hf}", "6:17: dataset.type: hf, want " + types + " or mix"},
		{ownBase, "dataset: sharegpt", "6:10: dataset.path: missing, want a file's path: dataset: {type: sharegpt, path: FILE}"},
		{ownBase, "dataset: {type: custom, path: }", "6:10: dataset.path: missing, want a file's path: dataset: {type: custom, path: FILE}"},
		{ownBase, "dataset: {type: trace, path: [a]}", "6:30: dataset.path: [a], want a file's path"},
		{ownBase, "dataset: {type: sharegpt, path: s, prefix_len: 3}", "6:36: dataset.prefix_len: key of random, sonnet, prefix_repetition; dataset type is sharegpt"},
		{base, "dataset: {type: sonnet, format: csv}", "6:25: dataset.format: key of custom, trace; dataset type is sonnet"},
		{base, "dataset: {type: random, prefix_length: 3}", "6:25: dataset.prefix_length: unknown key; did you mean prefix_len?"},
		{longBase, "dataset: {type: prefix_repetition, num_prefixes: 3}", "6:36: dataset.num_prefixes: unknown key; did you mean prefixes?"},
		{base, "dataset: {type: sonnet, colour: red}", "6:25: dataset.colour: unknown key; known here are type, prefix_len"},
		{base, "sharegpt_output_len: 3", "6:1: sharegpt_output_len: unknown key; did you mean dataset?"},
		{base, "dataset_path: f", "6:1: dataset_path: unknown key; did you mean dataset?"},

		{base, "dataset: {type: random, prefix_len: 1}", "6:37: dataset.prefix_len: 1, want less than the input length, 1"},
		{longBase, "dataset: {type: sonnet, prefix_len: 512}", "6:37: dataset.prefix_len: 512, want less than the shortest input length, 512"},
		{longBase, "dataset: {type: random, prefix_len: 256, range_ratio: 0.5}", "6:37: dataset.prefix_len: 256, want less than the shortest input length, 256"},
		{base, "dataset: prefix_repetition", "6:10: dataset.prefix_len: 256, want less than the input length, 1"},
		{ownBase, "dataset: {type: random, prefix_len: 8, lengths: {input: {uniform: [8, 9]}, output: 1}}", "6:37: dataset.prefix_len: 8, want less than the shortest input length, 8"},
		{longBase, "dataset: {type: prefix_repetition, prefix_len: 0}", "6:48: dataset.prefix_len: 0, want a whole number above 0"},
		{base, "dataset: {type: random, range_ratio: 1}", "6:38: dataset.range_ratio: 1, want a ratio from 0 to below 1, or {input: 0.3, output: 0.5}"},
		{base, "dataset: {type: random, range_ratio: {input: -0.1}}", "6:46: dataset.range_ratio.input: -0.1, want a ratio from 0 to below 1"},
		{ownBase, "dataset: {type: random, range_ratio: 0.1, lengths: {input: 1, output: 1}}", "6:38: dataset.range_ratio: stands beside lengths, which say all; keep one"},

		{ownBase, "dataset: {type: random, lengths: 5}", "6:34: dataset.lengths: 5, want a mapping with keys of input, output"},
		{ownBase, "dataset: {type: random, lengths: {input: 5}}", "6:34: dataset.lengths.output: missing, want a distribution; a number is a constant length"},
		{ownBase, "dataset: {type: random, lengths: {input: 0, output: 1}}", "6:42: dataset.lengths.input: 0, want " + lengths},
		{ownBase, "dataset: {type: random, lengths: {input: {cauchy: 1}, output: 1}}", "6:42: dataset.lengths.input: a mapping, want " + lengths},
		{ownBase, "dataset: {type: random, lengths: {input: {uniform: [9, 8]}, output: 1}}", "6:52: dataset.lengths.input.uniform: [9, 8], want [least, most], the least first"},
		{ownBase, "dataset: {type: random, lengths: {input: {uniform: [1.5, 8]}, output: 1}}", "6:53: dataset.lengths.input.uniform[0]: 1.5, want a whole number of tokens above 0"},
		{ownBase, "dataset: {type: random, lengths: {input: {uniform: [1, 8], min: 2}, output: 1}}", "6:60: dataset.lengths.input.min: unknown key; known here are uniform"},
		{ownBase, "dataset: {type: random, lengths: {input: {normal: {mean: 5}}, output: 1}}", "6:51: dataset.lengths.input.normal.std: missing, want a number of tokens above 0"},
		{ownBase, "dataset: {type: random, lengths: {input: {normal: {mean: .inf, std: 1}}, output: 1}}", "6:58: dataset.lengths.input.normal.mean: .inf, want a number of tokens above 0"},
		{ownBase, "dataset: {type: random, lengths: {input: {lognormal: {median: 5, sigma: 0}}, output: 1}}", "6:73: dataset.lengths.input.lognormal.sigma: 0, want the logarithm's standard deviation, above 0 and at most 10"},
		{ownBase, "dataset: {type: random, lengths: {input: {lognormal: {median: 5, sigma: 1, min: 9, max: 8}}, output: 1}}", "6:89: dataset.lengths.input.lognormal.max: 8, want min or more"},
		{ownBase, "dataset: {type: random, lengths: {input: {values: []}, output: 1}}", "6:51: dataset.lengths.input.values: [], want a list, at least one: a whole number of tokens above 0"},
		{ownBase, "dataset: {type: random, lengths: {input: {values: [3, 4], weights: [1]}, output: 1}}", "6:68: dataset.lengths.input.weights: [1], want as many as there are values, 2"},
		{ownBase, "dataset: {type: random, lengths: {input: {values: [3], weights: [0]}, output: 1}}", "6:66: dataset.lengths.input.weights[0]: 0, want a weight above 0, relative to the others"},

		{ownBase, "dataset: {type: sharegpt, path: s, max_prompt_len: 3}", "6:52: dataset.max_prompt_len: 3, want at least min_prompt_len, which is 4"},
		{ownBase, "dataset: {type: sharegpt, path: s, max_prompt_len: 5, max_total_len: 7}", "6:70: dataset.max_total_len: 7, want at least min_prompt_len + min_output_len, which is 8"},
		{ownBase, "dataset: {type: custom, path: s, format: xml}", "6:42: dataset.format: xml, want jsonl or csv"},
		{ownBase, "dataset: {type: trace, path: s, speed: 0}", "6:40: dataset.speed: 0, want a number above 0; 2 = twice as fast as recorded"},
		{ownBase, "dataset: {type: trace, path: s, format: jsonl}", "6:41: dataset.format: jsonl, want mooncake, azure or burstgpt"},
		{chatBase, "dataset: {type: conversation, turns: 0}", "6:38: dataset.turns: 0, want a whole number above 0"},
		{chatBase, "dataset: {type: conversation, turns: [4, 3]}", "6:38: dataset.turns: [4, 3], want [least, most], the least first"},
		{chatBase, "dataset: {type: conversation, turns: [4]}", "6:38: dataset.turns: [4], want a number of requests a session, or [least, most]"},
		{chatBase, "dataset: {type: conversation, think: -1s}", "6:38: dataset.think: -1s, want seconds, 0 or more, or a duration such as 3s, {uniform:" + strings.Split(lengths, "{uniform:")[1]},
		{chatBase, "dataset: {type: conversation, output_len: 5}", "6:43: dataset.output_len: is for the conversations of a path; remove it: input_output has the output length of synthetic ones"},
		{chatBase, "dataset: {type: conversation, allow_repeat: true}", "6:45: dataset.allow_repeat: is for the conversations of a path; remove it: synthetic ones never run out"},
		{ownBase + "backend: openai-chat\n", "dataset: {type: conversation, path: s, next_len: 5}", "7:50: dataset.next_len: is for synthetic turns, and those of path have lengths of their own; remove one of the two"},
		{chatBase, "dataset: {type: random_mm, images: {count: 0}}", "6:44: dataset.images.count: 0, want a whole number above 0"},
		{chatBase, "dataset: {type: random_mm, images: {sizes: [512, 512]}}", "6:44: dataset.images.sizes: [512, 512], want a list of [width, height] pairs, as in [[512, 512]]"},
		{chatBase, "dataset: {type: random_mm, images: {sizes: [[8193, 512]]}}", "6:45: dataset.images.sizes[0]: [8193, 512], want width and height of at most 8192 pixels"},
		{chatBase, "dataset: {type: random_mm, images: {format: gif}}", "6:45: dataset.images.format: gif, want png or jpeg"},

		{ownBase, "dataset: {type: mix, scenarios: []}", "6:33: dataset.scenarios: [], want " + wantScenarios},
		{ownBase, "dataset: mix", "6:10: dataset.scenarios: missing, want " + wantScenarios},
		{ownBase, "dataset: {type: mix, scenarios: [random]}", "6:34: dataset.scenarios[0]: random, want a mapping with keys of name, weight, concurrency_share, dataset, input_output, goodput"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a/b, dataset: random, input_output: [1, 1]}]}", "6:41: dataset.scenarios[0].name: a/b, want a name of letters, digits, ., _ and -"},
		{ownBase, "dataset: {type: mix, scenarios: [{dataset: random, input_output: [1, 1]}]}", "6:34: dataset.scenarios[0].name: missing, want a name of letters, digits, ., _ and -"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, input_output: [1, 1]}]}", "6:34: dataset.scenarios[0].dataset: missing, want a dataset, such as random"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: mix}]}", "6:53: dataset.scenarios[0].dataset: mix, want " + strings.Replace(types, ", random_mm", " or random_mm", 1)},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: {type: trace, path: f, replay: times}}]}", "6:84: dataset.scenarios[0].dataset.replay: times, want lengths: in a mix requests come as the config says"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: random}]}", "6:34: dataset.scenarios[0].input_output: missing, want [input length, output length], tokens"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: {type: custom, path: s}, input_output: [1, 1]}]}", "6:92: dataset.scenarios[0].input_output: stands beside dataset custom, whose requests have lengths of their own; remove it"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: random, input_output: [1, 0]}]}", "6:79: dataset.scenarios[0].input_output[1]: 0, want output length, a whole number above 0"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: random, input_output: [1, 1]}, {name: a, dataset: random, input_output: [1, 1]}]}", "6:91: dataset.scenarios[1].name: a, want each name once (it is on line 6 already)"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, weight: 0, dataset: random, input_output: [1, 1]}]}", "6:52: dataset.scenarios[0].weight: 0, want a weight above 0, relative to the others"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, concurrency_share: 1.5, dataset: random, input_output: [1, 1]}]}", "6:63: dataset.scenarios[0].concurrency_share: 1.5, want a share of max concurrency above 0, at most 1"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, concurrency_share: 0.7, dataset: random, input_output: [1, 1]}, {name: b, concurrency_share: 0.4, dataset: random, input_output: [1, 1]}]}", "6:33: dataset.scenarios: concurrency_share: 1.1 in all, want at most 1"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, concurrency_share: 1, dataset: random, input_output: [1, 1]}, {name: b, dataset: random, input_output: [1, 1]}]}", "6:33: dataset.scenarios: concurrency_share: 1 in all, which leaves nothing to the scenarios without one; lower a share"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, concurrency_share: 0.1, dataset: random, input_output: [1, 1]}, {name: b, concurrency_share: 0.3, dataset: random, input_output: [1, 1]}]}", "6:33: dataset.scenarios: concurrency_share: the shares of all scenarios add up to 0.4, want 1, or leave one out: it takes the rest"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: {type: random, prefix_len: 9}, input_output: [9, 1]}]}", "6:80: dataset.scenarios[0].dataset.prefix_len: 9, want less than the input length, 9"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: {type: sonnet, turns: 9}, input_output: [9, 1]}]}", "6:68: dataset.scenarios[0].dataset.turns: key of conversation; dataset type is sonnet"},
		{ownBase, "dataset: {type: mix, scenarios: [{name: a, dataset: random, input_output: [9, 1], goodput: {ttft: 0}}]}", "6:99: dataset.scenarios[0].goodput.ttft: 0, want milliseconds, a number above 0"},
	} {
		faultIs(t, tt.base+tt.yaml, tt.want)
	}
}

func faultIs(t *testing.T, yaml, want string) {
	t.Helper()
	_, err := Parse("c.yaml", []byte(yaml+"\n"), testEnv(nil))
	if err == nil || err.Error() != "c.yaml:"+want {
		t.Errorf("%s\ngot:  %v\nwant: c.yaml:%s", yaml, err, want)
	}
}

// One key of a dataset can be set alone.
func TestSetDataset(t *testing.T) {
	c, err := Parse("c.yaml", []byte(ownBase+"dataset: {type: sharegpt, path: s.json}\n"), testEnv(nil), "dataset.path=other.json", "dataset.output_len=9")
	if err != nil || c.Dataset.Path != "other.json" || c.Dataset.OutputLen != 9 {
		t.Errorf("%+v, %v", c, err)
	}
}

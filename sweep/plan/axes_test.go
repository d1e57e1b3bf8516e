package plan

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/sweep/wording"
)

// What varies beside the lists: a row is a config, its cases in order, and their
// further coordinates.
func TestAxes(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       []string // names without bench_io1x1_, and a coordinate after each
	}{
		{"a key", "matrix: {sampling.temperature: [0, 0.7]}\n", []string{
			"mc1_np1_temperature0 sampling.temperature=0", "mc1_np1_temperature0.7 sampling.temperature=0.7",
		}},
		{"one value is a setting, no axis", "matrix: {sampling.temperature: [0.7]}\n", []string{"mc1_np1 "}},
		{"two keys: the last changes fastest", "matrix: {model: [org/a, org/b], burstiness: [1, inf]}\n", []string{
			"mc1_np1_modela_burstiness1 burstiness=1;model=org/a", "mc1_np1_modela_burstinessinf burstiness=inf;model=org/a",
			"mc1_np1_modelb_burstiness1 burstiness=1;model=org/b", "mc1_np1_modelb_burstinessinf burstiness=inf;model=org/b",
		}},
		{"after rate and before run", "matrix: {sampling.top_p: [0.9, 1]}\nrequest_rate: [1, 2]\nrepeats: 2\n", []string{
			"mc1_np1_rate1_top_p0.9_run1 sampling.top_p=0.9", "mc1_np1_rate2_top_p0.9_run1 sampling.top_p=0.9",
			"mc1_np1_rate1_top_p1_run1 sampling.top_p=1", "mc1_np1_rate2_top_p1_run1 sampling.top_p=1",
			"mc1_np1_rate1_top_p0.9_run2 sampling.top_p=0.9", "mc1_np1_rate2_top_p0.9_run2 sampling.top_p=0.9",
			"mc1_np1_rate1_top_p1_run2 sampling.top_p=1", "mc1_np1_rate2_top_p1_run2 sampling.top_p=1",
		}},
		{"samplings", "sampling: [{temperature: 0}, {temperature: 0.7, top_p: 0.9}]\n", []string{
			`mc1_np1_sampling1 sampling={"temperature":0}`, `mc1_np1_sampling2 sampling={"temperature":0.7,"top_p":0.9}`,
		}},
		{"datasets", "dataset: [random, sonnet]\n", []string{"mc1_np1_dsrandom ", "mc1_np1_dssonnet "}},
		{"two datasets of a type", "dataset: [sonnet, {type: random, range_ratio: 0}, {type: random, range_ratio: 0.5}]\n", []string{
			"mc1_np1_dssonnet ", "mc1_np1_dsrandom2 dataset=random2", "mc1_np1_dsrandom3 dataset=random3",
		}},
		{"a key of the dataset", "matrix: {dataset.range_ratio: [0, 0.5]}\n", []string{
			"mc1_np1_range_ratio0 dataset.range_ratio=0", "mc1_np1_range_ratio0.5 dataset.range_ratio=0.5",
		}},
		{"of a zip group as many keys as tell its values apart", "zip: [{model: [a, a, b], backend: [openai, openai-chat, openai], seedling: [1, 2, 3]}]\nextra_body: {}\n", nil},
		{"zip", "zip: [{model: [a, a, b], backend: [openai, openai-chat, openai], labels.n: [1, 2, 3]}]\n", []string{
			"mc1_np1_modela_backendopenai backend=openai;labels.n=1;model=a",
			"mc1_np1_modela_backendopenai-chat backend=openai-chat;labels.n=2;model=a",
			"mc1_np1_modelb_backendopenai backend=openai;labels.n=3;model=b",
		}},
		{"zipped lists: their values are in the names", "zip: [{concurrency_prompts: [[1, 2x], [4, 10x]], request_rate: [1, inf]}]\n", []string{
			"mc1_np2_rate1 ", "mc4_np40_rateinf ",
		}},
		{"zip changes most rarely", "matrix: {model: [a, b]}\nzip: [{burstiness: [1, 2]}]\n", []string{
			"mc1_np1_burstiness1_modela burstiness=1;model=a", "mc1_np1_burstiness1_modelb burstiness=1;model=b",
			"mc1_np1_burstiness2_modela burstiness=2;model=a", "mc1_np1_burstiness2_modelb burstiness=2;model=b",
		}},
		{"what has no short name goes by its place", "matrix: {ramp: [none, {kind: linear, from: 1, to: 2}], headers.X-Key: [sk-a, sk-b]}\n", []string{
			"mc1_np1_ramp1_X-Key1 headers.X-Key=1;ramp=none", "mc1_np1_ramp1_X-Key2 headers.X-Key=2;ramp=none",
			"mc1_np1_ramp2_X-Key1 headers.X-Key=1;ramp=linear 1 to 2", "mc1_np1_ramp2_X-Key2 headers.X-Key=2;ramp=linear 1 to 2",
		}},
		{"the default", "matrix: {endpoint: [null, /x]}\n", []string{"mc1_np1_endpointdefault endpoint=default", "mc1_np1_endpointx endpoint=/x"}},
	} {
		c, err := Parse("c.yaml", []byte(base+tt.yaml), testEnv(nil))
		if tt.want == nil {
			if err == nil {
				t.Errorf("%s: no fault", tt.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, p := range c.Cases() {
			got = append(got, strings.TrimPrefix(p.Name, "bench_io1x1_")+" "+moreText(p))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// moreText is the case's further coordinates, as the CSV has them.
func moreText(p Case) string {
	var list []string
	for key, text := range p.Axes.More {
		list = append(list, key+"="+text)
	}
	slices.Sort(list)
	return strings.Join(list, ";")
}

// A case of an axis is the case of a config that says the same plainly: it is run
// by that config, and has its hash.
func TestAxesAreSettings(t *testing.T) {
	axes := parse(t, "matrix: {sampling.temperature: [0, 0.7], model: [a, b]}\n").Cases()
	i := 0
	for _, temperature := range []string{"0", "0.7"} {
		for _, model := range []string{"a", "b"} {
			plain := parse(t, "", "sampling.temperature="+temperature, "model="+model)
			want, _ := plain.CaseHash(plain.Cases()[0], "t")
			got, _ := axes[i].Config.CaseHash(axes[i], "t")
			if got != want {
				t.Errorf("%s: hash %s, want that of temperature %s and model %s, %s", axes[i].Name, got, temperature, model, want)
			}
			if axes[i].Config.Model != model {
				t.Errorf("%s: runs on model %s", axes[i].Name, axes[i].Config.Model)
			}
			i++
		}
	}
}

// Datasets with lengths of their own stand beside others in a list, though
// input_output is for the others alone.
func TestAxesOwnLengths(t *testing.T) {
	for _, tt := range []struct {
		datasets string
		want     []string
	}{
		{"[random, {type: custom, path: f}]", []string{"bench_io1x1_mc1_np1_dsrandom", "bench_custom_mc1_np1"}},
		{"[{type: custom, path: f}, {type: custom, path: g}]", []string{"bench_custom_mc1_np1_dscustom1", "bench_custom_mc1_np1_dscustom2"}},
	} {
		if got := names(parse(t, "dataset: "+tt.datasets+"\n").Cases()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.datasets, got, tt.want)
		}
	}
}

// All that is wrong with axes, at its place.
func TestAxesFaults(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"matrix: [1]", "6:9: matrix: [1], want a mapping of keys to lists"},
		{"matrix: {modell: [a, b]}", "6:10: modell: unknown key; did you mean model?"},
		{"matrix: {sampling.temperature: 0.7}", "6:32: matrix.sampling.temperature: 0.7, want a list of values, at least one"},
		{"matrix: {sampling.temperature: []}", "want a list of values, at least one"},
		{"matrix: {sampling: {temperature: [0, 1]}}", "want a list of values; a key within another is written with its path"},
		{"matrix: {results_dir: [a, b]}", "6:10: matrix.results_dir: belongs to the whole run"},
		{"matrix: {history.keep: [1, 2]}", "matrix.history.keep: belongs to the whole run"},
		{"matrix: {seed: [1, 2]}", "matrix.seed: belongs to the whole run"},
		{"matrix: {.a: [1, 2]}", "matrix..a: not a key of the config"},
		{"matrix: {burstiness: [1, -1]}", "6:26: burstiness: -1, want a number above 0"},
		{"matrix: {backend: [openai, openai]}", "6:28: backend: openai, want each value once (it is on line 6 already)"},
		{"matrix: {sampling.top_p: [1], sampling: [{top_p: 2}]}", "6:31: sampling: varies twice, by sampling.top_p (it is on line 6 already); keep one"},
		{"sampling: [{top_p: 1}]\nmatrix: {sampling.top_p: [1]}", "sampling: varies twice, by sampling.top_p (it is on line 7 already)"},
		{"matrix: {model.name: [a, b]}", "6:10: model.name: model has no keys within it; vary it whole"},
		{"zip: {model: [a, b]}", "6:6: zip: a mapping, want a list of mappings"},
		{"zip: [{model: [a, b], tokenizer: [a]}]", "6:34: zip[0].tokenizer: 1 value, want 2, as model has"},
		{"zip: [3]", "6:7: zip[0]: 3, want a mapping"},
		{"matrix: {burstiness: [" + numbers(101) + "], failures_allowed: [" + fractions(100) + "]}", "failures_allowed: the values that vary make more than 10000 combinations"},
		{"matrix: {sampling.a: [1, 1_x2], extra_body.b_x2: [3, 4]}", ""},
		{"order: random", "order: random, want plan, shuffled or interleaved"},
		{"concurrency_prompts: [[8, 10y]]", "number of prompts, a whole number above 0, or a multiple of the max concurrency such as 10x"},
		{"concurrency_prompts: [[8, 99999999x]]", "99999999x, want number of prompts, a whole number above 0, at most 10000000"},
		{"concurrency_prompts: [[8, 2x], [8, 16]]", "each pair once"},
	} {
		text := base + tt.yaml + "\n"
		if strings.HasPrefix(tt.yaml, "concurrency_prompts") {
			text = strings.Replace(base, "concurrency_prompts: [[1, 1]]\n", "", 1) + tt.yaml + "\n"
		}
		_, err := Parse("c.yaml", []byte(text), testEnv(nil))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.yaml, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s:\n%v\nwant %s", wording.Short(tt.yaml), err, tt.want)
		}
	}
}

func numbers(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprint(i+1))
	}
	return strings.Join(list, ", ")
}

func fractions(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("0.%03d", i+1))
	}
	return strings.Join(list, ", ")
}

// Shuffled cases are those of the plan in another order, each round in its own,
// and the same one for the same seed.
func TestOrderShuffled(t *testing.T) {
	const lists = "repeats: 2\nrequest_rate: [1, 2, 3, 4, 5, 6]\n"
	plan := names(parse(t, lists).Cases())
	shuffled := names(parse(t, lists+"order: shuffled\n").Cases())
	if slices.Equal(plan, shuffled) {
		t.Error("nothing is shuffled")
	}
	for round := range 2 {
		from, to := 6*round, 6*round+6
		if !slices.Equal(slices.Sorted(slices.Values(plan[from:to])), slices.Sorted(slices.Values(shuffled[from:to]))) {
			t.Errorf("round %d has other cases: %q", round+1, shuffled[from:to])
		}
	}
	if again := names(parse(t, lists+"order: shuffled\n").Cases()); !slices.Equal(again, shuffled) {
		t.Error("the same seed gives another order")
	}
	if other := names(parse(t, lists+"order: shuffled\nseed: 1\n").Cases()); slices.Equal(other, shuffled) {
		t.Error("another seed gives the same order")
	}
	var listed []string
	for _, c := range Listed(parse(t, lists+"order: shuffled\n").Cases()) {
		listed = append(listed, c.Name)
	}
	if !slices.Equal(listed, plan) {
		t.Errorf("the manifest and the tables have %q, want the plan's order", listed)
	}
}

// A seed that is drawn is one for all cases, and so is one that is set later.
func TestAxesSeed(t *testing.T) {
	c := parse(t, "seed: random\nmatrix: {model: [a, b, c]}\n")
	for _, p := range c.Cases() {
		if p.Config.Seed != c.Seed {
			t.Errorf("%s: seed %d, the run's is %d", p.Name, p.Config.Seed, c.Seed)
		}
	}
	c.SetSeed(7)
	if got := c.Cases()[2].Config.Seed; got != 7 {
		t.Errorf("seed %d after 7 was set", got)
	}
}

// 10,000 cases, as one list's and as 10,000 settings.
func BenchmarkPlan10000(b *testing.B) {
	for name, yaml := range map[string]string{
		"lists":      "repeats: 100\nrequest_rate: [" + numbers(100) + "]\n",
		"matrix":     "matrix: {burstiness: [" + numbers(100) + "], failures_allowed: [" + fractions(100) + "]}\n",
		"conditions": "repeats: 100\nrequest_rate: [" + numbers(100) + "]\nexclude: [request_rate > 1000 && max_concurrency == 3, dataset == 'sonnet']\n",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c, err := Parse("c.yaml", []byte(base+yaml), testEnv(nil))
				if err != nil {
					b.Fatal(err)
				}
				if n := len(c.Cases()); n != 10_000 {
					b.Fatalf("%d cases", n)
				}
			}
		})
	}
}

// The example of the documentation reads, and is what it says: 2 lengths × 2 loads
// × 2 rates × 2 datasets × 2 samplings × 4 of the matrix × 2 of the zip, 3 times,
// less what is excluded: of each 8 of lengths, loads and rates 2, and 3 more of
// those with sonnets at rate 4: 6 + 3 of 16.
func TestDocumentedAxes(t *testing.T) {
	text, err := os.ReadFile("../../docs/axes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := Parse("axes.md", []byte("model: m\nbase_url: http://h:1\n"+example), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(c.Cases()), 9*2*4*2*3; got != want {
		t.Errorf("%d cases, want %d", got, want)
	}
}

package plan

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/sweep/conf"
)

// A config that reads has a plan of as many cases as its lists ask for, with
// names that differ; and one text reads the same twice.
func FuzzParse(f *testing.F) {
	for _, path := range []string{"testdata/config/grid.yaml", "testdata/config/everything.yaml", "testdata/config/faults.yaml"} {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "seed=1")
	}
	f.Add(Template(), "timeouts.idle=3")
	f.Add(base+"matrix: {sampling.temperature: [0, 0.7], model: [a, b]}\nzip: [{burstiness: [1, 2], labels.a: [x, y]}]\n"+
		"exclude: [\"temperature > 0.5 && model == 'a'\"]\norder: shuffled\n", "matrix.dataset=[random, sonnet]")
	f.Add(base+"dataset: [random, {type: custom, path: f}]\nsampling: [{a: 1}, {b: [2]}]\ninclude: [has(axes.dataset), true]\n", "zip=[{seed: [1]}]")
	f.Add(base+"a: &a [*a]\nb: {<<: *a}\n", "x.y.z={a: [1")
	for _, tt := range datasets {
		f.Add(tt.base+"dataset: "+tt.yaml+"\n", "dataset.path=other")
	}
	f.Add(searchBase+"search: {vary: max_concurrency, slo: {p99_ttft_ms: 500, mean_tpot_ms: 5}, prompts: 4x, max: 9}\n", "refine=knee")
	f.Add(base+"request_rate: [1, 1.0, .inf, inf]\nrepeats: 010\n", "input_output=[[1, 1], [1, 01]]")
	f.Fuzz(func(t *testing.T, text, set string) {
		env := testEnv(everythingEnv)
		c, err := Parse("c.yaml", []byte(text), env, set)
		again, errAgain := Parse("c.yaml", []byte(text), env, set)
		if err != nil {
			if errAgain == nil || err.Error() != errAgain.Error() {
				t.Fatalf("first %v, then %v", err, errAgain)
			}
			checkFaults(t, err)
			return
		}
		if c.SeedRandom {
			again.Seed = c.Seed
		}
		if c.caseCount() > 1000 {
			return
		}
		cases := c.Cases()
		if diff := cmp.Diff(cases, again.Cases(), samePlan); diff != "" {
			t.Fatalf("two plans of one text:\n%s", diff)
		}
		names := map[string]bool{}
		for _, p := range cases {
			names[p.Name] = true
			own := p.Input == 0 && p.Output == 0 && p.Typical.Input > 0 && p.Typical.Output > 0
			if !own && (p.Input < 1 || p.Output < 1) || p.MaxConcurrency < 1 || p.NumPrompts < 1 || p.Warmup < 0 || !(p.Rate > 0) {
				t.Errorf("an impossible case: %+v", p)
			}
			if _, err := p.Config.CaseHash(p, ""); err != nil {
				t.Error(err)
			}
		}
		chosen := len(c.include)+len(c.exclude) > 0
		if len(names) != len(cases) || len(cases) != c.caseCount() && !chosen || len(cases) == 0 {
			t.Errorf("%d cases with %d names, want %d", len(cases), len(names), c.caseCount())
		}
		if _, err := json.Marshal(c.Redacted()); err != nil {
			t.Error(err)
		}
	})
}

// checkFaults holds that an error is Faults, one line each, none of it a
// secret of the environment.
func checkFaults(t *testing.T, err error) {
	t.Helper()
	var faults conf.Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("an error that is no Faults: %v", err)
	}
	for _, f := range faults {
		if strings.ContainsAny(f.String(), "\n\r") || f.Want == "" {
			t.Errorf("not one whole line: %q", f.String())
		}
	}
	if strings.Contains(err.Error(), everythingEnv["LLM_TOKEN"]) {
		t.Errorf("a secret is quoted: %v", err)
	}
}

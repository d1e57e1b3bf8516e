package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
)

func TestSet(t *testing.T) {
	c := read(t, "testdata/config/everything.yaml", testEnv(everythingEnv),
		"repeats=1", "repeats=4", // the later wins
		"timeouts.connect=7s", // its neighbours stay
		"headers.X-New=a=b",
		"concurrency_prompts=[[1, 2], [3, 4]]",
		"request_rate=inf",
		"extra_body.guided.choice=[9]",
		"goodput=", // back to the default
		"history.keep=0",
		"results_dir=out-${date}",
	)
	if c.Repeats != 4 || c.Timeouts.Connect != 7*time.Second || c.Timeouts.Idle != 90*time.Second ||
		c.Headers["X-New"] != "a=b" || c.Headers["X-Team"] != "inference" ||
		!slices.Equal(c.ConcurrencyPrompts, []Load{{1, 2}, {3, 4}}) || !slices.Equal(c.RequestRate, []float64{unbounded}) ||
		c.ExtraBody["cache_salt"] != "sk-from-env" || c.Goodput != (metrics.SLO{}) || c.History.Keep != 0 || c.ResultsDir != "out-20261122" {
		t.Errorf("got %+v", c)
	}
	if diff := cmp.Diff(map[string]any{"choice": []any{int64(9)}}, c.ExtraBody["guided"]); diff != "" {
		t.Errorf("extra_body.guided (-want +got):\n%s", diff)
	}
}

// A value that two keys share by an alias is set for one of them alone.
func TestSetLeavesAliasesAlone(t *testing.T) {
	c := parse(t, "sampling: &s {top_p: 1}\nextra_body: *s\n", "sampling.top_p=2")
	if c.Sampling["top_p"] != int64(2) || c.ExtraBody["top_p"] != int64(1) {
		t.Errorf("sampling %v, extra_body %v", c.Sampling, c.ExtraBody)
	}
}

// Without a file, sets say all: the way of a command that has flags alone.
func TestSetsAlone(t *testing.T) {
	c, err := Parse("flags", nil, Env{}, "model=m", "base_url=http://h", "input_output=[[8, 4]]", "concurrency_prompts=[[1, 2]]")
	if err != nil {
		t.Fatal(err)
	}
	if cases := c.Cases(); len(cases) != 1 || cases[0].Name != "bench_io8x4_mc1_np2" {
		t.Errorf("cases: %+v", cases)
	}
}

func TestSetFaults(t *testing.T) {
	for _, tt := range []struct{ set, want string }{
		{"repeats=many", "--set repeats=many: repeats: many, want a whole number above 0"},
		{"repeats", "--set repeats: write it as --set key=value, as in --set timeouts.connect=5s"},
		{".a=1", "--set .a=1: write it as --set key=value, as in --set timeouts.connect=5s"},
		{"repeat=1", "--set repeat=1: repeat: unknown key; did you mean repeats?"},
		{"input_output.0=[1, 2]", "--set input_output.0=[1, 2]: input_output: it has no keys within it; set it whole"},
		{"input_output=[[1, 2], [1, 2]]", "--set input_output=[[1, 2], [1, 2]]: input_output[1]: [1, 2], want each pair once (it is there already); to measure it again, use repeats"},
		{"sampling=[", "--set sampling=[: sampling: not YAML: did not find expected node content"},
		{"model=${NONE}", "--set model=${NONE}: model: ${NONE} is not set; set it in the environment, or write ${NONE:-default}"},
		{"model=", "--set model=: model: empty, want the model's name as the server knows it"},
		{"headers.Cookie=[pw]", "--set headers.Cookie=***: headers.Cookie: ***, want text"},
		{"extra_body={api_key: pw", "--set extra_body={…}: extra_body: not YAML: did not find expected ',' or '}'; a { is not closed, or a comma is missing"},
		{"api_key_env=sk-pw", "--set api_key_env=***: api_key_env: ***, want the name of an environment variable that holds the key, never the key itself"},
		{"api_key_env=hf_pw", "--set api_key_env=***: api_key_env: ***, want the name of an environment variable that holds the key, never the key itself"},
		{"base_url=http://u:pw@h", "--set base_url=http://***@h: base_url: http://***@h, want http://host:port, https://host:port, unix:///path/of.sock or sim:default; a password does not belong here: send it by headers, as ${NAME}"},
	} {
		_, err := Parse("c.yaml", []byte(base), testEnv(nil), tt.set)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot:  %v\nwant: %s", tt.set, err, tt.want)
		}
	}
}

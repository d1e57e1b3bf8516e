package plan

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// samePlan compares plans of two configs.
var samePlan = cmp.Options{cmpopts.IgnoreFields(Case{}, "Config"), cmp.AllowUnexported(Case{})}

// What a file may keep of a config: all that was resolved, and no secret.
func TestRedacted(t *testing.T) {
	c := read(t, "testdata/config/everything.yaml", testEnv(everythingEnv))
	got, err := json.MarshalIndent(c.Redacted(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"sk-from-env", "literal-secret", "user:pass"} {
		if strings.Contains(string(got), secret) {
			t.Errorf("%s is in it", secret)
		}
	}
	golden(t, "testdata/config/everything.json", string(got)+"\n")
}

// JSON is YAML: what Redacted writes says the same cases again.
func TestRedactedReadsBack(t *testing.T) {
	env := testEnv(everythingEnv)
	for _, path := range []string{"testdata/config/everything.yaml", "testdata/config/grid.yaml", "testdata/config/axes.yaml"} {
		c := read(t, path, env)
		data, err := json.Marshal(c.Redacted())
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("run.json", data, env)
		if err != nil {
			t.Fatalf("%s: %v\n%s", path, err, data)
		}
		if diff := cmp.Diff(c.Cases(), again.Cases(), samePlan); diff != "" {
			t.Errorf("%s (-first +again):\n%s", path, diff)
		}
	}
}

// What varies is kept as it was written, without secrets.
func TestRedactedAxes(t *testing.T) {
	c, err := Parse("c.yaml", []byte(base+"matrix: {headers.X-Api-Key: [one-secret, '${LLM_TOKEN}']}\nzip: [{extra_body.token: [two-secret, b]}]\n"), testEnv(everythingEnv))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(map[string]any{"m": c.Redacted(), "axes": c.Cases()[3].Axes})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"one-secret", "two-secret", "sk-from-env"} {
		if strings.Contains(string(got), secret) {
			t.Errorf("%s is in %s", secret, got)
		}
	}
	if !strings.Contains(string(got), `"headers.X-Api-Key":["***","${LLM_TOKEN}"]`) {
		t.Errorf("the matrix is not in %s", got)
	}
}

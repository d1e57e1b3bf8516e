package plan

import "testing"

// The run's start comes before the environment. A zero Env knows no variable, and
// does not panic.
func TestEnvLookup(t *testing.T) {
	env := testEnv(map[string]string{"HOST": "gpu-7", "date": "not this one"})
	for name, want := range map[string]string{"date": "20261122", "time": "183602", "HOST": "gpu-7", "NONE": ""} {
		if got, ok := env.lookup(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", name, got, ok, want)
		}
		if got, ok := (Env{}).lookup(name); ok {
			t.Errorf("%s: %q without an environment", name, got)
		}
	}
}

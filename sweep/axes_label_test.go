package sweep

import "testing"

// What tells two mappings apart is shown as it is written, not as HTML has it.
func TestMappingsOfAnAxisAreShownAsWritten(t *testing.T) {
	c := parse(t, "matrix:\n  extra_body: [{stop: ['<|end|>', '&']}, {stop: ['>']}]\n")
	const want = `{"stop":["<|end|>","&"]}`
	if got := c.Plan()[0].Axes.More["extra_body"]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

package dataset

import (
	"strings"
	"testing"
)

// Reranking parts each prompt at a space after its first eighth into a query and a
// document; a probe without one would be no whole question.
func TestProbesCanBeParted(t *testing.T) {
	for _, p := range probes {
		if !strings.Contains(p[len(p)/8+1:], " ") {
			t.Errorf("%q has no space to be parted at", p)
		}
	}
}

package runlog

import (
	"bytes"
	"encoding/json"
	"fmt"

	"llmsweep/metrics"
)

// A Scenario is one part of a mixed case: an object with the case's own keys, in
// their order, for what a scenario has. Rates divide by the case's duration.
type Scenario struct {
	Name       string
	NumPrompts int
	Results
}

func scenariosOf(all []metrics.ScenarioSummary) []Scenario {
	var list []Scenario
	for i := range all {
		s := &all[i]
		list = append(list, Scenario{s.Name, s.NumPrompts, resultsOf(&s.Summary, s.SLO)})
	}
	return list
}

// counts are the keys before the latencies.
func (s *Scenario) counts() []field {
	return append([]field{{"name", &s.Name}, {"num_prompts", &s.NumPrompts}}, s.Results.counts()...)
}

func (s *Scenario) limits() field { return field{"slo", &s.SLO} }

// MarshalJSON writes the keys in their order.
func (s Scenario) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := writeObject(&b, append(append(s.counts(), s.latencies()...), s.limits()), "")
	return b.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON writes; keys that it does not know are
// passed over.
func (s *Scenario) UnmarshalJSON(b []byte) error {
	*s = Scenario{Results: unknown()}
	to := map[string]any{}
	for _, f := range append(s.counts(), s.limits()) {
		to[f.key] = f.value
	}
	for key, v := range keysOf(b) {
		if v.err != nil {
			return fmt.Errorf("a scenario %.40s, want an object", b)
		}
		var err error
		if target, known := to[key]; known {
			err = json.Unmarshal(v.raw, target)
		} else if stat, metric, isDist := distKey(key); isDist {
			err = setDist(s.dists(), metric, stat, v.raw)
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", key, err)
		}
	}
	return nil
}

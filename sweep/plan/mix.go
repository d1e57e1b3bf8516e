package plan

import (
	"fmt"
	"regexp"

	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/sweep/conf"
)

const wantScenarios = "a list of scenarios, as in [{name: chat, weight: 3, dataset: random, input_output: [512, 128]}]"

var scenarioName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// readScenarios reads the parts of a mix; slo takes the SLOs of those that have
// their own.
func readScenarios(dst *[]dataset.Scenario, slo *map[string]metrics.SLO) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) == 0 {
			r.Complain(key, v, wantScenarios)
			return
		}
		seen := map[string]conf.Position{}
		scenarios := make([]dataset.Scenario, len(v.Items))
		for i, item := range v.Items {
			s, itemKey := &scenarios[i], fmt.Sprintf("%s[%d]", key, i)
			limits := readScenario(r, s, itemKey, item)
			if at, twice := seen[s.Name]; twice && s.Name != "" {
				r.Faults = append(r.Faults, placeIn(item, "name").Fault(conf.Join(itemKey, "name"), s.Name, "each name once"+at.AlreadyThere()))
			}
			seen[s.Name] = placeIn(item, "name")
			if limits != (metrics.SLO{}) {
				if *slo == nil {
					*slo = map[string]metrics.SLO{}
				}
				(*slo)[s.Name] = limits
			}
		}
		*dst = scenarios
	}
}

// scenario reads one part of a mix, and returns its own SLO.
func readScenario(r *conf.Reader, s *dataset.Scenario, key string, v *conf.Value) (limits metrics.SLO) {
	s.Weight = 1
	var lengths IOLen
	nested := conf.ReadNested(
		conf.Key("name", conf.ReadText(&s.Name, func(text string) (string, bool) { return "", scenarioName.MatchString(text) }, "a name of letters, digits, ., _ and -")),
		conf.Key("weight", readWeight(&s.Weight)),
		conf.Key("concurrency_share", conf.ReadNumber(&s.Share, func(x float64) bool { return x > 0 && x <= 1 }, "a share of max concurrency above 0, at most 1")),
		conf.Key("dataset", func(r *conf.Reader, key string, v *conf.Value) { s.Dataset = readSpec(r, key, v, nil) }),
		conf.Key("input_output", readIOLen(&lengths)),
		conf.Key("goodput", readGoodput(&limits)),
	)
	before := len(r.Faults)
	if nested(r, key, v); v.Kind != conf.KindMapping {
		return limits
	}
	r.Require(v, key, "a name of letters, digits, ., _ and -", "name")
	r.Require(v, key, "a dataset, such as random", "dataset")
	s.InputLen, s.OutputLen = lengths.Input, lengths.Output
	if len(r.Faults) > before {
		return limits
	}
	switch own, may := s.Dataset.OwnLengths(); {
	case lengths == IOLen{} && !own:
		r.Require(v, key, "[input length, output length], tokens", "input_output")
	case lengths != IOLen{} && !may:
		r.Faults = append(r.Faults, placeIn(v, "input_output").Fault(conf.Join(key, "input_output"), "", ownLengthsFault(&s.Dataset)))
	}
	return limits
}

// readIOLen reads one pair of lengths.
func readIOLen(dst *IOLen) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) != 2 {
			r.Complain(key, v, "[input length, output length], two whole numbers above 0")
			return
		}
		readNamed("input length", &dst.Input)(r, key+"[0]", v.Items[0])
		readNamed("output length", &dst.Output)(r, key+"[1]", v.Items[1])
	}
}

// checkShares faults shares of the concurrency that come to more than there is,
// leave nothing to the scenarios without one, or leave some to nobody.
func checkShares(r *conf.Reader, v *conf.Value, key string, s *dataset.Spec) {
	sum, without := 0.0, 0
	for _, sc := range s.Scenarios {
		sum += sc.Share
		if sc.Share == 0 {
			without++
		}
	}
	const slack = 1e-9 // three times 0.1 and 0.7 are more than 1 to a machine
	why := ""
	switch {
	case sum > 1+slack:
		why = fmt.Sprintf("%.6g in all, want at most 1", sum)
	case sum > 1-slack && without > 0:
		why = "1 in all, which leaves nothing to the scenarios without one; lower a share"
	case sum < 1-slack && without == 0 && len(s.Scenarios) > 0:
		why = fmt.Sprintf("the shares of all scenarios add up to %.6g, want 1, or leave one out: it takes the rest", sum)
	default:
		return
	}
	at, key := placeIn(v, "scenarios"), conf.Join(key, "scenarios")
	r.Faults = append(r.Faults, at.Fault(key, "", "concurrency_share: "+why))
}

// scenariosValue is a mix's parts as the YAML has them; nil for none.
func scenariosValue(s *dataset.Spec, slo *map[string]metrics.SLO) any {
	if len(s.Scenarios) == 0 {
		return nil
	}
	list := make([]any, len(s.Scenarios))
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		m := map[string]any{"name": sc.Name, "weight": sc.Weight, "dataset": datasetValue(&sc.Dataset, nil)}
		if sc.Share > 0 {
			m["concurrency_share"] = sc.Share
		}
		if sc.InputLen > 0 {
			m["input_output"] = [2]int{sc.InputLen, sc.OutputLen}
		}
		if slo != nil && len(sloValue((*slo)[sc.Name])) > 0 {
			m["goodput"] = sloValue((*slo)[sc.Name])
		}
		list[i] = m
	}
	return list
}

package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/sweep/conf"
)

// datasetTypes are what dataset.type may be, a mix last: it holds the others.
var datasetTypes = []string{
	dataset.TypeRandom, dataset.TypeShareGPT, dataset.TypeSonnet, dataset.TypeCustom, dataset.TypePrefixRepetition,
	dataset.TypeConversation, dataset.TypeTrace, dataset.TypeRandomMM, dataset.TypeMix,
}

// The values of a trace's replay.
const (
	replayTimes   = dataset.ReplayTimes
	replayLengths = dataset.ReplayLengths
)

// The formats of images.
const (
	formatPNG  = "png"
	formatJPEG = "jpeg"
)

// A datasetKey is a key of some types of dataset: how it is read, and how it is
// written down again.
type datasetKey struct {
	name  string
	types []string
	read  func(r *conf.Reader, key string, v *conf.Value)
	value any // of the spec, as the YAML has it; nil = left out
}

// datasetKeys are the keys of all types but type itself. slo takes the SLOs of a
// mix's scenarios.
func datasetKeys(s *dataset.Spec, slo *map[string]metrics.SLO) []datasetKey {
	of := func(types ...string) []string { return types }
	length := func(dst *int) func(*conf.Reader, string, *conf.Value) { return conf.ReadWhole(dst, 1, maxCount) }
	least := func(dst *int) func(*conf.Reader, string, *conf.Value) { return conf.ReadWhole(dst, 0, maxCount) }
	return []datasetKey{
		{"path", of(dataset.TypeShareGPT, dataset.TypeCustom, dataset.TypeConversation, dataset.TypeTrace),
			conf.ReadText(&s.Path, notEmpty, "a file's path"), orNil(s.Path)},
		{"format", of(dataset.TypeCustom), conf.ReadOneOf(&s.Format, "jsonl", "csv"), orNil(s.Format)},
		{"format", of(dataset.TypeTrace), conf.ReadOneOf(&s.Format, dataset.FormatMooncake, dataset.FormatAzure, dataset.FormatBurstGPT), orNil(s.Format)},

		{"prefix_len", of(dataset.TypeRandom, dataset.TypeSonnet), least(&s.PrefixLen), orNil(s.PrefixLen)},
		{"prefix_len", of(dataset.TypePrefixRepetition), length(&s.PrefixLen), s.PrefixLen},
		{"prefixes", of(dataset.TypePrefixRepetition), length(&s.Prefixes), s.Prefixes},
		{"range_ratio", of(dataset.TypeRandom), readRatio(&s.RangeRatio), ratioValue(s.RangeRatio)},
		{"lengths", of(dataset.TypeRandom), readLengths(&s.Lengths), lengthsValue(s.Lengths)},

		{"turns", of(dataset.TypeConversation), readTurns(&s.Turns), s.Turns},
		{"think", of(dataset.TypeConversation), readThink(&s.Think), distributionValue(s.Think)},
		{"next_len", of(dataset.TypeConversation), length(&s.NextLen), orNil(s.NextLen)},
		{"output_len", of(dataset.TypeShareGPT, dataset.TypeCustom, dataset.TypeConversation), length(&s.OutputLen), orNil(s.OutputLen)},

		{"min_prompt_len", of(dataset.TypeShareGPT), least(&s.MinPromptLen), s.MinPromptLen},
		{"min_output_len", of(dataset.TypeShareGPT), least(&s.MinOutputLen), s.MinOutputLen},
		{"max_prompt_len", of(dataset.TypeShareGPT), length(&s.MaxPromptLen), s.MaxPromptLen},
		{"max_total_len", of(dataset.TypeShareGPT), length(&s.MaxTotalLen), s.MaxTotalLen},

		{"replay", of(dataset.TypeTrace), conf.ReadOneOf(&s.Replay, replayTimes, replayLengths), s.Replay},
		{"speed", of(dataset.TypeTrace), conf.ReadNumber(&s.Speed, func(x float64) bool { return x > 0 && x <= 1e6 }, "a number above 0; 2 = twice as fast as recorded"), speedValue(s)},

		{"images", of(dataset.TypeRandomMM), readImages(&s.Images), imagesValue(s.Images)},
		{"scenarios", of(dataset.TypeMix), readScenarios(&s.Scenarios, slo), scenariosValue(s, slo)},

		{"allow_repeat", of(dataset.TypeShareGPT, dataset.TypeCustom, dataset.TypeConversation, dataset.TypeTrace),
			conf.ReadFlag(&s.AllowRepeat), orNil(s.AllowRepeat)},
	}
}

// speedValue is that of a trace's times; nil where they are left out.
func speedValue(s *dataset.Spec) any {
	if s.Replay == replayLengths {
		return nil
	}
	return s.Speed
}

// orNil is x, or nil for a zero one.
func orNil[T comparable](x T) any {
	var zero T
	if x == zero {
		return nil
	}
	return x
}

// defaultSpec is a dataset of a type with nothing else written. Filters of
// sharegpt, and the prefixes' number and length, are vLLM's.
func defaultSpec(kind string, inMix bool) dataset.Spec {
	s := dataset.Spec{Type: kind}
	switch kind {
	case dataset.TypeShareGPT:
		s.MinPromptLen, s.MinOutputLen, s.MaxPromptLen, s.MaxTotalLen = 4, 4, 1024, 2048
	case dataset.TypePrefixRepetition:
		s.Prefixes, s.PrefixLen = 10, 256
	case dataset.TypeConversation:
		s.Turns = [2]int{2, 8}
	case dataset.TypeTrace:
		s.Replay, s.Speed = replayTimes, 1
		if inMix { // where its times would be only some of the load
			s.Replay = replayLengths
		}
	case dataset.TypeRandomMM:
		s.Images = dataset.ImageSpec{Count: 1, Sizes: [][2]int{{512, 512}}, Format: formatPNG}
	}
	return s
}

// readDataset reads a type alone, or a mapping whose keys depend on its type.
func readDataset(c *Config) func(*conf.Reader, string, *conf.Value) {
	return func(r *conf.Reader, key string, v *conf.Value) {
		c.ScenarioSLO = nil
		c.Dataset = readSpec(r, key, v, &c.ScenarioSLO)
	}
}

// spec reads one dataset; slo is nil within a mix, which knows no mix.
func readSpec(r *conf.Reader, key string, v *conf.Value, slo *map[string]metrics.SLO) dataset.Spec {
	types := datasetTypes
	if slo == nil {
		types = types[:len(types)-1]
	}
	kind, typeKey := typeOf(v, key)
	if kind == nil {
		r.Faults = append(r.Faults, v.At.Fault(typeKey, "", "missing, want "+strings.Join(types, ", ")))
		return dataset.Spec{}
	}
	var name string
	conf.ReadOneOf(&name, types...)(r, typeKey, kind)
	if name == "" {
		return dataset.Spec{}
	}
	s := defaultSpec(name, slo == nil)
	keys := datasetKeys(&s, slo)
	own := &conf.Value{At: v.At, Kind: conf.KindMapping}
	for _, e := range v.Entries {
		if types := typesWith(keys, e.Key); len(types) > 0 && !slices.Contains(types, name) {
			r.Faults = append(r.Faults, e.At.Fault(conf.Join(key, e.Key), "", fmt.Sprintf("key of %s; dataset type is %s", strings.Join(types, ", "), name)))
			continue
		}
		own.Entries = append(own.Entries, e)
	}
	fields := []conf.Field{conf.Key("type", func(*conf.Reader, string, *conf.Value) {})} // read already
	for _, k := range keys {
		if slices.Contains(k.types, name) {
			fields = append(fields, conf.Key(k.name, k.read))
		}
	}
	before := len(r.Faults)
	r.Mapping(own, key, fields)
	requireKeys(r, v, key, &s)
	if len(r.Faults) == before {
		checkSpec(r, v, key, &s, slo == nil)
	}
	return s
}

// typeOf is where a dataset's type is written; nil = nowhere.
func typeOf(v *conf.Value, key string) (kind *conf.Value, typeKey string) {
	if v.Kind != conf.KindMapping {
		return v, key
	}
	kind, _ = v.Get("type")
	return kind, conf.Join(key, "type")
}

// typesWith are the types that have a key of that name.
func typesWith(keys []datasetKey, name string) (types []string) {
	for _, k := range keys {
		if k.name == name {
			types = append(types, k.types...)
		}
	}
	return types
}

// requireKeys faults a dataset without what its type cannot do without.
func requireKeys(r *conf.Reader, v *conf.Value, key string, s *dataset.Spec) {
	switch s.Type {
	case dataset.TypeShareGPT, dataset.TypeCustom, dataset.TypeTrace:
		r.Require(v, key, "a file's path: dataset: {type: "+s.Type+", path: FILE}", "path")
	case dataset.TypeMix:
		r.Require(v, key, wantScenarios, "scenarios")
	}
}

// checkSpec faults what only several of a dataset's keys together show.
func checkSpec(r *conf.Reader, v *conf.Value, key string, s *dataset.Spec, inMix bool) {
	fault := func(name, value, want string) {
		r.Faults = append(r.Faults, placeIn(v, name).Fault(conf.Join(key, name), value, want))
	}
	switch s.Type {
	case dataset.TypeRandom:
		if s.Lengths.Input != nil && s.RangeRatio != (dataset.Ratio{}) {
			fault("range_ratio", "", "stands beside lengths, which say all; keep one")
		}
	case dataset.TypeShareGPT:
		if s.MaxPromptLen < s.MinPromptLen {
			fault("max_prompt_len", strconv.Itoa(s.MaxPromptLen), fmt.Sprintf("at least min_prompt_len, which is %d", s.MinPromptLen))
		}
		if least := s.MinPromptLen + s.MinOutputLen; s.MaxTotalLen < least {
			fault("max_total_len", strconv.Itoa(s.MaxTotalLen), fmt.Sprintf("at least min_prompt_len + min_output_len, which is %d", least))
		}
	case dataset.TypeConversation:
		if s.Path != "" && s.NextLen > 0 {
			fault("next_len", "", "is for synthetic turns, and those of path have lengths of their own; remove one of the two")
		}
		if s.Path == "" && s.OutputLen > 0 {
			fault("output_len", "", "is for the conversations of a path; remove it: input_output has the output length of synthetic ones")
		}
		if s.Path == "" && s.AllowRepeat {
			fault("allow_repeat", "", "is for the conversations of a path; remove it: synthetic ones never run out")
		}
	case dataset.TypeTrace:
		if s.Replay == replayLengths && v.Find("speed") >= 0 {
			fault("speed", "", "is that of the trace's times, and stands beside replay: lengths, which leaves them out; remove it, or set replay: times")
		}
		if inMix && s.Replay == replayTimes {
			fault("replay", replayTimes, "lengths: in a mix requests come as the config says")
		}
	case dataset.TypeMix:
		checkShares(r, v, key, s)
	}
}

// placeIn is where a mapping has a key's value, else where the mapping stands.
func placeIn(v *conf.Value, name string) conf.Position {
	if i := v.Find(name); i >= 0 {
		return v.Entries[i].Value.At
	}
	return v.At
}

// datasetValue is a dataset as the YAML has it, defaults written out: a type
// alone where there is nothing else to say.
func datasetValue(s *dataset.Spec, slo *map[string]metrics.SLO) any {
	m := map[string]any{"type": s.Type}
	for _, k := range datasetKeys(s, slo) {
		if k.value != nil && slices.Contains(k.types, s.Type) {
			m[k.name] = k.value
		}
	}
	if len(m) == 1 {
		return s.Type
	}
	return m
}

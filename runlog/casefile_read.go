package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
)

// ErrNotCase reports a JSON file that is whole but holds no benchmark's result.
var ErrNotCase = errors.New("not a result file: it has no completed, duration and request_throughput")

// distKey takes the key of a latency apart: mean_ttft_ms, p99.9_itl_ms.
func distKey(key string) (stat, metric string, ok bool) {
	name, ok := strings.CutSuffix(key, "_ms")
	at := strings.LastIndexByte(name, '_')
	if !ok || at < 0 {
		return "", "", false
	}
	stat, metric = name[:at], name[at+1:]
	switch metric {
	case "ttft", "tpot", "itl", "e2el":
	default:
		return "", "", false
	}
	switch stat {
	case "mean", "median", "std":
		return stat, metric, true
	}
	p, ok := strings.CutPrefix(stat, "p")
	whole, part, cut := strings.Cut(p, ".")
	return stat, metric, ok && isDigits(whole) && (!cut || isDigits(part))
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// targets maps each key but the distributions' to where its value goes.
func (f *CaseFile) targets() map[string]any {
	arrays := f.Arrays
	if arrays == nil {
		arrays = new(Arrays)
	}
	to := make(map[string]any, 64)
	for _, group := range [][]field{f.head(), f.load(), arrays.fields(), f.peaks(), f.ours(), f.mixed()} {
		for _, fl := range group {
			to[fl.key] = fl.value
		}
	}
	return to
}

// UnmarshalJSON reads our files and vLLM's own.
func (f *CaseFile) UnmarshalJSON(b []byte) error {
	return f.read(keysOf(b))
}

// keysOf yields the top-level keys of a JSON object that is in memory.
func keysOf(b []byte) iter.Seq2[string, keyValue] {
	return streamKeys(bufio.NewReader(bytes.NewReader(b)), func(string) bool { return false })
}

// read takes the keys of our files or vLLM's own. Text keys between num_prompts
// and request_rate are labels; other unknown keys are kept in Extra.
func (f *CaseFile) read(keys iter.Seq2[string, keyValue]) error {
	*f = CaseFile{
		Definitions: DefinitionsVLLM, Arrays: new(Arrays), Results: unknown(),
		RequestRate: Rate(NaN()), Burstiness: Rate(NaN()), Duration: NaN(), MaxOutputTokensPerS: NaN(), RTFX: NaN(),
	}
	to := f.targets()
	ours := make(map[string]bool, 32)
	for _, fl := range f.ours() {
		ours[fl.key] = true
	}
	seen := make(map[string]bool, 128)
	var fault error // of a key of ours
	for key, v := range keys {
		if v.err != nil {
			return v.err
		}
		target, known := to[key]
		var err error
		switch stat, metric, isDist := distKey(key); {
		case known && ours[key]:
			if e := decode(v.raw, target); e != nil && fault == nil {
				fault = fmt.Errorf("key %s: %w", key, e)
			}
		case key == "completed" && string(v.raw) == "null":
			err = errors.New("null, want a whole number")
		case known:
			err = decode(v.raw, target)
		case isDist:
			err = setDist(f.dists(), metric, stat, v.raw)
		case seen["num_prompts"] && !seen["request_rate"] && v.raw[0] == '"':
			err = f.addLabel(key, v.raw)
		default:
			err = f.addExtra(key, v.raw)
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", key, err)
		}
		seen[key] = true
	}
	if !seen["completed"] || !seen["duration"] || !seen["request_throughput"] {
		return ErrNotCase
	}
	if f.Schema != 0 && fault != nil {
		return fault
	}
	if f.Schema == 0 { // vLLM's Rust client has a steady_state of its own, which is not ours
		f.Status, f.SteadyState, f.SLO, f.Definitions = "", nil, nil, DefinitionsVLLM
		if err := f.foreign(); err != nil {
			return err
		}
	}
	if !seen["ttfts"] && !seen["input_lens"] && !seen["output_lens"] {
		f.Arrays = nil
	}
	return nil
}

func (f *CaseFile) addExtra(key string, raw json.RawMessage) error {
	if !json.Valid(raw) {
		return errors.New("not JSON")
	}
	if f.Extra == nil {
		f.Extra = map[string]json.RawMessage{}
	}
	f.Extra[key] = slices.Clone(raw)
	return nil
}

func (f *CaseFile) addLabel(key string, raw json.RawMessage) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	if name, ok := strings.CutPrefix(key, "label_"); ok && isKey(name) {
		key = name
	}
	if f.Labels == nil {
		f.Labels = map[string]string{}
	}
	f.Labels[key] = text
	return nil
}

// setDist sets one figure of a metric: mean, median, std or p and a number.
func setDist(dists []metricDist, metric, stat string, raw json.RawMessage) error {
	var v Float
	if err := decode(raw, &v); err != nil {
		return err
	}
	for _, m := range dists {
		if m.name != metric {
			continue
		}
		switch stat {
		case "mean":
			m.dist.Mean = v
		case "median":
			m.dist.Median = v
		case "std":
			m.dist.Std = v
		default:
			m.dist.P[stat[1:]] = v
		}
	}
	return nil
}

// ReadCase reads a case JSON of ours or a result file that vLLM wrote. A whole
// JSON file that is neither gives ErrNotCase.
func ReadCase(path string) (*CaseFile, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	var f CaseFile
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte(byteOrderMark)), &f); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return &f, nil
}

package aggregate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// vllmKeys is what vLLM 0.32's benchmarks/serve.py puts into its result file, in
// its order, with the types that Python's json gives each: a reader that takes
// nothing for granted. Percentiles and --metadata come beside them.
func vllmKeys() []vllmKey {
	keys := []vllmKey{
		{"date", "str"}, {"endpoint_type", "str"}, {"backend", "str"}, {"label", "str?"}, {"model_id", "str"},
		{"tokenizer_id", "str"}, {"num_prompts", "int"}, {"request_rate", "float or inf"}, {"burstiness", "float"},
		{"max_concurrency", "int?"}, {"duration", "float"}, {"completed", "int"}, {"failed", "int"},
		{"total_input_tokens", "int"}, {"total_output_tokens", "int"}, {"request_throughput", "float"},
		{"request_goodput", "float?"}, {"output_throughput", "float"}, {"total_token_throughput", "float"},
		{"input_lens", "ints"}, {"output_lens", "ints"}, {"ttfts", "floats"}, {"itls", "lists of floats"},
		{"latencies", "floats"}, {"start_times", "floats"}, {"queue_times", "floats"},
		{"generated_texts", "strs"}, {"errors", "strs"},
		{"max_output_tokens_per_s", "float"}, {"max_concurrent_requests", "int"}, {"rtfx", "float"},
	}
	for _, metric := range []string{"ttft", "tpot", "itl", "e2el"} {
		for _, stat := range []string{"mean", "median", "std", "p50", "p90", "p95", "p99"} {
			keys = append(keys, vllmKey{stat + "_" + metric + "_ms", "float"})
		}
	}
	return keys
}

type vllmKey struct{ name, kind string }

// vllmArrays are the keys that only --save-detailed leaves in the file.
const vllmArrays = " input_lens output_lens ttfts itls latencies start_times queue_times generated_texts errors "

// readStrictly reads a result file as vLLM wrote it: each key there, in its order
// and of its type. detailed says whether there are arrays. Keys after vLLM's are
// not its business.
func readStrictly(path string, detailed bool) (map[string]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%v, %w: want an object", t, err)
	}
	values := map[string]any{}
	for _, k := range vllmKeys() {
		array := strings.Contains(vllmArrays, " "+k.name+" ")
		if array && !detailed {
			continue
		}
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		for k.name == "request_rate" && key != k.name { // what --metadata put there
			var label string
			if err := d.Decode(&label); err != nil {
				return nil, fmt.Errorf("key %v, where metadata is: %w", key, err)
			}
			if key, err = d.Token(); err != nil {
				return nil, err
			}
		}
		if key != k.name {
			return nil, fmt.Errorf("key %v where %s should be", key, k.name)
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		if err := k.check(v); err != nil {
			return nil, fmt.Errorf("key %s: %w", k.name, err)
		}
		values[k.name] = v
	}
	return values, nil
}

func (k vllmKey) check(v any) error {
	wrong := fmt.Errorf("%v (%T), want %s", v, v, k.kind)
	if kind, optional := strings.CutSuffix(k.kind, "?"); optional {
		if v == nil {
			return nil
		}
		return vllmKey{k.name, kind}.check(v)
	}
	if item, ok := map[string]string{"ints": "int", "floats": "float", "strs": "str", "lists of floats": "floats"}[k.kind]; ok {
		list, ok := v.([]any)
		if !ok {
			return wrong
		}
		var errs []error
		for _, one := range list {
			errs = append(errs, vllmKey{k.name, item}.check(one))
		}
		return errors.Join(errs...)
	}
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	isFloat := strings.ContainsAny(number.String(), ".eE") // as Python's json writes and reads the types apart
	switch {
	case k.kind == "str" && isText, k.kind == "int" && isNumber && !isFloat, k.kind == "float" && isNumber && isFloat,
		k.kind == "float or inf" && (text == "inf" || isNumber && isFloat):
		return nil
	}
	return wrong
}

// The reader takes what vLLM wrote itself.
func TestStrictReaderReadsVLLM(t *testing.T) {
	files, err := filepath.Glob("../runlog/testdata/vllm/*.json")
	check(t, err)
	if len(files) != 3 {
		t.Fatalf("%d files, want 3", len(files))
	}
	for _, path := range files {
		if _, err := readStrictly(path, true); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err = readStrictly(filepath.Join("..", "results", "sample", ".run", "run.json"), false)
	if err == nil {
		t.Error("it takes a manifest for a result file")
	}
}

// And what we write, with the figures that our table has.
func TestVLLMReadsOurs(t *testing.T) {
	rows := sampleRun(t)
	columns := map[string]Column{}
	for _, c := range Columns() {
		columns[c.Name] = c
	}
	for i := range rows {
		values, err := readStrictly(rows[i].File, false)
		if err != nil {
			t.Fatalf("%s: %v", rows[i].File, err)
		}
		compared := 0
		for _, k := range vllmKeys() {
			number, ok := values[k.name].(json.Number)
			column, known := columns[k.name]
			if !ok || !known {
				continue
			}
			compared++
			want, err := number.Float64()
			check(t, err)
			var got float64
			switch v := column.Of(&rows[i]).(type) {
			case int64:
				got = float64(v)
			case float64:
				got = v
			default:
				got = math.NaN()
			}
			if got != want {
				t.Errorf("%s: %s is %v, in the file %v", rows[i].Case, k.name, got, want)
			}
		}
		if compared != 13+4*7 { // loads and rates; four metrics with seven figures
			t.Errorf("%s: %d figures compared, want 41", rows[i].Case, compared)
		}
	}
}

// A detailed file's arrays are vLLM's too, one value a request.
func TestVLLMReadsOursDetailed(t *testing.T) {
	row := sampleRun(t)[1]
	f, err := runlog.ReadCase(row.File)
	check(t, err)
	records, err := recordsOf(row.File)
	check(t, err)
	f.Detailed(records)
	text, err := json.Marshal(f)
	check(t, err)
	path := filepath.Join(t.TempDir(), "detailed.json")
	write(t, path, string(text))
	values, err := readStrictly(path, true)
	check(t, err)
	for name := range strings.FieldsSeq(vllmArrays) {
		if n := len(values[name].([]any)); n != row.Completed {
			t.Errorf("%s has %d values, want %d", name, n, row.Completed)
		}
	}
	measured := 0
	for i := range records {
		if _, ok := metrics.TTFT(&records[i]); ok && !records[i].Warmup {
			measured++
		}
	}
	if measured != row.Completed {
		t.Errorf("%d requests measured, want %d", measured, row.Completed)
	}
}

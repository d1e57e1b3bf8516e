package runlog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// A field is a key of the case JSON and where its value lives.
type field struct {
	key   string
	value any // a pointer into the CaseFile
}

// head, load, arrays, peaks, ours and mixed are the keys in the order of the file.
func (f *CaseFile) head() []field {
	return []field{
		{"date", &f.Date}, {"endpoint_type", &f.EndpointType}, {"backend", &f.Backend}, {"label", &f.Label},
		{"model_id", &f.ModelID}, {"tokenizer_id", &f.TokenizerID}, {"num_prompts", &f.NumPrompts},
	}
}

func (f *CaseFile) load() []field {
	return append([]field{
		{"request_rate", &f.RequestRate}, {"burstiness", &f.Burstiness}, {"max_concurrency", &f.MaxConcurrency},
		{"duration", &f.Duration},
	}, f.counts()...)
}

func (a *Arrays) fields() []field {
	return []field{
		{"input_lens", &a.InputLens}, {"output_lens", &a.OutputLens}, {"ttfts", &a.TTFTs}, {"itls", &a.ITLs},
		{"latencies", &a.Latencies}, {"start_times", &a.StartTimes}, {"queue_times", &a.QueueTimes},
		{"generated_texts", &a.GeneratedTexts}, {"errors", &a.Errors},
	}
}

func (f *CaseFile) peaks() []field {
	return []field{
		{"max_output_tokens_per_s", &f.MaxOutputTokensPerS},
		{"max_concurrent_requests", &f.MaxConcurrentRequests}, {"rtfx", &f.RTFX},
	}
}

func (f *CaseFile) ours() []field {
	return []field{
		{"schema", &f.Schema}, {"definitions", &f.Definitions}, {"status", &f.Status}, {"case", &f.Case},
		{"validity", &f.Validity}, {"client", &f.Client}, {"lengths", &f.Lengths}, {"failures", &f.Failures},
		{"steady_state", &f.SteadyState}, {"slo", &f.SLO}, {"certified", &f.Certified},
		{"telemetry", &f.Telemetry}, {"cost", &f.Cost}, {"environment", &f.Environment}, {"server", &f.Server},
		{"distributions", &f.Distributions}, {"notes", &f.Notes},
	}
}

// mixed are the keys that only a mixed case has.
func (f *CaseFile) mixed() []field { return []field{{"scenarios", &f.Scenarios}} }

func (d *Dist) fields(name string) []field {
	fs := []field{{"mean_" + name + "_ms", &d.Mean}, {"median_" + name + "_ms", &d.Median}, {"std_" + name + "_ms", &d.Std}}
	for _, p := range slices.SortedFunc(maps.Keys(d.P), byNumber) {
		v := d.P[p]
		fs = append(fs, field{"p" + p + "_" + name + "_ms", &v})
	}
	return fs
}

func byNumber(a, b string) int {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return cmp.Compare(x, y)
}

// percentile is vLLM's spelling: 99, 99.9.
func percentile(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

// fields is the whole file in order. Labels are keys of their own, as vLLM
// writes --metadata; one that has the name of another key gets "label_" before it.
func (f *CaseFile) fields() []field {
	rest := f.load()
	if f.Arrays != nil {
		rest = append(rest, f.Arrays.fields()...)
	}
	rest = append(rest, f.peaks()...)
	rest = append(rest, f.latencies()...)
	if f.Schema != 0 {
		rest = append(rest, f.ours()...)
	}
	if len(f.Scenarios) > 0 {
		rest = append(rest, f.mixed()...)
	}
	all := f.head()
	for _, name := range slices.Sorted(maps.Keys(f.Labels)) {
		value := f.Labels[name]
		if isKey(name) {
			name = "label_" + name
		}
		all = append(all, field{name, &value})
	}
	all = append(all, rest...)
	for _, name := range slices.Sorted(maps.Keys(f.Extra)) {
		raw := f.Extra[name]
		all = append(all, field{name, &raw})
	}
	return all
}

// isKey reports whether the schema has that key.
func isKey(name string) bool {
	_, known := new(CaseFile).targets()[name]
	_, _, isDist := distKey(name)
	return known || isDist
}

// MarshalJSON writes the keys in the order of the file.
func (f *CaseFile) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := f.write(&b)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// write puts a key a line, its value compact: short enough to read, and to diff.
func (f *CaseFile) write(w io.Writer) error {
	var b bytes.Buffer
	if err := writeObject(&b, f.fields(), "\n"); err != nil {
		return fmt.Errorf("case JSON, %w", err)
	}
	b.WriteString("\n")
	_, err := w.Write(b.Bytes())
	return err
}

// writeObject writes fields as a JSON object, with space before each and at its end.
func writeObject(b *bytes.Buffer, fields []field, space string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	b.WriteString("{")
	for i, fl := range fields {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(space)
		for _, part := range []struct {
			value any
			after string
		}{{fl.key, ": "}, {fl.value, ""}} {
			if err := e.Encode(part.value); err != nil {
				return fmt.Errorf("key %s: %w", fl.key, err)
			}
			b.Truncate(b.Len() - 1) // Encode ends with a newline
			b.WriteString(part.after)
		}
	}
	b.WriteString(space + "}")
	return nil
}

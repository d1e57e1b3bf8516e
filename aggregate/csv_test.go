package aggregate

import (
	"bytes"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		check(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	check(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestCSVGolden(t *testing.T) {
	dir, _ := ownRun(t)
	rows, broken := Load([]string{dir, "../runlog/testdata/vllm"})
	if len(broken) > 0 {
		t.Fatal(broken)
	}
	path, err := Write(dir, rows)
	check(t, err)
	if want := filepath.Join(dir, "aggregate_results.csv"); path != want {
		t.Errorf("written to %s, want %s", path, want)
	}
	text, err := os.ReadFile(path)
	check(t, err)
	golden(t, "results.golden.csv", string(text))

	back, err := ReadCSV(bytes.NewReader(text))
	check(t, err)
	for i := range rows {
		rows[i].File = "" // no CSV has it
	}
	if diff := cmp.Diff(rows, back); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
}

// The first columns are what users' spreadsheets count on, in this order.
func TestCSVColumns(t *testing.T) {
	var b bytes.Buffer
	check(t, WriteCSV(&b, nil))
	want := strings.Fields("case model input_len output_len max_concurrency num_prompts request_rate dataset server repeat axes " +
		"completed request_throughput output_throughput mean_ttft_ms median_ttft_ms p99_ttft_ms mean_tpot_ms mean_itl_ms mean_e2el_ms")
	header := strings.Split(strings.TrimSpace(b.String()), ",")
	if len(header) < len(want) || !slices.Equal(header[:len(want)], want) {
		t.Errorf("columns %v\nwant first %v", header, want)
	}
	seen := map[string]bool{}
	for _, name := range header {
		if seen[name] {
			t.Errorf("column %s comes twice", name)
		}
		seen[name] = true
	}
}

// Undefined is an empty cell: never 0, NaN, null or <nil>.
func TestUndefinedIsEmpty(t *testing.T) {
	dir, _ := ownRun(t)
	rows, _ := Load([]string{dir})
	var b bytes.Buffer
	check(t, WriteCSV(&b, rows[2:])) // the failed case
	lines, err := csv.NewReader(&b).ReadAll()
	check(t, err)
	for i, name := range lines[0] {
		cell := lines[1][i]
		undefined := strings.HasSuffix(name, "_ms") && !strings.Contains(name, "lag") || strings.HasSuffix(name, "throughput") || name == "duration"
		if undefined && cell != "" {
			t.Errorf("%s of a case without completions is %q", name, cell)
		}
		if strings.Contains(cell, "NaN") || strings.Contains(cell, "nil") {
			t.Errorf("%s is %q", name, cell)
		}
	}
}

func TestReadCSV(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		rows       int
		fault      string
	}{
		{"another order, missing and unknown columns", "mean_ttft_ms,new_one,case\n1.5,x,a\n,y,b\n", 2, ""},
		{"header only", "case,model\n", 0, ""},
		{"empty file", "", 0, "empty"},
		{"no case", "case,model\n,m\n", 0, "row 1 has no case"},
		{"not a number", "case,completed\na,many\n", 0, `row 1 (a), completed: "many", want a number`},
		{"as a spreadsheet saves it", "\ufeffcase,mean_ttft_ms\r\na,1.5\r\n,\r\nb,\r\n", 2, ""},
		{"thousands apart", "case,output_throughput\na,\"12,769\"\n", 0, `row 1 (a), output_throughput: "12,769"`},
		{"a decimal comma", "case,mean_ttft_ms\nb,2\na,\"1,5\"\n", 0, `row 2 (a), mean_ttft_ms: "1,5"`},
		{"NaN", "case,mean_ttft_ms\na,NaN\n", 0, `row 1 (a), mean_ttft_ms: "NaN"`},
		{"infinite", "case,mean_ttft_ms\na,1e999\n", 0, `row 1 (a), mean_ttft_ms: "1e999"`},
		{"semicolons", "case;model;mean_ttft_ms\na;\"m;\"\"n\"\"\";1,5\n", 0, `no column case: it is "case;model;mean_ttft_ms"`},
		{"tabs", "case\tmodel\na\tm\n", 0, "no column case"},
		{"a spreadsheet's hint", "sep=,\ncase,model\na,m\n", 0, `no column case: it is "sep=,"`},
		{"UTF-16", "\xff\xfec\x00a\x00s\x00e\x00\n\x00", 0, "no UTF-8"},
		{"a row too short", "case,model\na\n", 0, "row 1: cells 1, want 2"},
	} {
		rows, err := ReadCSV(strings.NewReader(tt.text))
		if len(rows) != tt.rows || (err == nil) != (tt.fault == "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
			t.Errorf("%s: %d rows, %v; want %d, %q", tt.name, len(rows), err, tt.rows, tt.fault)
		}
		if tt.rows == 2 && (*rows[0].MeanTTFT != 1.5 || rows[1].MeanTTFT != nil) {
			t.Errorf("%s: %v, %v; want 1.5 and undefined", tt.name, rows[0].MeanTTFT, rows[1].MeanTTFT)
		}
	}
}

// A float is written so that it reads back bit for bit.
func TestCSVKeepsPrecision(t *testing.T) {
	for _, v := range []float64{1.0 / 3, math.SmallestNonzeroFloat64, 1e300, 0.1 + 0.2, 0} {
		var b bytes.Buffer
		check(t, WriteCSV(&b, []Row{{Case: "a", Duration: &v}}))
		rows, err := ReadCSV(&b)
		check(t, err)
		if len(rows) != 1 || rows[0].Duration == nil || *rows[0].Duration != v {
			t.Errorf("%v reads back as %v", v, rows)
		}
	}
}

package aggregate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// sampleRun is the run that the repository keeps.
func sampleRun(t *testing.T) []Row {
	t.Helper()
	rows, broken := Load([]string{filepath.Join("..", "results", "sample")})
	if len(rows) != 12 || len(broken) > 0 {
		t.Fatalf("%d rows, broken %v; want 12 and none", len(rows), broken)
	}
	return rows
}

// The order of the columns is frozen: a line may only be added at a golden file's end.
func TestColumnsAreFrozen(t *testing.T) {
	var results []string
	for _, c := range Columns() {
		results = append(results, c.Name)
	}
	golden(t, "results.columns.golden", strings.Join(results, "\n")+"\n")
	golden(t, "summary.columns.golden", strings.Join(SummaryColumns(), "\n")+"\n")
	golden(t, "requests.columns.golden", strings.Join(RequestColumns(), "\n")+"\n")
	for _, g := range Groups(sampleRun(t)) {
		if n := len(g.cells()); n != len(SummaryColumns()) {
			t.Fatalf("%d cells for %d columns of the summary", n, len(SummaryColumns()))
		}
	}
}

// docs/csv.md has a table a file, whose first column is the file's columns in order.
func TestColumnsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "csv.md"))
	check(t, err)
	documented := map[string][]string{}
	section := ""
	name := regexp.MustCompile("^\\| `([^`]+)` \\| [^|]+ \\| .+ \\|$")
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if title, ok := strings.CutPrefix(s.Text(), "## "); ok {
			section = title
		} else if m := name.FindStringSubmatch(s.Text()); m != nil {
			documented[section] = append(documented[section], m[1])
		}
	}
	var results []string
	for _, c := range Columns() {
		results = append(results, c.Name)
	}
	var summary []string // the figures' are documented by their endings
	for _, c := range SummaryColumns() {
		if name, ok := strings.CutPrefix(c, headline()[0].name+"_"); ok {
			summary = append(summary, "FIGURE_"+name)
		} else if strings.Count(c, "_") < 2 {
			summary = append(summary, c)
		}
	}
	for section, want := range map[string][]string{
		"aggregate_results": results, "aggregate_summary": summary, "aggregate_requests": RequestColumns(),
	} {
		if diff := cmp.Diff(want, documented[section]); diff != "" {
			t.Errorf("docs/csv.md, %s (-columns +documented):\n%s", section, diff)
		}
	}
	for _, h := range headline() {
		if !strings.Contains(string(text), "`"+h.name+"`") {
			t.Errorf("docs/csv.md does not name %s", h.name)
		}
	}
	if want := fmt.Sprintf("Version %d", Schema); !strings.Contains(string(text), want) {
		t.Errorf("docs/csv.md does not say %q", want)
	}
}

func TestJSONGolden(t *testing.T) {
	rows := sampleRun(t)
	rate := Row{Case: "at a rate", RequestRate: "2.5", ValidityReasons: "a < b"}
	var b bytes.Buffer
	check(t, WriteJSON(&b, append(rows[:2:2], rows[9], rate)))
	golden(t, "results.golden.json", b.String())

	var objects []map[string]any
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	d.UseNumber()
	check(t, d.Decode(&objects))
	if len(objects) != 4 || objects[3]["request_rate"] != json.Number("2.5") || objects[0]["request_rate"] != "inf" {
		t.Errorf("rates %v and %v; want inf, as text, and 2.5, as a number", objects[0]["request_rate"], objects[3]["request_rate"])
	}
	if v, ok := objects[3]["p99_ttft_ms"]; !ok || v != nil {
		t.Errorf("an undefined figure is %v; want null", v)
	}
	if got := objects[2]["seed"]; got != json.Number(strconv.FormatUint(*rows[9].Seed, 10)) {
		t.Errorf("seed %v, want %d", got, *rows[9].Seed)
	}
	b.Reset()
	check(t, WriteJSON(&b, nil))
	if b.String() != "[\n]\n" {
		t.Errorf("no rows are %q", b.String())
	}
}

func TestParquet(t *testing.T) {
	rows := append(sampleRun(t), Row{Case: "empty"})
	var b bytes.Buffer
	check(t, WriteParquet(&b, rows))
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	check(t, err)
	if v, ok := file.Lookup("llmsweep.schema"); !ok || v != strconv.Itoa(Schema) {
		t.Errorf("the file's schema is %q, want %d", v, Schema)
	}
	columns := Columns()
	back := readBack(t, file)
	if len(back) != len(rows) {
		t.Fatalf("%d rows read back, want %d", len(back), len(rows))
	}
	for i, c := range columns {
		if leaf := file.Schema().Columns()[i]; len(leaf) != 1 || leaf[0] != c.Name {
			t.Fatalf("column %d is %v, want %s", i, leaf, c.Name)
		}
		for j := range rows {
			want := c.value(reflect.ValueOf(rows[j]))
			if got := back[j][i]; got != want {
				t.Errorf("%s of %s: %v (%T), want %v (%T)", c.Name, rows[j].Case, got, got, want, want)
			}
		}
	}
}

// readBack are a file's cells by row and column, as Column.value has them.
func readBack(t *testing.T, file *parquet.File) [][]any {
	t.Helper()
	var all [][]any
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		buf := make([]parquet.Row, 1)
		for range group.NumRows() {
			if n, err := rows.ReadRows(buf); n != 1 {
				t.Fatalf("reading back: %v", err)
			}
			var cells []any
			for i, v := range buf[0] {
				cells = append(cells, valueOf(v, file.Schema().Fields()[i].Type()))
			}
			all = append(all, cells)
		}
		check(t, rows.Close())
	}
	return all
}

func valueOf(v parquet.Value, t parquet.Type) any {
	switch {
	case v.IsNull():
		return nil
	case v.Kind() == parquet.Double:
		return v.Double()
	case v.Kind() == parquet.ByteArray:
		return string(v.ByteArray())
	case v.Kind() == parquet.Boolean:
		return v.Boolean()
	case t.String() == "INT(64,false)":
		return v.Uint64()
	}
	return v.Int64()
}

// Each figure that vLLM's console states is the row's, to the console's two digits.
func TestPublishedConsoles(t *testing.T) {
	rows, broken := Load([]string{"../runlog/testdata/vllm"})
	if len(rows) != 3 || len(broken) > 0 {
		t.Fatalf("%d rows, broken %v", len(rows), broken)
	}
	label := map[string]string{
		"Successful requests": "completed", "Failed requests": "failed", "Maximum request concurrency": "max_concurrency",
		"Benchmark duration (s)": "duration", "Total input tokens": "total_input_tokens", "Total generated tokens": "total_output_tokens",
		"Request throughput (req/s)": "request_throughput", "Output token throughput (tok/s)": "output_throughput",
		"Peak output token throughput (tok/s)": "max_output_tokens_per_s", "Peak concurrent requests": "max_concurrent_requests",
		"Total token throughput (tok/s)": "total_token_throughput",
	}
	for _, stat := range []string{"Mean", "Median", "P50", "P90", "P95", "P99"} {
		for _, metric := range []string{"TTFT", "TPOT", "ITL", "E2EL"} {
			label[stat+" "+metric+" (ms)"] = strings.ToLower(stat + "_" + metric + "_ms")
		}
	}
	columns := map[string]Column{}
	for _, c := range Columns() {
		columns[c.Name] = c
	}
	for i := range rows {
		console, err := os.ReadFile(filepath.Join("testdata", "console", rows[i].Case+".txt"))
		check(t, err)
		compared := 0
		for line := range strings.Lines(string(console)) {
			name, stated, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok {
				continue
			}
			column, known := label[name]
			if !known {
				t.Errorf("%s: nobody compares %q", rows[i].Case, name)
				continue
			}
			compared++
			want, err := strconv.ParseFloat(strings.TrimSpace(stated), 64)
			check(t, err)
			got, err := strconv.ParseFloat(text(columns[column].Of(&rows[i])), 64)
			check(t, err)
			if fmt.Sprintf("%.2f", got) != fmt.Sprintf("%.2f", want) {
				t.Errorf("%s: %s is %v, the console says %s", rows[i].Case, column, got, stated)
			}
		}
		if compared != len(label) {
			t.Errorf("%s: %d figures compared, want %d", rows[i].Case, compared, len(label))
		}
	}
}

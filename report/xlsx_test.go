package report

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// sampleBook is the sample run's workbook, written and opened again.
func sampleBook(t *testing.T, rows []aggregate.Row) (*excelize.File, []byte) {
	t.Helper()
	run, err := runlog.ReadRun(filepath.Join("..", "results", "sample"))
	if err != nil || run == nil {
		t.Fatalf("the sample's manifest: %v, %v", run, err)
	}
	var b bytes.Buffer
	err = WriteXLSX(&b, Workbook{Rows: rows, Reading: aggregate.Read(rows, aggregate.ReadOptions{}), Runs: []WorkbookRun{{"results/sample", run}}, Broken: []error{errors.New("bench_x.json is cut short")}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, b.Bytes()
}

// raw are a sheet's cells as they are stored: numbers in full.
func raw(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Cell by cell, the sheet has what the rows have, numbers as numbers.
func TestXLSXCases(t *testing.T) {
	rows := sampleRows(t)
	f, _ := sampleBook(t, rows)
	if want := []string{"Charts", "Cases", "Pivot", "Curves", "About"}; !slices.Equal(f.GetSheetList(), want) {
		t.Errorf("sheets %v, want %v", f.GetSheetList(), want)
	}
	cells := raw(t, f, "Cases")
	if len(cells) != 13 {
		t.Fatalf("%d lines, want a header and 12", len(cells))
	}
	numbers := 0
	for i := range rows {
		if got := cells[i+1][:2]; got[0] != rows[i].Case || got[1] != rows[i].Validity {
			t.Errorf("line %d begins with %v, want %s and %s", i+2, got, rows[i].Case, rows[i].Validity)
		}
		for j, c := range aggregate.Columns()[1:] {
			at := cell(j+3, i+2)
			got := ""
			if j+2 < len(cells[i+1]) {
				got = cells[i+1][j+2]
			}
			if name := cells[0][j+2]; name != c.Name {
				t.Fatalf("column %d is %s, want %s", j+3, name, c.Name)
			}
			kind, err := f.GetCellType("Cases", at)
			if err != nil {
				t.Fatal(err)
			}
			isText := kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString
			switch v := c.Of(&rows[i]).(type) {
			case nil:
				if got != "" {
					t.Errorf("%s (%s) is %q, want an empty cell", at, c.Name, got)
				}
			case float64, int64:
				want, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
				if n, err := strconv.ParseFloat(got, 64); err != nil || !same(n, want) || isText {
					t.Errorf("%s (%s) is %q of type %v, want the number %v", at, c.Name, got, kind, v)
				}
				numbers++
			default:
				if got != fmt.Sprint(v) || !isText {
					t.Errorf("%s (%s) is %q of type %v, want the text %v", at, c.Name, got, kind, v)
				}
			}
		}
		if ok, link, err := f.GetCellHyperLink("Cases", cell(1, i+2)); !ok || err != nil || link != rows[i].Case+".json" {
			t.Errorf("%s leads to %q, %v; want its case file", rows[i].Case, link, err)
		}
	}
	if numbers < 600 {
		t.Errorf("%d numbers compared", numbers)
	}
}

// same reports whether numbers have the 15 digits in common that a sheet shows.
func same(a, b float64) bool { return math.Abs(a-b) <= 1e-13*math.Abs(a) }

func TestXLSXSettings(t *testing.T) {
	rows := sampleRows(t)
	f, _ := sampleBook(t, rows)
	for sheet, columns := range map[string]int{"Cases": 2, "Pivot": 0, "Curves": 0, "About": 0} {
		if p, err := f.GetPanes(sheet); err != nil || !p.Freeze || p.YSplit != 1 || p.XSplit != columns {
			t.Errorf("%s: panes %+v, %v; want the header frozen, and %d columns", sheet, p, err, columns)
		}
	}
	last := columnLetters(len(aggregate.Columns()) + 1)
	var filters []string
	for _, n := range f.GetDefinedName() {
		filters = append(filters, n.RefersTo)
	}
	if !slices.ContainsFunc(filters, func(s string) bool { return strings.Contains(s, "Cases") && strings.Contains(s, last+"$13") }) {
		t.Errorf("filters over %v; want one over all of Cases, to %s13", filters, last)
	}
	formats, err := f.GetConditionalFormats("Cases")
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for area, all := range formats {
		for _, rule := range all {
			rules = append(rules, strings.SplitN(area, " ", 2)[0]+" "+rule.Criteria)
		}
	}
	slices.Sort(rules)
	column := func(name string) string {
		return columnLetters(slices.IndexFunc(aggregate.Columns(), func(c aggregate.Column) bool { return c.Name == name }) + 2)
	}
	few := func(name string, needed int) string {
		return fmt.Sprintf("%s2:%s13 $%s2<%d", column(name), column(name), column("completed"), needed)
	}
	want := []string{
		"A2:" + last + `13 OR($B2="invalid",$B2="failed",$B2="interrupted")`, "A2:" + last + `13 $B2="suspect"`,
		few("p90_ttft_ms", 64), few("p95_ttft_ms", 130), few("p99_ttft_ms", 662),
		few("p90_tpot_ms", 64), few("p95_tpot_ms", 130), few("p99_tpot_ms", 662),
		few("p90_e2el_ms", 64), few("p95_e2el_ms", 130), few("p99_e2el_ms", 662),
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Errorf("conditional formats (-want +got):\n%s", diff)
	}
	if shown, err := f.GetCellValue("Cases", column("output_throughput")+"4"); err != nil || !strings.HasPrefix(shown, "1,87") || len(shown) != len("1,871.13") {
		t.Errorf("output tokens/s are shown as %q, %v", shown, err)
	}
}

// The long form has each figure of each case once.
func TestXLSXPivot(t *testing.T) {
	rows := sampleRows(t)
	f, _ := sampleBook(t, rows)
	cells := raw(t, f, "Pivot")
	columns := map[string]aggregate.Column{}
	figures := 0
	for _, c := range aggregate.Columns() {
		columns[c.Name] = c
		for i := range rows {
			if c.IsFloat() && c.Of(&rows[i]) != nil {
				figures++
			}
		}
	}
	if len(cells)-1 != figures || figures < 480 {
		t.Fatalf("%d lines, want %d", len(cells)-1, figures)
	}
	byName := map[string]*aggregate.Row{}
	for i := range rows {
		byName[rows[i].Case] = &rows[i]
	}
	for i, line := range cells[1:] {
		r := byName[line[0]]
		metric, value := line[len(line)-2], line[len(line)-1]
		got, err := strconv.ParseFloat(value, 64)
		if r == nil || err != nil || !same(columns[metric].Of(r).(float64), got) || line[11] != r.Validity || line[4] != strconv.Itoa(*r.MaxConcurrency) {
			t.Fatalf("line %d: %v", i+2, line)
		}
	}
}

func TestXLSXAbout(t *testing.T) {
	f, _ := sampleBook(t, sampleRows(t))
	var lines []string
	for _, line := range raw(t, f, "About") {
		lines = append(lines, strings.Join(line, " | "))
	}
	for _, want := range []string{
		"cases | suspect | 1",
		"suspect | bench_io512x16_mc1_np4_run2 | reader lag p99 1.04 ms, limit 1 ms",
		"not read |  | bench_x.json is cut short",
		"run results/sample | tool | llmsweep sample",
		"run results/sample | config.base_url | sim:default",
		"run results/sample | config.concurrency_prompts | [[1,4],[4,16],[16,32]]",
		"run results/sample | host.hostname | example",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("About has no line %q:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

// No rows of ours, and none that was measured, still make a workbook.
func TestXLSXWithoutFigures(t *testing.T) {
	for _, rows := range [][]aggregate.Row{nil, {{Case: "x", Status: runlog.StatusFailed}}} {
		f, file := sampleBook(t, rows)
		if n := len(raw(t, f, "Cases")); n != len(rows)+1 {
			t.Errorf("%d lines of cases, want %d", n, len(rows)+1)
		}
		if charts := chartsOf(t, file); len(charts) > 0 {
			t.Errorf("charts of nothing: %v", charts)
		}
	}
}

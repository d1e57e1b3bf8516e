package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// Charts are drawn from the sheet Curves, over the rows of their series.
func TestXLSXCharts(t *testing.T) {
	rows := sampleRows(t)
	f, file := sampleBook(t, rows)
	curves := raw(t, f, "Curves")
	var lines []string
	for _, line := range curves[1:] {
		lines = append(lines, strings.Join(line[:6], "; "))
	}
	want := []string{
		"128 → 16; 1; max concurrency; 2; 0; 0", "128 → 16; 4; max concurrency; 2; 0; 0", "128 → 16; 16; max concurrency; 2; 0; 0",
		"512 → 16; 1; max concurrency; 2; 1; 0", "512 → 16; 4; max concurrency; 2; 0; 0", "512 → 16; 16; max concurrency; 2; 0; 0",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("curves (-want +got):\n%s", diff)
	}
	mean := (*rows[0].OutputThroughput + *rows[6].OutputThroughput) / 2
	if got, err := strconv.ParseFloat(curves[1][6], 64); err != nil || got < mean-1e-9 || got > mean+1e-9 {
		t.Errorf("%s is %s, want the repeats' mean %v", curves[0][6], curves[1][6], mean)
	}
	charts := chartsOf(t, file)
	wantCharts := []string{
		"Throughput against load | max concurrency | output tokens/s | Curves!$A$2: Curves!$B$2:$B$4, Curves!$G$2:$G$4 | Curves!$A$5: Curves!$B$5:$B$7, Curves!$G$5:$G$7",
		"Latency against throughput: E2EL | output tokens/s | mean E2EL, ms | Curves!$A$2: Curves!$G$2:$G$4, Curves!$N$2:$N$4 | Curves!$A$5: Curves!$G$5:$G$7, Curves!$N$5:$N$7",
		"Latency against throughput: TTFT | output tokens/s | p99 TTFT, ms | Curves!$A$2: Curves!$G$2:$G$4, Curves!$K$2:$K$4 | Curves!$A$5: Curves!$G$5:$G$7, Curves!$K$5:$K$7",
		"Latency against throughput: TPOT | output tokens/s | mean TPOT, ms | Curves!$A$2: Curves!$G$2:$G$4, Curves!$L$2:$L$4 | Curves!$A$5: Curves!$G$5:$G$7, Curves!$L$5:$L$7",
	}
	if diff := cmp.Diff(wantCharts, charts); diff != "" {
		t.Errorf("charts (-want +got):\n%s", diff)
	}
	for column, name := range map[int]string{6: "output_throughput", 10: "p99_ttft_ms", 11: "mean_tpot_ms", 13: "mean_e2el_ms"} {
		if curves[0][column] != name {
			t.Errorf("column %d of Curves is %s, want %s", column+1, curves[0][column], name)
		}
	}
}

// chartsOf are a workbook's charts, in order: title, axes, and each series' name,
// x and y.
func chartsOf(t *testing.T, file []byte) []string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var charts []string
	for n := 1; ; n++ {
		part, err := z.Open(fmt.Sprintf("xl/charts/chart%d.xml", n))
		if err != nil {
			return charts
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Title  []string `xml:"chart>title>tx>rich>p>r>t"`
			Series []struct {
				Name string `xml:"tx>strRef>f"`
				X    string `xml:"xVal>numRef>f"`
				Y    string `xml:"yVal>numRef>f"`
				Line struct {
					Width int `xml:"w,attr"`
				} `xml:"spPr>ln"`
			} `xml:"chart>plotArea>scatterChart>ser"`
			Axes []string `xml:"chart>plotArea>valAx>title>tx>rich>p>r>t"`
		}
		if err := xml.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		line := append(c.Title, c.Axes...)
		for _, s := range c.Series {
			if s.Line.Width == 0 {
				t.Errorf("%v: a series has no line", c.Title)
			}
			line = append(line, fmt.Sprintf("%s: %s, %s", s.Name, s.X, s.Y))
		}
		charts = append(charts, strings.Join(line, " | "))
	}
}

// Where no tokens are generated charts go by requests/s, input tokens/s and E2EL,
// those of embeddings apart from those of reranking and of servers that generate.
func TestXLSXChartsWithoutTokens(t *testing.T) {
	embed, rerank := withoutTokens(rising("tei", 256), 1), withoutTokens(rising("tei", 256), 2)
	for i := range embed {
		embed[i].Backend, rerank[i].Backend = "embeddings", "rerank"
	}
	_, file := sampleBook(t, append(append(embed, rerank...), rising("vllm", 256)...))
	var got []string
	for _, c := range chartsOf(t, file) {
		if strings.Contains(c, ", embeddings |") || strings.Contains(c, ", rerank |") {
			got = append(got, c)
		} else if strings.Count(c, "Curves!$A$") != 1 || !strings.Contains(c, "Curves!$A$10: ") {
			t.Errorf("a chart by output tokens/s is of %s, want vllm's alone", c)
		}
	}
	var want []string
	for _, k := range []struct {
		name        string
		first, last int
	}{{"embeddings", 2, 5}, {"rerank", 6, 9}} {
		at := func(column string) string { return fmt.Sprintf("Curves!$%s$%d:$%[1]s$%[3]d", column, k.first, k.last) }
		series := fmt.Sprintf("Curves!$A$%d: ", k.first)
		want = append(want,
			"Throughput against load, "+k.name+" | max concurrency | requests/s | "+series+at("B")+", "+at("H"),
			"Input against load, "+k.name+" | max concurrency | input tokens/s | "+series+at("B")+", "+at("I"),
			"Latency against throughput: E2EL, "+k.name+" | requests/s | mean E2EL, ms | "+series+at("H")+", "+at("N"),
			"Latency against throughput: p99 E2EL, "+k.name+" | requests/s | p99 E2EL, ms | "+series+at("H")+", "+at("O"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("charts (-want +got):\n%s", diff)
	}
}

// An unbounded rate is a text among the loads, and such a text makes Excel number a
// series' x values: it is on the sheet, and not on charts over the load.
func TestXLSXUnboundedLoad(t *testing.T) {
	rows := rising("", 256)
	for i := range rows {
		at := 64
		rows[i].MaxConcurrency, rows[i].RequestRate = &at, []string{"2", "4", "8", "inf"}[i]
	}
	f, file := sampleBook(t, rows)
	charts := chartsOf(t, file)
	if !strings.HasSuffix(charts[0], "requests/s | output tokens/s | Curves!$A$2: Curves!$B$2:$B$4, Curves!$G$2:$G$4") {
		t.Errorf("throughput against load is %s, want it without the last row", charts[0])
	}
	if !strings.HasSuffix(charts[1], "Curves!$G$2:$G$5, Curves!$N$2:$N$5") {
		t.Errorf("latency against throughput is %s, want all rows", charts[1])
	}
	curves := raw(t, f, "Curves")
	if last := curves[4]; last[1] != "unbounded" || last[15] != "peak" || curves[3][15] != "knee" {
		t.Errorf("the sheet's last rows are\n%v\n%v", curves[3], last)
	}
}

// A price shows its digits, however low, and a latency its microseconds.
func TestXLSXNumberFormats(t *testing.T) {
	rows := rising("", 256)
	aggregate.Reprice(rows, runlog.Cost{MachineHour: 0.036, Currency: "USD"})
	f, _ := sampleBook(t, rows)
	names := raw(t, f, "Cases")[0]
	for name, want := range map[string]string{
		"cost_per_request": "0.0000128", // 0.036 ÷ 3600 ÷ (100 ÷ 128)
		"mean_tpot_ms":     "10.000",
	} {
		at := slices.Index(names, name) + 1
		if got, err := f.GetCellValue("Cases", cell(at, 2)); err != nil || got != want {
			t.Errorf("%s is shown as %q, %v; want %s", name, got, err, want)
		}
	}
}

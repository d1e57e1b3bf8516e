package aggregate

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

func TestRequests(t *testing.T) {
	rows := sampleRun(t)
	var b bytes.Buffer
	check(t, WriteRequestsCSV(&b, Requests(rows[:1])))
	golden(t, "requests.golden.csv", b.String())
	lines, err := csv.NewReader(&b).ReadAll()
	check(t, err)
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	sum, n := 0.0, 0
	for _, line := range lines[1:] {
		if line[at["warmup"]] == "true" {
			continue
		}
		ttft, err := strconv.ParseFloat(line[at["ttft_ms"]], 64)
		check(t, err)
		sum += ttft
		n++
	}
	if mean := sum / float64(n); n != 4 || mean < *rows[0].MeanTTFT-1e-9 || mean > *rows[0].MeanTTFT+1e-9 {
		t.Errorf("mean TTFT of %d requests is %v, the case's %v", n, mean, *rows[0].MeanTTFT)
	}

	b.Reset()
	check(t, WriteRequestsParquet(&b, Requests(rows)))
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	check(t, err)
	i, columns := 0, columnsOf(reflect.TypeFor[RequestRow]())
	back := readBack(t, file)
	for r, err := range Requests(rows) {
		check(t, err)
		for j, c := range columns {
			if want := c.value(reflect.ValueOf(r)); i < len(back) && back[i][j] != want {
				t.Fatalf("row %d, %s: %v, want %v", i, c.Name, back[i][j], want)
			}
		}
		i++
	}
	if i != len(back) || i < 208 {
		t.Errorf("%d rows read back of %d; want all, and 208 measured at least", len(back), i)
	}
}

// A request that failed has no latencies, and says why.
func TestRequestsOfFailures(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bench_io1x1_mc1_np1.json")
	write(t, path, minimal)
	base := strings.TrimSuffix(path, ".json")
	write(t, base+".requests.jsonl", `{"id":"a","due":0,"queued":0,"sent":1000000,"end":3000000000,"output_tokens":0,"status":503,"error_class":"http_5xx","error":"busy"}
{"id":"b","censored":true,"due":2000000,"queued":1,"sent":3000000,"end":4000000,"output_tokens":0}
{"id":"c
{"id":"d","due":5,"queued":5,"sent":6,"end":7,"output_tokens":0}
`)
	none := filepath.Join(dir, "bench_io2x2_mc1_np1.json")
	write(t, none, minimal)
	rows, broken := Load([]string{dir})
	if len(rows) != 2 || len(broken) > 0 {
		t.Fatalf("%d rows, %v", len(rows), broken)
	}
	var got []string
	for r, err := range Requests(rows) {
		if err != nil {
			got = append(got, "error: "+strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), ""))
			continue
		}
		got = append(got, fmt.Sprintf("%s %s %s sent %s ttft %s status %s %s %q", r.ID, r.Outcome, r.Case, four(r.Sent), four(r.TTFT), whole(r.Status), r.ErrorClass, r.Error))
	}
	want := []string{
		`a failed bench_io1x1_mc1_np1 sent 0.0010 ttft - status 503 http_5xx "busy"`,
		`b censored bench_io1x1_mc1_np1 sent 0.0030 ttft - status -  ""`,
		"error: reading bench_io1x1_mc1_np1.requests.jsonl:3: invalid character '\\n' in string literal; the file is damaged; run case bench_io1x1_mc1_np1 again",
		"error: bench_io2x2_mc1_np1.json has no records beside it (bench_io2x2_mc1_np1.requests.jsonl.gz): run it with records: full or counts, or bench with --save-detailed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

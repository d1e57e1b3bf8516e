package report

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// chartData is what the page's charts are drawn from: many numbers, which other
// tests hold to the records.
var chartData = regexp.MustCompile(`(?s)(<script type="application/json"[^>]*>).*?(</script>)`)

// The page of the sample run, but for its scripts.
func TestSamplePage(t *testing.T) {
	h, err := (&HTMLSource{Dir: filepath.Join("..", "results", "sample"), Tool: "llmsweep test"}).Load()
	check(t, err)
	var b strings.Builder
	check(t, h.WriteMain(&b))
	golden(t, "sample.golden.html", chartData.ReplaceAllString(b.String(), "$1…$2"))
}

// The sample run on a terminal of 100 columns.
func TestSampleOnTerminal(t *testing.T) {
	rows := sampleRows(t)
	run, err := runlog.ReadRun(filepath.Join("..", "results", "sample"))
	check(t, err)
	var b strings.Builder
	Terminal(&b, Screen{Rows: rows, Width: 100, Reading: aggregate.Read(rows, aggregate.ReadOptions{SLO: aggregate.SLOOf(run)})})
	golden(t, "sample.golden.txt", b.String())
}

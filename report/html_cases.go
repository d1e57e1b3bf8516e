package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// htmlColumns says which coordinates differ between the cases: the others need no
// column.
type htmlColumns struct {
	Model, Server, Backend, Dataset, Rate, Repeat, Goodput bool

	Axes []string // keys of other axes
}

func htmlColumnsOf(rows []aggregate.Row) htmlColumns {
	begun := slices.DeleteFunc(slices.Clone(rows), func(r aggregate.Row) bool { return r.Status == runlog.StatusStarted }) // of the others no coordinate is known yet
	var c htmlColumns
	c.Axes = aggregate.Varying(begun, func(r aggregate.Row) string { return r.Axes })
	for i := range begun {
		a, b := &begun[0], &begun[i]
		c.Model = c.Model || a.Model != b.Model
		c.Server = c.Server || a.Server != b.Server
		c.Backend = c.Backend || a.Backend != b.Backend
		c.Dataset = c.Dataset || a.Dataset != b.Dataset
		c.Rate = c.Rate || a.RequestRate != b.RequestRate
		c.Repeat = c.Repeat || b.Repeat != nil && *b.Repeat > 1
		c.Goodput = c.Goodput || b.GoodputShare != nil
	}
	c.Axes = slices.DeleteFunc(c.Axes, func(key string) bool {
		return key == "model" && c.Model || key == "backend" && c.Backend || key == "dataset" && c.Dataset
	})
	return c
}

// An htmlCase is a line of the table of all cases.
type htmlCase struct {
	aggregate.Row
	Href    string
	Verdict string
	Reasons string
	Few     string // why its p99 figures are in doubt; "" = there are samples enough
	HasTime bool   // there are records, so there is a timeline
}

func htmlCaseOf(c *loadedCase, href func(string) string) *htmlCase {
	h := &htmlCase{Row: c.row, Href: href(c.row.Case), Verdict: htmlVerdict(&c.row), HasTime: c.series != nil}
	h.Reasons = caseReasons(&c.row)
	if c.file == nil {
		h.Href = "" // there is no file to trace its figures to
		return h
	}
	if htmlFew(c.file, "ttft", "e2el") && c.row.P99TTFT != nil {
		h.Few = fmt.Sprintf("%d requests are too few to certify a p99 (%d are needed)", c.row.Completed, aggregate.SamplesNeeded("p99_ttft_ms"))
	}
	return h
}

// htmlFew reports whether the p99 of one of the metrics rests on too few samples.
func htmlFew(f *runlog.CaseFile, names ...string) bool {
	for _, name := range names {
		if sure, told := f.Certified[name]["p99"]; told && !sure {
			return true
		}
	}
	return false
}

// Axis is the case's value of an axis.
func (c *htmlCase) Axis(key string) string {
	v, _ := aggregate.AxisOf(c.Axes, key)
	return v
}

// Doubt is why the case's figures are in doubt; "" = they are not.
func (c *htmlCase) Doubt() string {
	if c.Verdict == metrics.Valid || c.Verdict == noVerdict {
		return ""
	}
	if c.Reasons == "" {
		return c.Verdict
	}
	return c.Verdict + ": " + c.Reasons
}

// GoodputPercent is the share of requests due that met every SLO, %; nil = none asked.
func (c *htmlCase) GoodputPercent() *float64 {
	if c.GoodputShare == nil {
		return nil
	}
	p := 100 * *c.GoodputShare
	return &p
}

// htmlFigure is a number for people, thousands apart; "–" where undefined.
func htmlFigure(v any) string {
	x, ok := htmlFloatOf(v)
	if !ok {
		return "–"
	}
	switch v.(type) {
	case *int, int: // a count
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return thousands(amount(x))
}

// htmlName is a case's name, which lines may break after its underscores.
func htmlName(name string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(name), "_", "_<wbr>"))
}

// htmlRaw is a number for sorting; "" where undefined.
func htmlRaw(v any) string {
	x, ok := htmlFloatOf(v)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// htmlFloatOf is the number that a cell holds; ok is false where it is undefined.
func htmlFloatOf(v any) (x float64, ok bool) {
	switch n := v.(type) {
	case *float64:
		if n == nil {
			return 0, false
		}
		x = *n
	case *int:
		if n == nil {
			return 0, false
		}
		x = float64(*n)
	case int:
		x = float64(n)
	case float64:
		x = n
	}
	return x, !math.IsNaN(x)
}

package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"llmsweep/aggregate"
)

// maxAxis is how many characters of an axis' value the table of cases takes.
const maxAxis = 20

// gridPart is the part of a case's name that its lengths and load make.
var gridPart = regexp.MustCompile(`^bench_.+?_mc\d+_np\d+(_rate(inf|[0-9.]+))?`)

// caseColumns tell cases apart: a column for each axis that varies beside the
// grid, and the grid's part of the name; without such axes, or where that would
// not tell cases apart, the whole name.
type caseColumns struct {
	header table.Row
	cells  []table.Row // of each row
	short  bool        // names are cut to the grid's part
}

// columnsOf cuts names without such axes, too, where short is asked for.
func columnsOf(rows []aggregate.Row, short bool) caseColumns {
	type column struct {
		name string
		of   func(*aggregate.Row) string
	}
	columns := []column{
		{"server", func(r *aggregate.Row) string { return r.Server }},
		{"model", func(r *aggregate.Row) string { return aggregate.LastSegment(r.Model) }},
		{"dataset", func(r *aggregate.Row) string { return r.Dataset }},
	}
	for _, key := range aggregate.Varying(rows, func(r aggregate.Row) string { return r.Axes }) {
		if key != "model" && key != "dataset" {
			columns = append(columns, column{aggregate.LastPart(key), func(r *aggregate.Row) string { v, _ := aggregate.AxisOf(r.Axes, key); return v }})
		}
	}
	columns = append(columns, column{"run", func(r *aggregate.Row) string {
		if r.Repeat == nil {
			return ""
		}
		return strconv.Itoa(*r.Repeat)
	}})
	columns = slices.DeleteFunc(columns, func(c column) bool {
		return !slices.ContainsFunc(rows, func(r aggregate.Row) bool { return c.of(&r) != c.of(&rows[0]) })
	})

	all := caseColumns{header: table.Row{"case"}, short: len(rows) > 0}
	for _, c := range columns {
		all.header = append(all.header, c.name)
	}
	seen := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		name := strings.TrimPrefix(gridPart.FindString(r.Case), "bench_")
		cells := table.Row{name}
		text := name
		for _, c := range columns {
			cells = append(cells, shortened(c.of(r), maxAxis))
			text += "\x00" + shortened(c.of(r), maxAxis)
		}
		if len(columns) == 0 && !short || name == "" || seen[text] {
			return wholeNames(rows)
		}
		seen[text] = true
		all.cells = append(all.cells, cells)
	}
	return all
}

func wholeNames(rows []aggregate.Row) caseColumns {
	all := caseColumns{header: table.Row{"case"}}
	for i := range rows {
		all.cells = append(all.cells, table.Row{rows[i].Case})
	}
	return all
}

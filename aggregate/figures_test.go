package aggregate

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// A condition on a figure, and the CSV's cell of that name, are the same number.
func TestFiguresAreTheCSVsCells(t *testing.T) {
	dir, _ := ownRun(t)
	f, err := runlog.ReadCase(filepath.Join(dir, "bench_io256x128_mc10_np20.json"))
	check(t, err)
	figures := f.Figures()
	row := reflect.ValueOf(rowOf("x", f))
	compared := 0
	for i := range row.NumField() {
		name, _, _ := strings.Cut(row.Type().Field(i).Tag.Get("csv"), ",")
		v, ok := figures[name]
		if !ok {
			continue
		}
		compared++
		cell := reflect.Indirect(row.Field(i))
		if !cell.IsValid() {
			t.Errorf("%s: %g, and an empty cell", name, v)
			continue
		}
		if got := cell.Convert(reflect.TypeFor[float64]()).Float(); got != v {
			t.Errorf("%s: %g, cell %g", name, v, got)
		}
	}
	want := len(runlog.FigureNames("50", "90", "95", "99")) - 1 // failed_share has no column
	if compared != want || len(figures) != want+1 {
		t.Errorf("%d figures, %d compared; want %d", len(figures), compared, want)
	}
}

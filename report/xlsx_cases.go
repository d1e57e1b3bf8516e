package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"llmsweep/aggregate"
)

// cases is the sheet with a row a case and the CSV's columns, after the verdict.
// Settings of the sheet come before its rows, which are streamed.
func (b *book) cases(wb Workbook) error {
	columns := aggregate.Columns()
	if len(wb.Rows)+1 > maxSheetRows {
		return errTooLong
	}
	names := []string{"case", "verdict"} // beside the name, where it is in sight
	for _, c := range columns[1:] {
		names = append(names, c.Name)
	}
	if err := b.filter(sheetCases, len(names), len(wb.Rows)); err != nil {
		return err
	}
	if err := b.byVerdict(sheetCases, len(names), 2, len(wb.Rows)); err != nil {
		return err
	}
	if err := b.grayFew(names, len(wb.Rows)); err != nil {
		return err
	}
	if err := b.links(sheetCases, wb.Rows); err != nil {
		return err
	}
	out, err := b.begin(sheetCases, names, 2, width{1, 1, 36}, width{2, len(names), 13})
	if err != nil {
		return err
	}
	for i := range wb.Rows {
		r := &wb.Rows[i]
		line := []any{excelize.Cell{StyleID: b.caseStyle(i, r), Value: r.Case}, caseVerdict(r)}
		for _, c := range columns[1:] {
			line = append(line, b.valueCell(c.Name, c.Of(r)))
		}
		if err := out.SetRow(cell(1, i+2), line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// valueCell is a value with its column's number format.
func (b *book) valueCell(column string, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case uint64: // a seed: a sheet's numbers have 15 digits
		return fmt.Sprint(v)
	case int64:
		return excelize.Cell{StyleID: b.style.whole, Value: v}
	case float64:
		style := b.style.figure
		switch {
		case strings.HasSuffix(column, "_share") || column == "little_residual":
			style = b.style.share
		case strings.HasSuffix(column, "_ms"):
			style = b.style.ms
		case strings.HasPrefix(column, "cost_"):
			style = b.style.money
		}
		return excelize.Cell{StyleID: style, Value: v}
	}
	return v
}

// grayFew makes a percentile of too few requests look as doubtful as it is.
func (b *book) grayFew(names []string, rows int) error {
	completed := "$" + columnLetters(slices.Index(names, "completed")+1) + "2"
	for i, name := range names {
		needed := aggregate.SamplesNeeded(name)
		if needed == 0 {
			continue
		}
		err := b.f.SetConditionalFormat(sheetCases, cell(i+1, 2)+":"+cell(i+1, rows+1), []excelize.ConditionalFormatOptions{
			{Type: "formula", Criteria: fmt.Sprintf("%s<%d", completed, needed), Format: &b.style.few},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// links lead from the first column to the case files; those beyond what a sheet
// may hold have none.
func (b *book) links(sheet string, rows []aggregate.Row) error {
	for i := range rows {
		if !linked(i, &rows[i]) {
			continue
		}
		if err := b.f.SetCellHyperLink(sheet, cell(1, i+2), filepath.ToSlash(rows[i].File), "External"); err != nil {
			return err
		}
	}
	return nil
}

func linked(i int, r *aggregate.Row) bool { return r.File != "" && i < excelize.TotalSheetHyperlinks }

func (b *book) caseStyle(i int, r *aggregate.Row) int {
	if linked(i, r) {
		return b.style.link
	}
	return b.style.text
}

// pivot is the sheet in long form, ready for a pivot table: a row a case and
// metric that is defined, with the case's axes beside it.
func (b *book) pivot(wb Workbook) error {
	axes := []string{
		"case", "model", "input_len", "output_len", "max_concurrency", "num_prompts", "request_rate",
		"dataset", "server", "repeat", "axes",
	}
	names := append(slices.Clone(axes), "verdict", "metric", "value")
	var keys, metrics []aggregate.Column
	rows := 0
	for _, c := range aggregate.Columns() {
		if slices.Contains(axes, c.Name) {
			keys = append(keys, c)
		} else if c.IsFloat() {
			metrics = append(metrics, c)
			for i := range wb.Rows {
				if c.Of(&wb.Rows[i]) != nil {
					rows++
				}
			}
		}
	}
	if rows+1 > maxSheetRows {
		return errTooLong
	}
	if err := b.filter(sheetPivot, len(names), rows); err != nil {
		return err
	}
	out, err := b.begin(sheetPivot, names, 0, width{1, 1, 36}, width{13, 13, 30})
	if err != nil {
		return err
	}
	at := 2
	for i := range wb.Rows {
		r := &wb.Rows[i]
		var shared []any
		for _, c := range keys {
			shared = append(shared, b.valueCell(c.Name, c.Of(r)))
		}
		shared = append(shared, caseVerdict(r))
		for _, c := range metrics {
			v := c.Of(r)
			if v == nil {
				continue
			}
			line := append(slices.Clip(shared), c.Name, b.valueCell(c.Name, v))
			if err := out.SetRow(cell(1, at), line); err != nil {
				return err
			}
			at++
		}
	}
	return out.Flush()
}

package report

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// A Workbook is what WriteXLSX puts into a spreadsheet.
type Workbook struct {
	Rows    []aggregate.Row   // their File is the path that a case's link leads to
	Reading aggregate.Reading // of the rows
	Runs    []WorkbookRun
	Broken  []error // files that could not be read
}

// A WorkbookRun is a run that rows are from.
type WorkbookRun struct {
	Folder string
	Run    *runlog.Run
}

// The workbook's sheets, in their order.
const (
	sheetCharts = "Charts" // native charts
	sheetCases  = "Cases"  // a row a case, all columns
	sheetPivot  = "Pivot"  // long form: a row a case and metric
	sheetCurves = "Curves" // what the charts are drawn from: means over repeats
	sheetAbout  = "About"  // configuration and doubt
)

// maxSheetRows is Excel's limit.
const maxSheetRows = excelize.TotalRows

// WriteXLSX writes a workbook: charts, the cases, the same in long form, and the
// configuration with every doubt. Numbers are numbers; what is undefined is empty.
func WriteXLSX(w io.Writer, wb Workbook) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheetCharts); err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	for _, name := range []string{sheetCases, sheetPivot, sheetCurves, sheetAbout} {
		if _, err := f.NewSheet(name); err != nil {
			return fmt.Errorf("writing a workbook: %w", err)
		}
	}
	st, err := stylesOf(f)
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	b := book{f, st, wb.Rows, wb.Reading.Curves}
	for _, write := range []func(Workbook) error{b.cases, b.pivot, b.curves, b.charts, b.about} {
		if err := write(wb); err != nil {
			return fmt.Errorf("writing a workbook: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	return nil
}

// A book is a workbook in the making.
type book struct {
	f      *excelize.File
	style  styles
	rows   []aggregate.Row
	series []aggregate.Curve
}

// styles are the cells' looks, by their number in the workbook.
type styles struct {
	header, link, text, whole, figure, ms, money, share, wrap int
	suspect, invalid, few                                     int // conditional
}

func stylesOf(f *excelize.File) (s styles, err error) {
	number := func(format string) *excelize.Style { return &excelize.Style{CustomNumFmt: &format} }
	for _, look := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&s.header, &excelize.Style{
			Font:      &excelize.Font{Bold: true},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E2F0"}},
			Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		}},
		{&s.link, &excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}}},
		{&s.text, &excelize.Style{}},
		{&s.whole, number("#,##0")},
		{&s.figure, number("#,##0.00")},
		{&s.ms, number("#,##0.000")},
		{&s.money, number("#,##0.00########")}, // a request can cost a hundred-thousandth
		{&s.share, number("0.0%")},
		{&s.wrap, &excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		if *look.id, err = f.NewStyle(look.style); err != nil {
			return s, err
		}
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	for _, look := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&s.suspect, &excelize.Style{Fill: fill("FFEB9C")}},
		{&s.invalid, &excelize.Style{Fill: fill("FFC7CE")}},
		{&s.few, &excelize.Style{Font: &excelize.Font{Italic: true, Color: "808080"}}},
	} {
		if *look.id, err = f.NewConditionalStyle(look.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// cell is a cell's name by its column and row, both from 1.
func cell(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		panic(err) // columns and rows are checked against the sheet's limits
	}
	return name
}

// column is a column's letters.
func columnLetters(column int) string {
	name, err := excelize.ColumnNumberToName(column)
	if err != nil {
		panic(err) // there are fewer columns than a sheet has
	}
	return name
}

// frozen holds the header, and the first columns, in sight.
func frozen(columns int) *excelize.Panes {
	pane := "bottomLeft"
	if columns > 0 {
		pane = "bottomRight"
	}
	return &excelize.Panes{Freeze: true, XSplit: columns, YSplit: 1, TopLeftCell: cell(columns+1, 2), ActivePane: pane}
}

// A width is that of columns first to last, in characters.
type width struct {
	first, last int
	chars       float64
}

// begin opens a sheet for writing: its header is in the first row, which stays in
// sight as the first columns do.
func (b *book) begin(sheet string, names []string, columns int, widths ...width) (*excelize.StreamWriter, error) {
	out, err := b.f.NewStreamWriter(sheet)
	if err != nil {
		return nil, err
	}
	if err := out.SetPanes(frozen(columns)); err != nil {
		return nil, err
	}
	for _, w := range widths {
		if err := out.SetColWidth(w.first, w.last, w.chars); err != nil {
			return nil, err
		}
	}
	return out, out.SetRow("A1", b.headerCells(names...))
}

// headerCells are a sheet's first row.
func (b *book) headerCells(names ...string) []any {
	var line []any
	for _, name := range names {
		line = append(line, excelize.Cell{StyleID: b.style.header, Value: name})
	}
	return line
}

// filter puts a filter over a sheet's header.
func (b *book) filter(sheet string, columns, rows int) error {
	return b.f.AutoFilter(sheet, "A1:"+cell(columns, rows+1), nil)
}

// byVerdict colours a sheet's rows by what their verdict column says.
func (b *book) byVerdict(sheet string, columns, verdictColumn, rows int) error {
	verdict := "$" + columnLetters(verdictColumn) + "2"
	return b.f.SetConditionalFormat(sheet, "A2:"+cell(columns, rows+1), []excelize.ConditionalFormatOptions{
		{Type: "formula", Criteria: fmt.Sprintf(`OR(%s="invalid",%s="failed",%s="interrupted")`, verdict, verdict, verdict), Format: &b.style.invalid},
		{Type: "formula", Criteria: fmt.Sprintf(`%s="suspect"`, verdict), Format: &b.style.suspect},
	})
}

// errTooLong reports more rows than a sheet holds.
var errTooLong = errors.New("more rows than a sheet holds (1,048,576); aggregate fewer folders at a time, or take --format parquet")

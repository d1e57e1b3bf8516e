// Package report tells what was measured to people and machines: as text for a
// terminal, Markdown, a workbook, JSON, JUnit, and as one self-contained HTML page.
//
// In: the files of a results folder, aggregate's rows, its reading of them and its
// comparisons. Out: text to an io.Writer. Figures are never computed here: each is a
// case file's, or the mean over repeats that aggregate gives; it stands beside its
// verdict, and leads to the case file that it is from.
package report

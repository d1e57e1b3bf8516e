package aggregate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes an array with an object a row: the CSV's columns as keys, in
// their order, numbers as numbers. What is undefined is null; a request rate is a
// number or "inf", as in a case JSON.
func WriteJSON(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w)
	columns := Columns()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	out.WriteString("[") // a bufio.Writer keeps its first error for Flush
	for i := range rows {
		b.Reset()
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n{")
		for j, c := range columns {
			if j > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, "\n  %q: ", c.Name)
			if err := e.Encode(c.Of(&rows[i])); err != nil {
				return fmt.Errorf("writing JSON: case %s: %s: %w", rows[i].Case, c.Name, err)
			}
			b.Truncate(b.Len() - 1) // Encode ends with a newline
		}
		b.WriteString("\n}")
		out.Write(b.Bytes())
	}
	out.WriteString("\n]\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

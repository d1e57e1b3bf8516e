package aggregate

import (
	"fmt"
	"io"
	"iter"
	"reflect"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// rowGroup is how many rows are held until they are written.
const rowGroup = 50_000

// WriteParquet writes a row a case with the CSV's columns, typed; what is
// undefined is null. A request rate is text, as in the CSV, for its "inf".
func WriteParquet(w io.Writer, rows []Row) error {
	return writeParquet(w, func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
}

// writeParquet writes rows as they come, and stops at their first error. The
// schema is made of the csv tags; its version is in the file's metadata.
func writeParquet[T any](w io.Writer, rows iter.Seq2[T, error]) error {
	columns := columnsOf(reflect.TypeFor[T]())
	t := parquetType(reflect.TypeFor[T](), columns)
	out := parquet.NewGenericWriter[any](w,
		parquet.SchemaOf(reflect.New(t).Interface()),
		parquet.Compression(&parquet.Zstd),
		parquet.KeyValueMetadata("llmsweep.schema", strconv.Itoa(Schema)))
	n := 0
	for r, err := range rows {
		if err != nil {
			return err
		}
		if _, err := out.Write([]any{retagged(reflect.ValueOf(r), columns, t)}); err != nil {
			return fmt.Errorf("writing Parquet: %w", err)
		}
		if n++; n%rowGroup == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("writing Parquet: %w", err)
			}
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing Parquet: %w", err)
	}
	return nil
}

// parquetType is a struct type with parquet tags where t has csv tags, without
// what is in no CSV. Text is optional: an empty one is null, as pointers that are nil.
func parquetType(t reflect.Type, columns []Column) reflect.Type {
	var fields []reflect.StructField
	for _, c := range columns {
		f := t.Field(c.field)
		tag := c.Name
		if f.Type.Kind() == reflect.String {
			tag += ",optional,dict"
		}
		fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: reflect.StructTag(`parquet:"` + tag + `"`)})
	}
	return reflect.StructOf(fields)
}

// retagged is the row as a value of its parquetType.
func retagged(row reflect.Value, columns []Column, t reflect.Type) any {
	v := reflect.New(t).Elem()
	for i, c := range columns {
		v.Field(i).Set(row.Field(c.field))
	}
	return v.Interface()
}

package aggregate

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Column is a column of a table whose rows are structs with csv tags, so that
// every format has the CSV's columns, by the same names and in the same order.
type Column struct {
	Name  string
	field int          // of the struct
	kind  reflect.Kind // of the value; a pointer's is that of what it points to
}

// Columns are those of aggregate_results.csv, in their order.
func Columns() []Column { return columnsOf(reflect.TypeFor[Row]()) }

func columnsOf(t reflect.Type) []Column {
	var all []Column
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("csv"), ",")
		if name == "-" {
			continue
		}
		kind := f.Type.Kind()
		if kind == reflect.Pointer {
			kind = f.Type.Elem().Kind()
		}
		all = append(all, Column{name, i, kind})
	}
	return all
}

// IsFloat reports whether the column holds measured numbers, neither text nor counts.
func (c Column) IsFloat() bool { return c.kind == reflect.Float64 }

// IsText reports whether the column holds text.
func (c Column) IsText() bool { return c.kind == reflect.String }

// Of is the column's value in a row: a string, bool, int64, uint64 or float64; nil
// where it is undefined or an empty text. A request rate is a number unless it is
// unbounded ("inf").
func (c Column) Of(r *Row) any {
	v := c.value(reflect.ValueOf(r).Elem())
	if text, ok := v.(string); ok && c.Name == "request_rate" {
		if rate, err := strconv.ParseFloat(text, 64); err == nil && text != "inf" {
			return rate
		}
	}
	return v
}

// value is that of a row of any table.
func (c Column) value(row reflect.Value) any {
	v := row.Field(c.field)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		if v.Len() == 0 {
			return nil
		}
		return v.String()
	case reflect.Float64:
		return v.Float()
	case reflect.Uint64:
		return v.Uint()
	case reflect.Bool:
		return v.Bool()
	default:
		return v.Int()
	}
}

// text is a value as a CSV cell: numbers in full, whole where they are; "" = nil.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case uint64:
		return strconv.FormatUint(v, 10)
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return strconv.FormatBool(v.(bool))
	}
}

// column is the row's number in a column of the CSV, nil where it is undefined; ok is
// false where there is no such column of numbers.
func (r *Row) column(name string) (value *float64, ok bool) {
	columns := Columns()
	i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
	if i < 0 || columns[i].IsText() {
		return nil, false
	}
	cell := reflect.Indirect(reflect.ValueOf(r).Elem().Field(columns[i].field))
	if !cell.IsValid() {
		return nil, true
	}
	x := cell.Convert(reflect.TypeFor[float64]()).Float()
	return &x, true
}

package sweep

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"llmsweep/sweep/conf"
)

// readNested reads a mapping with keys of its own. What it does not name keeps
// its default.
func readNested(fields ...configField) func(*reader, string, *conf.Value) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			r.complain(key, v, "a mapping with keys of "+strings.Join(names, ", "))
			return
		}
		r.mapping(v, key, fields)
	}
}

var (
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110's token
	lineBreak  = regexp.MustCompile(`[\r\n\x00]`)
)

func readHeaders(c *Config) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		c.Headers, c.written.headers = r.words(key, v, func(e conf.Entry, path string) bool {
			switch {
			case !headerName.MatchString(e.Key):
				r.faults = append(r.faults, e.At.Fault(path, "", "not a header's name; it is made of letters, digits and -"))
				return false
			case lineBreak.MatchString(e.Value.Text):
				r.complain(path, e.Value, "text on one line")
				return false
			}
			return true
		})
	}
}

func readLabels(dst *map[string]string) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		*dst, _ = r.words(key, v, func(e conf.Entry, path string) bool {
			if e.Key == "" {
				r.faults = append(r.faults, e.At.Fault(path, "", "a label without a name; write name: text"))
			}
			return e.Key != ""
		})
	}
}

// words reads a mapping of names to texts, expanded and as written. A number or
// a truth value is taken as it is spelled: a git SHA may be all digits.
func (r *reader) words(key string, v *conf.Value, ok func(e conf.Entry, path string) bool) (expanded, asWritten map[string]string) {
	if v.Kind != conf.KindMapping {
		r.complain(key, v, "a mapping of names to text")
		return nil, nil
	}
	expanded, asWritten = map[string]string{}, map[string]string{}
	for _, e := range v.Entries {
		path := conf.Join(key, e.Key)
		if e.Value.Kind != conf.KindScalar || e.Value.IsNull() {
			r.complain(path, e.Value, "text")
			continue
		}
		if ok(e, path) {
			expanded[e.Key], asWritten[e.Key] = e.Value.Text, e.Value.Written
		}
	}
	return expanded, asWritten
}

// readFreeForm reads a mapping whose keys are the server's business; its values
// are what JSON has.
func readFreeForm(dst, asWritten *map[string]any) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			r.complain(key, v, "a mapping of body fields to values")
			return
		}
		*dst = r.free(key, v, false).(map[string]any)
		*asWritten = r.free(key, v, true).(map[string]any)
	}
}

// free is a value as encoding/json takes it: nil, bool, int64, float64, string,
// []any, map[string]any. With asWritten, what came out of variables stays
// ${NAME}; faults are told without.
func (r *reader) free(key string, v *conf.Value, asWritten bool) any {
	switch v.Kind {
	case conf.KindList:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = r.free(fmt.Sprintf("%s[%d]", key, i), item, asWritten)
		}
		return items
	case conf.KindMapping:
		m := make(map[string]any, len(v.Entries))
		for _, e := range v.Entries {
			m[e.Key] = r.free(conf.Join(key, e.Key), e.Value, asWritten)
		}
		return m
	}
	if asWritten && v.FromVariables() {
		return v.Written
	}
	switch v.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(v.Text, "true")
	case "!!int", "!!float":
		if n, _, ok := conf.Whole(v); ok {
			return n
		}
		x, hint, ok := conf.Number(v)
		if !asWritten && (!ok || math.IsInf(x, 0)) {
			r.complain(key, v, "a number that JSON has"+hint)
		}
		return x
	}
	return v.Text
}

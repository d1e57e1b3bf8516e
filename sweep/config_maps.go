package sweep

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// readNested reads a mapping with keys of its own. What it does not name keeps
// its default.
func readNested(fields ...configField) func(*configReader, string, *value) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return func(r *configReader, key string, v *value) {
		if v.kind != kindMapping {
			r.complain(key, v, "a mapping with keys of "+strings.Join(names, ", "))
			return
		}
		r.mapping(v, key, fields)
	}
}

// require faults the keys that a mapping does not have, or has without a value.
func (r *configReader) require(v *value, key, want string, names ...string) {
	for _, name := range names {
		if _, ok := v.get(name); !ok {
			r.faults = append(r.faults, v.at.fault(join(key, name), "", "missing, want "+want))
		}
	}
}

var (
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110's token
	lineBreak  = regexp.MustCompile(`[\r\n\x00]`)
)

func readHeaders(c *Config) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		c.Headers, c.written.headers = r.words(key, v, func(e entry, path string) bool {
			switch {
			case !headerName.MatchString(e.key):
				r.faults = append(r.faults, e.at.fault(path, "", "not a header's name; it is made of letters, digits and -"))
				return false
			case lineBreak.MatchString(e.value.text):
				r.complain(path, e.value, "text on one line")
				return false
			}
			return true
		})
	}
}

func readLabels(dst *map[string]string) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		*dst, _ = r.words(key, v, func(e entry, path string) bool {
			if e.key == "" {
				r.faults = append(r.faults, e.at.fault(path, "", "a label without a name; write name: text"))
			}
			return e.key != ""
		})
	}
}

// words reads a mapping of names to texts, expanded and as written. A number or
// a truth value is taken as it is spelled: a git SHA may be all digits.
func (r *configReader) words(key string, v *value, ok func(e entry, path string) bool) (expanded, asWritten map[string]string) {
	if v.kind != kindMapping {
		r.complain(key, v, "a mapping of names to text")
		return nil, nil
	}
	expanded, asWritten = map[string]string{}, map[string]string{}
	for _, e := range v.entries {
		path := join(key, e.key)
		if e.value.kind != kindScalar || e.value.isNull() {
			r.complain(path, e.value, "text")
			continue
		}
		if ok(e, path) {
			expanded[e.key], asWritten[e.key] = e.value.text, e.value.written
		}
	}
	return expanded, asWritten
}

// readFreeForm reads a mapping whose keys are the server's business; its values
// are what JSON has.
func readFreeForm(dst, asWritten *map[string]any) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		if v.kind != kindMapping {
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
func (r *configReader) free(key string, v *value, asWritten bool) any {
	switch v.kind {
	case kindList:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = r.free(fmt.Sprintf("%s[%d]", key, i), item, asWritten)
		}
		return items
	case kindMapping:
		m := make(map[string]any, len(v.entries))
		for _, e := range v.entries {
			m[e.key] = r.free(join(key, e.key), e.value, asWritten)
		}
		return m
	}
	if asWritten && v.fromVariables() {
		return v.written
	}
	switch v.tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(v.text, "true")
	case "!!int", "!!float":
		if n, _, ok := asWhole(v); ok {
			return n
		}
		x, hint, ok := asNumber(v)
		if !asWritten && (!ok || math.IsInf(x, 0)) {
			r.complain(key, v, "a number that JSON has"+hint)
		}
		return x
	}
	return v.text
}

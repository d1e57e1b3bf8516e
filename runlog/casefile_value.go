package runlog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// byteOrderMark is what some editors put before UTF-8.
const byteOrderMark = "\ufeff"

// skipMark passes over a byte order mark.
func skipMark(in *bufio.Reader) {
	if b, _ := in.Peek(len(byteOrderMark)); string(b) == byteOrderMark {
		in.Discard(len(b))
	}
}

// decode reads a key's value; its error is what was found, and what was wanted.
func decode(raw json.RawMessage, target any) error {
	var err error
	if f, ok := target.(*Float); ok {
		err = f.read(raw)
	} else {
		err = json.Unmarshal(raw, target)
	}
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("%s, want %s", shown(raw), wanted(kind.Type))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s is not JSON, want %s", shown(raw), wanted(reflect.TypeOf(target).Elem()))
	}
	return err
}

// shown is a value as it stands in the file; of a long one the beginning.
func shown(raw json.RawMessage) string {
	const most = 40
	if len(raw) > most {
		return fmt.Sprintf("%.*s…", most, raw)
	}
	return string(raw)
}

func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// foreign holds figures that we did not write to what they can be, and takes those
// for undefined that vLLM writes as 0: it sums up an empty sample, as TPOT's of
// answers of one token, as if it held a 0. No latency is 0.
func (f *CaseFile) foreign() error {
	for _, fl := range append(f.load(), f.peaks()...) {
		below := false
		switch v := fl.value.(type) {
		case *int:
			below = *v < 0
		case *int64:
			below = *v < 0
		case *Float:
			below = *v < 0
		case *Rate:
			below = *v < 0
		}
		if below {
			return fmt.Errorf("key %s: below 0", fl.key)
		}
	}
	for _, m := range f.dists() {
		for _, fl := range m.dist.fields(m.name) {
			if *fl.value.(*Float) < 0 {
				return fmt.Errorf("key %s: below 0", fl.key)
			}
		}
		if m.dist.Mean == 0 {
			none := Dist{NaN(), NaN(), NaN(), map[string]Float{}}
			for p := range m.dist.P {
				none.P[p] = NaN()
			}
			*m.dist = none
		}
	}
	return nil
}

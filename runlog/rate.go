package runlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a request rate, requests/s; +Inf = unbounded, "inf" in JSON and CSV.
type Rate float64

// Inf is the rate without a bound: as fast as the cap on requests in flight allows.
func Inf() Rate { return Rate(math.Inf(1)) }

// Unbounded reports whether r is +Inf.
func (r Rate) Unbounded() bool { return math.IsInf(float64(r), 1) }

func (r Rate) String() string {
	if r.Unbounded() {
		return "inf"
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64)
}

// MarshalJSON writes "inf" for +Inf, else a number with a point, as vLLM does.
func (r Rate) MarshalJSON() ([]byte, error) {
	if r.Unbounded() {
		return []byte(`"inf"`), nil
	}
	return Float(r).MarshalJSON()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Rate) UnmarshalJSON(b []byte) error {
	if s := string(bytes.Trim(b, `"`)); strings.EqualFold(s, "inf") {
		*r = Inf()
		return nil
	}
	var f Float
	if err := f.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("request rate %s, want a number of requests/s or \"inf\"", b)
	}
	*r = Rate(f)
	return nil
}

// Float is a JSON number that keeps full precision and says null where it is
// undefined (NaN, ±Inf). A whole number keeps its point (12.0), as Python writes
// a float, so that a reader sees the same type in each file.
type Float float64

// NaN is the undefined Float.
func NaN() Float { return Float(math.NaN()) }

// Defined reports whether f is a finite number.
func (f Float) Defined() bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }

// MarshalJSON writes null for an undefined number.
func (f Float) MarshalJSON() ([]byte, error) {
	if !f.Defined() {
		return []byte("null"), nil
	}
	b, err := json.Marshal(float64(f))
	if err == nil && !bytes.ContainsAny(b, ".e") {
		b = append(b, '.', '0')
	}
	return b, err
}

// UnmarshalJSON reads null as NaN.
func (f *Float) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*f = NaN()
		return nil
	}
	if c := b[0]; c == '-' || c >= '0' && c <= '9' { // there are many: json.Unmarshal makes garbage for each
		if v, err := strconv.ParseFloat(string(b), 64); err == nil {
			*f = Float(v)
			return nil
		}
	}
	return json.Unmarshal(b, (*float64)(f))
}

// read reads text that may not be JSON.
func (f *Float) read(b []byte) error {
	if !json.Valid(b) {
		return json.Unmarshal(b, f)
	}
	return f.UnmarshalJSON(bytes.TrimSpace(b))
}

package runlog

import (
	"encoding/json"
	"math"
	"testing"
)

func TestNumbersInJSON(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		want string
	}{
		{"unbounded rate", Inf(), `"inf"`},
		{"whole rate keeps its point, as Python writes it", Rate(4), `4.0`},
		{"rate", Rate(0.25), `0.25`},
		{"undefined", NaN(), `null`},
		{"infinite", Float(math.Inf(-1)), `null`},
		{"zero is a number", Float(0), `0.0`},
		{"full precision", Float(2.612492398999848), `2.612492398999848`},
		{"large", Float(1e21), `1e+21`},
		{"negative", Float(-3), `-3.0`},
	} {
		got, err := json.Marshal(tt.v)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestRateFromJSON(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Rate
		ok   bool
	}{
		{`"inf"`, Inf(), true},
		{`"Inf"`, Inf(), true},
		{`4`, 4, true},
		{`0.5`, 0.5, true},
		{`"fast"`, 0, false},
		{`true`, 0, false},
	} {
		var r Rate
		err := json.Unmarshal([]byte(tt.in), &r)
		if (err == nil) != tt.ok || r != tt.want {
			t.Errorf("%s: %v, %v; want %v, ok %v", tt.in, r, err, tt.want, tt.ok)
		}
	}
	if s := Inf().String() + " " + Rate(1.5).String(); s != "inf 1.5" {
		t.Errorf("as text: %s", s)
	}
}

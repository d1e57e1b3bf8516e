package main

import (
	"slices"
	"testing"
)

func TestFormatByEnding(t *testing.T) {
	for _, tt := range []struct {
		asked  []string
		output string
		want   string // "" = a fault
	}{
		{nil, "", "csv"}, {nil, "-", "csv"}, {nil, "out/table", "csv"}, {nil, "a.xlsx", "xlsx"}, {nil, "a.b.parquet", "parquet"},
		{nil, "a.pdf", ""}, {[]string{"json"}, "a.pdf", "json"}, {[]string{"pdf"}, "", ""},
	} {
		got, err := pickFormats(tt.asked, tt.output, aggregateFormats())
		if tt.want == "" && err == nil || tt.want != "" && !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%v, %q: %v, %v; want %q", tt.asked, tt.output, got, err, tt.want)
		}
	}
}

package wording

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Thousands(0), "0"},
		{Thousands(999), "999"},
		{Thousands(1000), "1,000"},
		{Thousands(1234567.8), "1,234,568"},
		{Plural(0, "case"), "0 cases"},
		{Plural(1, "case"), "1 case"},
		{Plural(2000, "case"), "2,000 cases"},
		{OneLine(" a\n\tb  c\r\n"), "a b c"},
		{Short("a\nb"), "a·b"},
		{Short(strings.Repeat("ä", 48)), strings.Repeat("ä", 48)},
		{Short(strings.Repeat("ä", 49)), strings.Repeat("ä", 47) + "…"},
		{Figure("p99_ttft_ms"), "p99 TTFT"},
		{Figure("output_throughput"), "output throughput"},
		{Figure("goodput_share"), "goodput share"},
		{Value("p99_ttft_ms", 42.318), "42.3 ms"},
		{Value("p99_ttft_ms", 0.012345), "0.0123 ms"},
		{Value("p99_ttft_ms", 1234.5), "1,234 ms"}, // half to even
		{Value("goodput_share", 0.995), "99.5 %"},
		{Value("request_throughput", 3), "3 requests/s"},
		{Value("output_throughput", 51234.4), "51,234 tok/s"},
		{Value("completed", 12), "12"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestColumns(t *testing.T) {
	var b strings.Builder
	Columns(&b, [][]string{{"case", "n"}, {"ä", "10"}}, 0)
	if want := "case   n\nä     10\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

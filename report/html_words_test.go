package report

import (
	"slices"
	"testing"
)

func TestHTMLLinked(t *testing.T) {
	hrefs := map[string]string{"bench_a": "bench_a.json", "bench_a_rate0.5": "r.json", "chat": "chat.json"}
	for _, tt := range []struct {
		line string
		want []link
	}{
		{"", []link{{}}},
		{"nothing named", []link{{Text: "nothing named"}}},
		{"knee (bench_a, bench_a_rate0.5; doubt)", []link{{Text: "knee ("}, {"bench_a", "bench_a.json"}, {Text: ", "}, {"bench_a_rate0.5", "r.json"}, {Text: "; doubt)"}}},
		{"bench_a: failed", []link{{}, {"bench_a", "bench_a.json"}, {Text: ": failed"}}},
		{"chatty bench_ab of chat", []link{{Text: "chatty bench_ab of "}, {"chat", "chat.json"}, {}}},
	} {
		if got := traced(tt.line, hrefs); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestHTMLOnlyFew(t *testing.T) {
	for doubt, want := range map[string]bool{
		"":                                   false,
		"too few samples for p99 (20 < 662)": true,
		"p99 from 40 requests, 662 needed":   true,
		"suspect: reader lag p99 3 ms; p99 from 40 requests, 662 needed": false,
		"invalid": false,
	} {
		if got := htmlOnlyFew(doubt); got != want {
			t.Errorf("%q: %v, want %v", doubt, got, want)
		}
	}
}

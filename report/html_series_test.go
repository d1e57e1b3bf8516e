package report

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"llmsweep/metrics"
)

func yieldRecords(rs []metrics.Record, last error) func(func(metrics.Record, error) bool) {
	return func(yield func(metrics.Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
		if last != nil {
			yield(metrics.Record{}, last)
		}
	}
}

// TestSeries: a warm-up request from 1.0 to 1.1 s and two measured ones, counted by
// hand. Instants of the series are after the first send.
func TestSeries(t *testing.T) {
	const ms = 1_000_000
	records := []metrics.Record{
		{ID: "w", Warmup: true, Sent: 1000 * ms, Arrivals: []int64{1050 * ms, 1100 * ms}, OutputTokens: 2, LastToken: 1100 * ms, End: 1100 * ms},
		{ID: "b", Sent: 1200 * ms, Arrivals: []int64{1210 * ms, 1230 * ms}, OutputTokens: 4, LastToken: 1230 * ms, End: 1230 * ms},
		{ID: "a", Sent: 1100 * ms, Arrivals: []int64{1140 * ms, 1180 * ms, 1240 * ms}, OutputTokens: 3, LastToken: 1240 * ms, End: 1240 * ms},
		{ID: "unsent", End: 1300 * ms, ErrorClass: "connect"},
	}
	s, err := seriesOf(yieldRecords(records, nil), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		line htmlLine
		t, v []htmlNumber
	}{
		{"in flight", s.InFlight, []htmlNumber{0, 0.1, 0.2, 0.23, 0.24}, []htmlNumber{1, 1, 2, 1, 0}},
		{"TTFT", s.TTFT, []htmlNumber{0.1, 0.2}, []htmlNumber{40, 10}},
		{"TPOT", s.TPOT, []htmlNumber{0.1, 0.2}, []htmlNumber{50, 20. / 3}},
		{"E2EL", s.E2EL, []htmlNumber{0.1, 0.2}, []htmlNumber{140, 30}},
	} {
		if !slices.Equal(tt.line.T, tt.t) || !slices.Equal(tt.line.V, tt.v) || tt.line.Of != len(tt.t) {
			t.Errorf("%s: %v %v of %d, want %v %v", tt.name, tt.line.T, tt.line.V, tt.line.Of, tt.t, tt.v)
		}
	}
	if s.Requests != 2 || s.ITLs != 3 || s.Warm != 0.1 {
		t.Errorf("%d requests, %d gaps, warm-up until %v s; want 2, 3 and 0.1", s.Requests, s.ITLs, s.Warm)
	}
	tokens := 0.0
	for _, v := range s.Tokens.V {
		tokens += float64(v) * s.Window
	}
	if math.Abs(tokens-9) > 1e-9 || s.Window != 0.01 {
		t.Errorf("%v tokens in windows of %v s, want all 9 in windows of 0.01 s", tokens, s.Window)
	}
	if first, last := s.TTFTShare[0], s.TTFTShare[len(s.TTFTShare)-1]; first != 10 || last != 40 {
		t.Errorf("TTFTs from %v to %v, want 10 to 40", first, last)
	}
}

func TestSeriesOfNothing(t *testing.T) {
	if s, err := seriesOf(yieldRecords(nil, nil), 100); s != nil || err != nil {
		t.Errorf("no records: %v, %v; want nothing", s, err)
	}
	torn := errors.New("damaged")
	if _, err := seriesOf(yieldRecords(nil, torn), 100); !errors.Is(err, torn) {
		t.Errorf("damaged records: %v", err)
	}
}

// TestSeriesKeepsExtremes: of 3,000 requests at most 400 points a line are drawn, and
// the slowest request is one of them.
func TestSeriesKeepsExtremes(t *testing.T) {
	var records []metrics.Record
	for i := range int64(3000) {
		sent, ttft := (i+1)*10_000_000, int64(5_000_000)
		if i == 1717 {
			ttft = 900_000_000
		}
		records = append(records, metrics.Record{Sent: sent, Arrivals: []int64{sent + ttft}, OutputTokens: 1, LastToken: sent + ttft, End: sent + ttft})
	}
	s, err := seriesOf(yieldRecords(records, nil), 400)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.TTFT.V); n > 400 || s.TTFT.Of != 3000 || slices.Max(s.TTFT.V) != 900 {
		t.Errorf("%d of %d points, largest %v; want at most 400 of 3000 with 900", n, s.TTFT.Of, slices.Max(s.TTFT.V))
	}
	if n := len(s.Tokens.V); n > 400 {
		t.Errorf("%d windows of tokens/s, want at most 400", n)
	}
}

func TestHTMLNumber(t *testing.T) {
	for in, want := range map[float64]string{1.23456789: "1.2346", 0: "0", 123456: "1.2346e+05", math.NaN(): "null", math.Inf(1): "null", 16: "16"} {
		b, err := json.Marshal(htmlNumber(in))
		if err != nil || string(b) != want {
			t.Errorf("%v: %s, %v; want %s", in, b, err, want)
		}
	}
}

func TestHTMLFigure(t *testing.T) {
	half, n := 0.5, 7
	var none *float64
	for _, tt := range []struct {
		v    any
		want string
	}{
		{1234.5, "1234"}, {12345.0, "12\u202f345"}, {-1234567.0, "-1\u202f234\u202f567"}, {99.95, "100"}, {12.34, "12.3"},
		{1.234, "1.23"}, {&half, "0.500"}, {0.0, "0"}, {&n, "7"}, {none, "–"}, {math.NaN(), "–"},
	} {
		if got := htmlFigure(tt.v); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.v, got, tt.want)
		}
	}
}

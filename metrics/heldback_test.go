package metrics

import (
	"math"
	"strings"
	"testing"
)

// 21 requests due every 100 ms, so over 2 s at 10/s; sent every gap ns.
func held(gap int64) []Record {
	var rs []Record
	for i := range int64(21) {
		due, sent := 1e9+i*100e6, 1e9+i*gap
		rs = append(rs, Record{Due: due, Queued: max(due, sent), Sent: sent, Arrivals: []int64{sent + 10e6}, LastToken: sent + 10e6, End: sent + 10e6})
	}
	return rs
}

func TestHeldBack(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records []Record
		o       Options
		want    string
	}{
		{"on time", held(100e6), Options{RequestRate: 10, MaxConcurrency: 4}, ""},
		{"4 % late", held(104e6), Options{RequestRate: 10, MaxConcurrency: 4}, ""},
		{"half the rate", held(200e6), Options{RequestRate: 10, MaxConcurrency: 4}, "4 in flight held the load back: 5 of 10 requests/s were sent, the longest wait for a slot 2000 ms"},
		{"too few to say", held(200e6)[:19], Options{RequestRate: 10, MaxConcurrency: 4}, ""},
		{"no cap", held(200e6), Options{RequestRate: 10}, ""},
		{"a closed loop has no schedule", held(200e6), Options{RequestRate: math.Inf(1), MaxConcurrency: 4}, ""},
		{"nothing", nil, Options{RequestRate: 10, MaxConcurrency: 4}, ""},
	} {
		got := heldBack(newLoad(tt.records, tt.o), tt.o)
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

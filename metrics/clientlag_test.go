package metrics

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSendLags(t *testing.T) {
	// sent, due, end in ms.
	r := func(due, sent, end int64) Record {
		return Record{Due: due * ms, Queued: sent * ms, Sent: sent * ms, End: end * ms}
	}
	warm := func(due, sent, end int64) Record {
		return with(r(due, sent, end), func(r *Record) { r.Warmup = true })
	}
	for _, tt := range []struct {
		name    string
		records []Record
		limit   int
		want    []float64
	}{
		{"no cap: sent − due", []Record{r(100, 103, 900), r(200, 200, 800)}, 0, []float64{3, 0}},
		{"with a slot free, the due time counts", []Record{r(100, 103, 150), r(200, 204, 300)}, 1, []float64{3, 4}},
		{"held by the cap, the slot's end counts", []Record{r(100, 100, 500), r(200, 501, 900), r(300, 902, 1000)}, 1, []float64{0, 1, 2}},
		{"two slots: the earlier end frees one", []Record{r(0, 10, 500), r(0, 10, 300), r(20, 302, 400), r(30, 401, 600)}, 2, []float64{10, 10, 2, 1}},
		{"more in flight than the cap: it did not hold the second", []Record{r(0, 10, 500), r(100, 104, 300)}, 1, []float64{10, 4}},
		{"a warm-up request holds a slot, and has no lag of its own", []Record{warm(0, 10, 400), r(100, 405, 500)}, 1, []float64{5}},
		{"what was never sent has no lag, but held its slot", []Record{{Due: 0, Queued: 1, End: 400 * ms, ErrorClass: "connect"}, r(100, 405, 500)}, 1, []float64{5}},
	} {
		if got := sendLags(tt.records, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v ms, want %v", tt.name, got, tt.want)
		}
	}
}

func TestClientLag(t *testing.T) {
	records := []Record{
		with(answer(1000, 1100, 1110), func(r *Record) { r.Lags, r.SharedEvents, r.Reconnects = []int32{100, 300}, 2, 1 }),
		with(answer(2000, 2100, 2110), func(r *Record) { r.Lags, r.ErrorClass, r.Reconnects = []int32{200, 5000}, "reset", 1 }),
		with(answer(500, 600), func(r *Record) { r.Lags, r.Warmup, r.SharedEvents = []int32{90000}, true, 1 }),
	}
	want := Client{
		KernelStamps: true,
		LagP50:       0.25, LagP99: 0.3 + 0.97*4.7, LagMax: 5, // rank 2.97 of 0.1, 0.2, 0.3, 5
		SharedShare: 0.5, Reconnects: 2,
	}
	got := Summarize(records, Options{}).Client
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 0)); diff != "" {
		t.Error(diff)
	}
	records[1].Lags = nil
	if c := Summarize(records, Options{}).Client; c.KernelStamps {
		t.Error("kernel stamps claimed though one request had none")
	}
	if c := Summarize(nil, Options{}).Client; c.KernelStamps || !math.IsNaN(c.LagP99) || !math.IsNaN(c.SharedShare) {
		t.Errorf("of no request: %+v; want no stamps, undefined figures", c)
	}
}

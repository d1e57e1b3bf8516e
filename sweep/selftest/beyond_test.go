package selftest

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

func TestBeyondTheSelfTest(t *testing.T) {
	trusted := &Result{Trusted: &TrustedLoad{Streams: 256, EventsPerS: 20000.5}, Largest: 1000}
	all := &Result{Trusted: &TrustedLoad{Streams: 4, EventsPerS: 350}, Largest: 4}
	for _, tt := range []struct {
		name     string
		test     *Result
		inFlight int
		events   float64
		want     string
	}{
		{"within", trusted, 256, 20000.5, ""},
		{"nothing was sent", trusted, 0, math.NaN(), ""},
		{"in flight", trusted, 512, 100,
			"load beyond the self-test: 512 in flight, trusted up to 256 on this host; run llmsweep selftest"},
		{"events", trusted, 16, 20000.6,
			"load beyond the self-test: 20,001 token events/s, trusted up to 20,000 on this host; run llmsweep selftest"},
		{"both", trusted, 1024, 40000,
			"load beyond the self-test: 1,024 in flight and 40,000 token events/s, trusted up to 256 and 20,000 on this host; run llmsweep selftest"},
		{"larger than any tested", all, 5, 1,
			"load beyond the self-test: 5 in flight, trusted up to 4 on this host, the largest load tested; run llmsweep selftest"},
		{"no load is trusted", &Result{Largest: 4}, 1, 90,
			"load beyond the self-test: 1 in flight, trusted at no load on this host; run llmsweep selftest"},
		{"no load is trusted, and nothing was sent", &Result{Largest: 4}, 0, math.NaN(), ""},
	} {
		if got := tt.test.beyond(tt.inFlight, tt.events); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestCaseBeyondTheSelfTestIsSuspect(t *testing.T) {
	// 3 in flight; the measured one has 4 events in 2 s.
	records := []metrics.Record{{Arrivals: at(1, 2, 3, 4)}, {Warmup: true, Arrivals: at(1, 2, 3, 4)}}
	for _, tt := range []struct {
		name    string
		test    *Result
		before  string
		want    string
		reasons int
	}{
		{"no self-test", nil, metrics.Valid, metrics.Valid, 1},
		{"within", &Result{Trusted: &TrustedLoad{Streams: 3, EventsPerS: 2}}, metrics.Valid, metrics.Valid, 1},
		{"too many events", &Result{Trusted: &TrustedLoad{Streams: 3, EventsPerS: 1.9}}, metrics.Valid, metrics.Suspect, 2},
		{"too many in flight", &Result{Trusted: &TrustedLoad{Streams: 2, EventsPerS: 2}}, metrics.Valid, metrics.Suspect, 2},
		{"invalid stays so", &Result{Trusted: &TrustedLoad{Streams: 2, EventsPerS: 2}}, metrics.Invalid, metrics.Invalid, 2},
	} {
		s := metrics.Summary{MaxConcurrentRequests: 3, Duration: 2}
		s.Validity.Add(metrics.Suspect, "another reason")
		s.Validity.Verdict = tt.before
		tt.test.Judge(&s, records)
		if v := s.Validity; v.Verdict != tt.want || len(v.Reasons) != tt.reasons {
			t.Errorf("%s: %+v, want %s with %d reasons", tt.name, v, tt.want, tt.reasons)
		}
	}
}

func TestLastSelfTest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "selftest.json")
	if got, err := Last(path, "a"); got != nil || err != nil {
		t.Errorf("no file: %v, %v; want nothing said", got, err)
	}
	saved := &Result{Schema: Schema, Date: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Host: map[string]any{"hostname": "a"},
		Trusted: &TrustedLoad{Streams: 4, EventsPerS: 350.5, TTFTError: 0.2, ITLError: 0.1}, Largest: 4,
		Rows: []Row{{Load: Paced, Streams: 4, ReaderLagP99: runlog.NaN(), Doubts: []string{"d"}}}}
	if err := saved.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Last(path, "a")
	if err != nil || got == nil {
		t.Fatalf("%v, %v; want what was saved", got, err)
	}
	if *got.Trusted != *saved.Trusted || got.Largest != 4 || !got.Date.Equal(saved.Date) || got.Rows[0].ReaderLagP99.Defined() || !slices.Equal(got.Rows[0].Doubts, []string{"d"}) {
		t.Errorf("read %+v, saved %+v", got, saved)
	}
	if got, err := Last(path, "b"); got != nil || err != nil {
		t.Errorf("another host's: %v, %v; want nothing said", got, err)
	}
	for text, want := range map[string]string{
		`{"schema":"llmsweep-selftest-0"}`: `schema "llmsweep-selftest-0"`,
		`{`:                                "run llmsweep selftest again",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := Last(path, "a"); got != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, error %v, want one with %q", text, got, err, want)
		}
	}
}

func TestFetchTruth(t *testing.T) {
	pages := map[string]string{
		"/good/sim/truth":  `{"id":"a","outcome":"completed","writes_unix_ns":[1,2]}` + "\n" + `{"id":"b","writes_unix_ns":[]}` + "\n",
		"/empty/sim/truth": "",
		"/torn/sim/truth":  `{"id":"a","writes_`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := pages[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write([]byte(text))
	}))
	defer server.Close()
	got, err := fetchTruth(t.Context(), server.URL+"/good")
	if err != nil || len(got) != 2 || !slices.Equal(got["a"], []int64{1, 2}) || len(got["b"]) != 0 {
		t.Errorf("%v, %v; want a with 1, 2 and b with nothing", got, err)
	}
	if got, err := fetchTruth(t.Context(), server.URL+"/empty"); err != nil || len(got) != 0 {
		t.Errorf("empty: %v, %v", got, err)
	}
	for _, page := range []string{"/torn", "/none"} {
		if _, err := fetchTruth(t.Context(), server.URL+page); err == nil {
			t.Errorf("%s: no error", page)
		}
	}
}

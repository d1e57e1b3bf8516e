package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/simserver"
	"llmsweep/sweep/search"
)

// newSlowAlone is a server that takes its time over what is sent one at a time, so that
// more at once are served faster on the busiest machine.
func newSlowAlone(t *testing.T) (s *crowded, url string) {
	t.Helper()
	s, _ = newCrowded(t, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m := inFlightOf.FindStringSubmatch(r.Header.Get("X-Request-Id")); m != nil && m[1] == "1" {
			time.Sleep(100 * time.Millisecond)
		}
		s.ServeHTTP(w, r)
	}))
	server.Config.ConnContext = simserver.ConnContext
	server.Start()
	t.Cleanup(server.Close)
	return s, server.URL
}

// A sweep of rates has the rates that its ends ask for, by their case files, also where
// the run was killed meanwhile; its second part measures none again.
func TestRateSweepKilled(t *testing.T) {
	slow(t)
	t.Parallel()
	server, url := newSlowAlone(t)
	dir := searchIn(t, url, "concurrency_prompts: [[4, 4]]\nrequest_rate: {sweep: 3}\nrepeats: 2\n")
	out := killedAndResumed(t, dir, 5, "--json")
	rates := readSearches(t, dir).Rates[0]
	want := []string{}
	for run := 1; run <= 2; run++ {
		want = append(want, fmt.Sprintf("bench_custom_mc1_np4_rateinf_run%d", run), fmt.Sprintf("bench_custom_mc4_np4_rateinf_run%d", run))
		for _, rate := range rates.Added {
			want = append(want, fmt.Sprintf("bench_custom_mc4_np4_rate%g_run%d", rate, run))
		}
	}
	slices.Sort(want)
	if got := caseNames(t, dir); !slices.Equal(got, want) || !strings.Contains(out, rates.Text) {
		t.Errorf("cases %v\nwant  %v\n%s\n%s", got, want, rates.Text, out)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"event":"rates"`) {
			checkKeys(t, []byte(line))
		}
	}
	if want := search.Between(float64(rates.OneByOne), float64(rates.Most), 3); !rates.Done || !slices.Equal(rates.Added, want) || len(want) != 3 {
		t.Errorf("%+v, want rates %v", rates, want)
	}
	checkSentOnce(t, server, 1)
}

package sweep

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"llmsweep/telemetry"
)

// Of several servers the one that was started anew is named, and what is held
// against the others stays; all are asked again what they are.
func TestNoticeRestartOfSeveral(t *testing.T) {
	var version atomic.Int64
	version.Store(1)
	var bases []string
	for range 2 {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/version" {
				http.NotFound(w, r)
				return
			}
			fmt.Fprintf(w, `{"version":"%d"}`, version.Load())
		}))
		defer s.Close()
		bases = append(bases, s.URL)
	}
	c := parse(t, "", "base_url=["+strings.Join(bases, ", ")+"]")
	r := Runner{Config: c, Progress: Silent{}, Getenv: func(string) string { return "" }}
	r.inputs = newInputSet(c.Cases(), r.Getenv, r.Progress)
	// A case in which both servers counted from some number of requests to another.
	count := func(first, second [2]float64) *Result {
		res := &Result{base: c.BaseURL}
		for i, n := range [][2]float64{first, second} {
			s := &serverCount{base: bases[i], before: telemetry.Counters{Finished: n[0]}, after: telemetry.Counters{Finished: n[1]}, ended: true}
			s.during, s.whole = s.after.Since(s.before)
			res.counted = append(res.counted, s)
		}
		return res
	}
	r.learnAnew(t.Context(), c, c.BaseURL)
	version.Store(2)
	for _, tt := range []struct {
		name   string
		res    *Result
		note   string // the server that it begins with
		asked  bool
		unsure [2]bool // what of each was left to settle still is
	}{
		{"both go on", count([2]float64{0, 5}, [2]float64{0, 6}), "", false, [2]bool{true, true}},
		{"the second anew before the case", count([2]float64{5, 9}, [2]float64{0, 3}), bases[1], true, [2]bool{true, false}},
		{"the first anew during the case", count([2]float64{9, 2}, [2]float64{3, 8}), "", true, [2]bool{true, true}},
		{"both go on again", count([2]float64{2, 7}, [2]float64{8, 9}), "", false, [2]bool{true, true}},
	} {
		r.unsettled = map[string]share{bases[0]: {}, bases[1]: {}}
		r.facts[served{c.BaseURL, c.Model}] = map[string]any{"each": "of before"}
		r.noticeRestart(t.Context(), c, tt.res)
		if got := fmt.Sprint(tt.res.Notes); (tt.note == "") != (tt.res.Notes == nil) || !strings.Contains(got, tt.note) {
			t.Errorf("%s: notes %s", tt.name, got)
		}
		facts := fmt.Sprint(r.facts[served{c.BaseURL, c.Model}])
		if asked := strings.Count(facts, "version:2") == 2; asked != tt.asked {
			t.Errorf("%s: facts %s", tt.name, facts)
		}
		for i, base := range bases {
			if _, unsure := r.unsettled[base]; unsure != tt.unsure[i] {
				t.Errorf("%s: server %d: unsettled %v", tt.name, i+1, unsure)
			}
		}
	}
}

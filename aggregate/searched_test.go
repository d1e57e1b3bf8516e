package aggregate

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// searchedRows are rows of a results folder at a price of 6.912 an hour.
func searchedRows(rows []Row) []Row {
	for i := range rows {
		rows[i].File = filepath.Join("results", rows[i].Case+".json")
	}
	Reprice(rows, runlog.Cost{MachineHour: 6.912, Currency: "EUR"})
	return rows
}

// searchOver is a search of the rows: a load up to meets keeps its limit, the others do not.
func searchOver(rows []Row, over string, meets, best float64) runlog.Search {
	s := runlog.Search{Dir: "results", Vary: over, SLO: map[string]float64{"p99_ttft_ms": 300}, Meets: meets, Best: best}
	at := map[float64]int{}
	for i := range rows {
		load := loadOf(&rows[i], over)
		if _, ok := at[load]; !ok {
			at[load] = len(s.Probes)
			s.Probes = append(s.Probes, runlog.Probe{Load: load, Meets: load <= meets})
		}
		p := &s.Probes[at[load]]
		p.Cases = append(p.Cases, rows[i].Case)
	}
	return s
}

// The load that a search chose is the best under the SLO: at 16 in flight 960 tok/s are
// 3.456 million an hour, so that 1M cost 6.912 ÷ 3.456 = 2; at 4, 360 tok/s, 5.333; at
// 64, 1200 tok/s, 1.6.
func TestReadSearched(t *testing.T) {
	type want struct {
		best, cost string // load, and what 1M output tokens cost there
		slo        string
		searched   bool
	}
	const limit = "p99 TTFT ≤ 300 ms"
	none := want{"-", "-", "", false}
	for _, tt := range []struct {
		name        string
		meets, best float64
		slo         map[string]float64
		change      func(rows []Row, s *runlog.Search)
		want        want
	}{
		{"the highest is the best", 16, 16, nil, nil, want{"16", "2", limit, true}},
		{"a lower one has a better objective", 16, 4, nil, nil, want{"4", "5.333", limit, true}},
		{"no objective is defined", 16, 0, nil, nil, want{"16", "2", limit, true}},
		{"none meets it", 0, 0, nil, nil, want{"-", "-", limit, true}},
		{"the same limits are asked for", 4, 4, map[string]float64{"p99_ttft_ms": 300}, nil, want{"4", "5.333", limit, true}},
		{"other limits are asked for", 4, 4, map[string]float64{"p99_ttft_ms": 2000}, nil, want{"64", "1.6", "p99 TTFT ≤ 2000 ms", false}},
		{"it says nothing of the server", 0, 0, nil, func(_ []Row, s *runlog.Search) {
			for i := range s.Probes {
				s.Probes[i].Invalid = true
			}
		}, none},
		{"its cases are of another folder", 16, 16, nil, func(_ []Row, s *runlog.Search) { s.Dir = "other" }, none},
		{"the case that it chose is gone", 16, 16, nil, func(rows []Row, _ *runlog.Search) { rows[2].File = "" }, none},
		{"the case that it chose is invalid", 16, 16, nil, func(rows []Row, _ *runlog.Search) { rows[2].Validity = metrics.Invalid }, none},
		{"goodput gives way", 16, 16, nil, func(rows []Row, _ *runlog.Search) {
			good := 1.0
			rows[0].GoodputShare = &good
		}, want{"16", "2", limit, true}},
	} {
		rows := searchedRows(rising())
		s := searchOver(rows, OverConcurrency, tt.meets, tt.best)
		if tt.change != nil {
			tt.change(rows, &s)
		}
		r := Read(rows, ReadOptions{SLO: tt.slo, Found: runlog.Found{Searches: []runlog.Search{s}, Texts: []string{"found"}}})
		c := &r.Curves[0]
		got := want{"-", "-", c.SLO, c.Searched}
		if p := c.At(c.BestSLO); p != nil {
			got.best, got.cost = fmt.Sprint(p.Load), fmt.Sprintf("%.4g", p.Cost.PerMillionOutput)
			if !p.MeetsSLO {
				t.Errorf("%s: the best point does not meet the SLO", tt.name)
			}
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); diff != "" || len(r.Found) != 1 {
			t.Errorf("%s: found %q (-want +got)\n%s", tt.name, r.Found, diff)
		}
	}
}

// Two searches of one curve leave it to its means.
func TestReadSearchedTwice(t *testing.T) {
	rows := searchedRows(rising())
	a, b := searchOver(rows[:1], OverConcurrency, 64, 64), searchOver(rows[1:], OverConcurrency, 16, 16)
	c := Read(rows, ReadOptions{Found: runlog.Found{Searches: []runlog.Search{a, b}}}).Curves[0]
	if c.Searched || c.SLO != "" || c.BestSLO != -1 {
		t.Errorf("the best under %q is at %d", c.SLO, c.BestSLO)
	}
}

// Three measurements of 200, 290 and 500 ms have a median that meets a limit of 300, and
// a mean of 330 that does not: the search decides, and the reader is told.
func TestReadSearchedByMedian(t *testing.T) {
	rows := rising()[:1]
	for i, ms := range []float64{200, 290, 500} {
		n := i + 1
		r := measuredRow("tp1", 16, 960, 1600, ms, 16)
		r.Case, r.Repeat = fmt.Sprintf("%s_run%d", r.Case, n), &n
		rows = append(rows, r)
	}
	rows = searchedRows(rows)
	for _, tt := range []struct{ figure, doubt string }{
		{"p99_ttft_ms", "the search's medians meet the SLO, these means do not: p99 TTFT 330 ms"},
		{"p99.9_ttft_ms", ""}, // no column: there is no mean to tell of
	} {
		s := searchOver(rows, OverConcurrency, 16, 16)
		s.SLO = map[string]float64{tt.figure: 300}
		c := Read(rows, ReadOptions{Found: runlog.Found{Searches: []runlog.Search{s}}}).Curves[0]
		if p := c.At(c.BestSLO); p == nil || p.Load != 16 || p.Doubt != tt.doubt {
			t.Errorf("%s: best under the SLO %+v, want that at 16 and the doubt %q", tt.figure, p, tt.doubt)
		}
	}
}

// A search is a curve over what it varies, whatever the rates are.
func TestReadSearchedOver(t *testing.T) {
	at := func(inFlight int, rate string) Row {
		r := measuredRow("tp1", inFlight, 100*float64(inFlight), 1000, 100, 10)
		r.RequestRate, r.Case = rate, r.Case+"_rate"+rate
		return r
	}
	read := func(over string, searches ...[]Row) (told []string) {
		var rows []Row
		for _, of := range searches {
			rows = append(rows, of...)
		}
		rows = searchedRows(rows)
		var found runlog.Found
		for _, of := range searches {
			found.Searches = append(found.Searches, searchOver(of, over, 4, 4))
		}
		r := Read(rows, ReadOptions{Found: found})
		for i := range r.Curves {
			c := &r.Curves[i]
			text := fmt.Sprintf("%s: %d points over %s", c.Title, len(c.Points), c.Over)
			if p := c.At(c.BestSLO); p != nil {
				text += ", best at " + c.LoadText(p)
			}
			told = append(told, text)
		}
		return told
	}
	for _, tt := range []struct{ got, want []string }{
		{read(OverConcurrency, []Row{at(1, "4"), at(4, "4"), at(8, "4")}, []Row{at(1, "inf"), at(4, "inf")}), []string{
			"at 4 requests/s, 256 → 128: 3 points over max_concurrency, best at 4 in flight",
			"at an unbounded rate, 256 → 128: 2 points over max_concurrency, best at 4 in flight",
		}},
		{read(OverRate, []Row{at(64, "4"), at(64, "8")}, []Row{at(16, "4")}), []string{
			"at most 64 in flight, 256 → 128: 2 points over request_rate, best at 4 requests/s",
			"at most 16 in flight, 256 → 128: 1 points over request_rate, best at 4 requests/s",
		}},
		{read(OverRate, []Row{at(64, "4")}), []string{"qwen3, 256 → 128: 1 points over request_rate, best at 4 requests/s"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

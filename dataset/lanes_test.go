package dataset

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// withShares is mixSpec with slots of its own for chat, and for search if it says so.
func withShares(chat, search float64) Spec {
	spec := mixSpec()
	spec.Scenarios[0].Share, spec.Scenarios[1].Share = chat, search
	return spec
}

func TestLanes(t *testing.T) {
	f := fitter(t, fake{letters: 26, merge: 5}, false)
	c := Case{Requests: 100, Warmups: 10, Seed: 8, Name: "m", IDPrefix: "c-"}
	whole, wholeWarm := walkPrepared(t, mixSpec(), f, c)
	for _, tt := range []struct {
		name   string
		spec   Spec
		buffer int
		want   []Lane
	}{
		{"none", mixSpec(), 0, nil},
		{"one, and the others together", withShares(0.3, 0), 0, []Lane{{[]string{"chat"}, 0.3, 14, 1, nil}, {[]string{"search", "code"}, 0.7, 86, 9, nil}}},
		{"two, and the third", withShares(0.5, 0.25), 0, []Lane{{[]string{"chat"}, 0.5, 14, 1, nil}, {[]string{"search"}, 0.25, 29, 3, nil}, {[]string{"code"}, 0.25, 57, 6, nil}}},
		{"a small buffer", withShares(0.5, 0.25), 1, []Lane{{[]string{"chat"}, 0.5, 14, 1, nil}, {[]string{"search"}, 0.25, 29, 3, nil}, {[]string{"code"}, 0.25, 57, 6, nil}}},
	} {
		c.Buffer = tt.buffer
		p := ready(t, tt.spec, f, c)
		lanes := p.Lanes()
		if len(lanes) != len(tt.want) {
			t.Fatalf("%s: %d lanes, want %d", tt.name, len(lanes), len(tt.want))
		}
		if lanes == nil {
			if n := len(walkAll(t, p)); n != 100 {
				t.Errorf("%s: %d requests, want all 100", tt.name, n)
			}
			continue
		}
		for k, want := range tt.want {
			l := lanes[k]
			if !slices.Equal(l.Scenarios, want.Scenarios) || l.Share != want.Share || l.Requests != want.Requests || l.Warmups != want.Warmups {
				t.Errorf("%s: lane %v, share %v, %d + %d requests; want %+v", tt.name, l.Scenarios, l.Share, l.Requests, l.Warmups, want)
			}
			mine := func(all []Request) (own []Request) {
				for _, r := range all {
					if slices.Contains(want.Scenarios, r.Scenario) {
						own = append(own, r)
					}
				}
				return own
			}
			sameRequests(t, walkAll(t, l.Prompts), mine(whole))
			if l.Prompts.Warmup().Len() != want.Warmups {
				t.Errorf("%s: %d warm-ups, want %d", tt.name, l.Prompts.Warmup().Len(), want.Warmups)
			}
			sameRequests(t, walkAll(t, l.Prompts.Warmup()), mine(wholeWarm))
		}
		for _, err := range p.Sessions() {
			if err == nil || !strings.Contains(err.Error(), "handed out") {
				t.Errorf("%s: the whole case is walked beside its lanes: %v", tt.name, err)
			}
		}
	}
}

// sameRequests holds requests to those of the whole case, ids included.
func sameRequests(t *testing.T, got, want []Request) {
	t.Helper()
	same := func(a, b Request) bool {
		return a.ID == b.ID && a.Prompt == b.Prompt && a.Scenario == b.Scenario && a.Warmup == b.Warmup
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%d requests, want the %d of the whole case", len(got), len(want))
	}
}

// Warm-ups by time go on in each lane with its own scenarios alone, the same ones
// as the whole case's.
func TestLanesEndless(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	c := Case{Requests: 20, Warmups: 3, Seed: 8, Name: "m"}
	p := ready(t, mixSpec(), f, c)
	whole := map[string]string{}
	for _, r := range take(t, p.Endless(), 400) {
		whole[r.ID] = r.Scenario + r.Prompt
	}
	p = ready(t, withShares(0.3, 0), f, c)
	n := 0
	for _, l := range p.Lanes() {
		for _, r := range take(t, l.Prompts.Endless(), 40) {
			if !slices.Contains(l.Scenarios, r.Scenario) || !r.Warmup {
				t.Errorf("a warm-up of %s in the lane of %v", r.Scenario, l.Scenarios)
			}
			if whole[r.ID] != r.Scenario+r.Prompt {
				t.Errorf("warm-up %s is another than in the whole case", r.ID)
			}
			delete(whole, r.ID)
			n++
		}
	}
	if n != 80 || len(whole) != 320 {
		t.Errorf("%d warm-ups, %d of the whole case's 400 not seen; want 80 and 320: no id twice", n, len(whole))
	}
}

// Lanes walked at the same time, with most prompts made on the way out of a few
// words, send no prompt twice.
func TestLanesAtOnce(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	spec := Spec{Type: TypeMix}
	for _, name := range []string{"a", "b"} {
		spec.Scenarios = append(spec.Scenarios, Scenario{Name: name, Weight: 1, Share: 0.5, InputLen: 2, Dataset: Spec{Type: TypeRandom}})
	}
	p, err := prepare(t, spec, f, Case{Requests: 700, Seed: 8, Name: "m", Buffer: 1}) // of 702 prompts of one word
	if err != nil {
		t.Fatal(err)
	}
	var walkers sync.WaitGroup
	sent := make([][]string, 2)
	for k, l := range p.Lanes() {
		walkers.Go(func() {
			for s, err := range l.Prompts.Sessions() {
				if err != nil {
					t.Error(err)
					return
				}
				r, _, _ := s.Next("")
				sent[k] = append(sent[k], r.Prompt)
			}
		})
	}
	walkers.Wait()
	all := slices.Concat(sent...)
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 700 || len(all) != 700 {
		t.Errorf("%d prompts, %d distinct; want 700", len(all), n)
	}
}

func TestLaneCaps(t *testing.T) {
	for _, tt := range []struct {
		cap    int
		shares []float64
		want   []int
	}{
		{10, []float64{0.3, 0.7}, []int{3, 7}},
		{16, []float64{0.5, 0.25, 0.25}, []int{8, 4, 4}},
		{7, []float64{0.5, 0.5}, []int{4, 3}},
		{10, []float64{0.01, 0.99}, []int{1, 9}},         // at least 1
		{3, []float64{0.98, 0.01, 0.01}, []int{1, 1, 1}}, //
		{8, []float64{0.98, 0.01, 0.01}, []int{6, 1, 1}}, //
		{100, []float64{0.333, 0.333, 0.334}, []int{33, 33, 34}},
	} {
		lanes := make([]Lane, len(tt.shares))
		for i, s := range tt.shares {
			lanes[i].Share = s
		}
		if got, err := LaneCaps(lanes, tt.cap); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%d by %v: %v, %v; want %v", tt.cap, tt.shares, got, err, tt.want)
		}
	}
	if _, err := LaneCaps(make([]Lane, 3), 2); err == nil || !strings.HasPrefix(err.Error(), "max_concurrency 2: want at least 3") {
		t.Errorf("3 lanes in 2 slots: %v", err)
	}
}

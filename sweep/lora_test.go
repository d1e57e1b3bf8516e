package sweep

import (
	"fmt"
	"slices"
	"testing"

	"llmsweep/dataset"
	"llmsweep/metrics"
)

// The draw is the seed's and the request's alone: these counts stay. Each is within
// two standard deviations, √(n·p·(1−p)), of what its weight makes of 1000.
func TestAdapters(t *testing.T) {
	for _, tt := range []struct {
		name    string
		weights map[string]float64
		seed    uint64
		want    map[string]int
	}{
		{"3 to 1", map[string]float64{"a": 3, "b": 1}, 1, map[string]int{"a": 725, "b": 275}},
		{"another seed", map[string]float64{"a": 3, "b": 1}, 2, map[string]int{"a": 746, "b": 254}},
		{"uniform", map[string]float64{"a": 1, "b": 1, "c": 1}, 1, map[string]int{"a": 319, "b": 331, "c": 350}},
		{"one alone", map[string]float64{"a": 0.1}, 1, map[string]int{"a": 1000}},
	} {
		got := map[string]int{}
		draw := newAdapters(tt.weights, tt.seed)
		for i := range 1000 {
			r := dataset.Request{ID: fmt.Sprintf("r%d", i)}
			name := draw.of(&r)
			got[name]++
			if again := draw.of(&r); again != name {
				t.Fatalf("%s: %s is for %s, then for %s", tt.name, r.ID, name, again)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if newAdapters(nil, 1) != nil {
		t.Error("adapters of a config without any")
	}
}

// A session's turns are for one adapter.
func TestAdapterOfASession(t *testing.T) {
	draw := newAdapters(map[string]float64{"a": 1, "b": 1}, 7)
	var all []string
	for s := range 8 {
		var own []string
		for turn := range 4 {
			own = append(own, draw.of(&dataset.Request{ID: fmt.Sprint("r", s, turn), Session: fmt.Sprint("s", s)}))
		}
		if own = slices.Compact(own); len(own) != 1 {
			t.Errorf("session %d is for %v", s, own)
		}
		all = append(all, own[0])
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != 2 {
		t.Errorf("eight sessions are for %v alone", all)
	}
}

func TestAdapterNotes(t *testing.T) {
	records := []metrics.Record{{Model: "a"}, {Model: "b", Warmup: true}, {Model: "a"}}
	got := adapterNotes(newAdapters(map[string]float64{"b": 1, "a": 1}, 0), records)
	if want := []string{"lora: measured requests by adapter: a 2, b 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if adapterNotes(nil, records) != nil {
		t.Error("notes without adapters")
	}
}

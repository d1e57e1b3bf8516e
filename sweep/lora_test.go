package sweep

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"llmsweep/client"
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

// The adapter is in the body that is sent, whether that was made ahead or not, and
// in the record.
func TestAdapterIsSent(t *testing.T) {
	var sent atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		sent.Store(string(b))
		io.WriteString(w, "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n")
	}))
	defer s.Close()
	for _, backend := range client.Backends() {
		c, err := client.New(client.Config{Backend: backend, BaseURL: s.URL, Model: "base"})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		able, _ := client.Able(backend, "")
		a := &adapting{&gauge{Client: c}, newAdapters(map[string]float64{"adapter": 1}, 1)}
		for _, prepare := range []func(dataset.Request) dataset.Request{a.Prepare, c.Prepare, func(r dataset.Request) dataset.Request { return r }} {
			sent.Store("")
			trace := a.Do(context.Background(), prepare(dataset.Request{ID: "r", Prompt: "one two three", MaxTokens: 1}))
			body := sent.Load().(string)
			if !able.Named {
				if body != "" || trace.Err == nil || !strings.Contains(trace.Err.Error(), "no place for a request's own model") {
					t.Errorf("%s: sent %q, error %v", backend, body, trace.Err)
				}
			} else if !strings.Contains(body, `"model":"adapter"`) || trace.Request.Model != "adapter" {
				t.Errorf("%s: sent %q, for %q", backend, body, trace.Request.Model)
			}
		}
	}
}

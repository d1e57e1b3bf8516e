package sweep

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
)

// someRequests is a source of that many requests of a scenario.
type someRequests struct {
	scenario string
	n        int
}

func (s someRequests) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		for i := range s.n {
			if !yield(dataset.Single(dataset.Request{ID: fmt.Sprint(s.scenario, i), Scenario: s.scenario}), nil) {
				return
			}
		}
	}
}

// slowBackend answers after a second, and keeps how many requests of a scenario
// were in flight at most.
type slowBackend struct {
	enter, leave chan string
}

func (b slowBackend) Do(ctx context.Context, r dataset.Request) client.Trace {
	b.enter <- r.Scenario
	defer func() { b.leave <- r.Scenario }()
	select {
	case <-time.After(time.Second):
		return client.Trace{Request: r}
	case <-ctx.Done():
		return client.Trace{Request: r, Err: &client.Error{Class: client.Cancelled, Err: context.Cause(ctx)}}
	}
}

// watch counts until stop is called, which returns the most in flight by scenario.
func (b slowBackend) watch() (stop func() map[string]int) {
	most, now := map[string]int{}, map[string]int{}
	end, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for {
			select {
			case s := <-b.enter:
				now[s]++
				most[s] = max(most[s], now[s])
			case s := <-b.leave:
				now[s]--
			case <-end:
				return
			}
		}
	}()
	return func() map[string]int { close(end); <-ended; return most }
}

// Lanes go at the same time, each with its own slots, and their traces come one
// after the other.
func TestLanes(t *testing.T) {
	lane := func(scenario string, slots, n int) loadgen.Plan {
		return loadgen.Plan{Measured: loadgen.Phase{Source: someRequests{scenario, n}, Requests: n}, MaxConcurrency: slots}
	}
	boom := errors.New("the disk is full")
	for _, tt := range []struct {
		name    string
		stopAt  int // trace at which emit fails; 0 = never
		want    error
		seconds float64
		traces  int
	}{
		{"to the end", 0, nil, 3, 9},         // 6 requests in 2 slots, 3 in 3
		{"an error ends all", 1, boom, 1, 5}, // five were in flight: all are told of
	} {
		synctest.Test(t, func(t *testing.T) {
			b := slowBackend{make(chan string), make(chan string)}
			stop := b.watch()
			begin, traces := time.Now(), 0
			err := runLanes(t.Context(), b, []loadgen.Plan{lane("a", 2, 6), lane("b", 3, 3)}, func(client.Trace) error {
				if traces++; traces == tt.stopAt {
					return boom
				}
				return nil
			})
			most := stop()
			if !errors.Is(err, tt.want) || traces < tt.traces || time.Since(begin).Seconds() != tt.seconds {
				t.Errorf("%s: %d traces in %v, error %v; want %d in %v s, %v", tt.name, traces, time.Since(begin), err, tt.traces, tt.seconds, tt.want)
			}
			if most["a"] != 2 || most["b"] != 3 {
				t.Errorf("%s: at most %v in flight, want 2 of a and 3 of b", tt.name, most)
			}
		})
	}
}

func TestCheckLanes(t *testing.T) {
	share := func(shares ...float64) *Config {
		c := &Config{Path: "c.yaml"}
		for i, s := range shares {
			c.Dataset.Scenarios = append(c.Dataset.Scenarios, dataset.Scenario{Name: fmt.Sprint(i), Share: s})
		}
		return c
	}
	for _, tt := range []struct {
		c     *Config
		slots int
		want  string
	}{
		{share(), 1, ""},
		{share(0, 0, 0), 1, ""},
		{share(0.5, 0.5), 2, ""},
		{share(0.5, 0.5), 1, "c.yaml: case x: max concurrency 1, want at least 2"},
		{share(0.5, 0, 0), 1, "want at least 2"},
		{share(0.5, 0, 0), 2, ""},
	} {
		pc := PlannedCase{MaxConcurrency: tt.slots}
		pc.Name = "x"
		err := checkLanes(tt.c, []PlannedCase{pc})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d slots, %+v: %v, want %q", tt.slots, tt.c.Dataset.Scenarios, err, tt.want)
		}
	}
}

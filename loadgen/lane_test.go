package loadgen

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// byLane answers the requests of lane b, whose ids have one, after two seconds,
// the others after one.
func byLane(r dataset.Request) time.Duration {
	if strings.Contains(r.ID, "b") {
		return 2 * time.Second
	}
	return time.Second
}

// Lanes go at the same time, each with slots of its own; an error ends all.
func TestLanes(t *testing.T) {
	full := errors.New("disk full")
	lane := func(id string, slots, n int) Plan {
		return Plan{Measured: Phase{Source: singles{id, n}, Requests: n}, MaxConcurrency: slots}
	}
	for _, tt := range []struct {
		name    string
		stopAt  int // trace at which emit fails; 0 = never
		want    error
		seconds float64
		sent    map[string]int // requests of each lane in the first second
	}{
		{"to the end", 0, nil, 4, map[string]int{"a": 2, "b": 3}}, // 8 requests of 1 s in 2 slots, 6 of 2 s in 3
		{"an error ends all", 1, full, 1, map[string]int{"a": 2, "b": 3}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: byLane}
			traces := 0
			err := RunLanes(t.Context(), s, []Plan{lane("a", 2, 8), lane("b", 3, 6)}, func(client.Trace) error {
				if traces++; traces == tt.stopAt {
					return full
				}
				return nil
			})
			if !errors.Is(err, tt.want) || traces != len(s.order) || time.Since(s.epoch).Seconds() != tt.seconds {
				t.Errorf("%s: %d traces of %d requests in %v, error %v; want all in %v s, %v", tt.name, traces, len(s.order), time.Since(s.epoch), err, tt.seconds, tt.want)
			}
			sent := map[string]int{}
			for id, at := range s.sent {
				if at < time.Second {
					sent[id[:1]]++
				}
			}
			if !maps.Equal(sent, tt.sent) {
				t.Errorf("%s: %v in the slots, want %v", tt.name, sent, tt.sent)
			}
		})
	}
}

// Two lanes of one slot: a has one warm-up of 1 s, b three of 2 s, the last sent
// at 4 s and ended at 6 s. That is when measured requests start, in both; one
// clock ends them 3 s after the first.
func TestLanesHavePhasesInCommon(t *testing.T) {
	for _, tt := range []struct {
		name   string
		drain  bool
		length time.Duration
		sent   map[string]time.Duration // s
		end    time.Duration            // s
	}{
		{"no drain", false, 0, map[string]time.Duration{"ra0": 4, "ra1": 5, "rb0": 6, "rb1": 8}, 10},
		{"drain", true, 0, map[string]time.Duration{"ra0": 6, "ra1": 7, "rb0": 6, "rb1": 8}, 10},
		{"no drain, 3 s", false, 3 * time.Second, map[string]time.Duration{"ra0": 4, "ra1": 5, "rb0": 6}, 7},
		{"drain, 3 s", true, 3 * time.Second, map[string]time.Duration{"ra0": 6, "ra1": 7, "rb0": 6, "rb1": 8}, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: byLane}
			lane := func(id string, warmups int) Plan {
				return Plan{
					Warmup: Phase{Source: singles{"w" + id, warmups}, Requests: warmups}, Drain: tt.drain,
					Measured:       Phase{Source: singles{"r" + id, 2}, Requests: 2, For: tt.length},
					MaxConcurrency: 1, Epoch: s.epoch,
				}
			}
			err := RunLanes(t.Context(), s, []Plan{lane("a", 1), lane("b", 3)}, func(client.Trace) error { return nil })
			if err != nil || time.Since(s.epoch) != tt.end*time.Second {
				t.Errorf("%s: ended after %v, error %v; want %d s", tt.name, time.Since(s.epoch), err, tt.end)
			}
			for _, id := range []string{"ra0", "ra1", "rb0", "rb1"} {
				at, sent := s.sent[id]
				if want, wanted := tt.sent[id]; sent != wanted || at != want*time.Second {
					t.Errorf("%s: %s sent at %v (%v), want %d s (%v)", tt.name, id, at, sent, want, wanted)
				}
			}
		})
	}
}

// A source that fails in one lane, in the warm-up or after it, ends the others.
func TestSourceErrorEndsAllLanes(t *testing.T) {
	bad := errors.New("no prompt is left")
	for _, warmup := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: always(time.Hour)}
			a, b := Plan{Measured: Phase{Source: broken{bad}}}, Plan{Measured: Phase{Source: singles{"b", 9}}, MaxConcurrency: 1}
			if warmup {
				a.Warmup, a.Measured = a.Measured, Phase{}
			}
			err := RunLanes(t.Context(), s, []Plan{a, b}, func(client.Trace) error { return nil })
			source, ok := errors.AsType[*SourceError](err)
			if !ok || !errors.Is(err, bad) || (source.Phase == "warm-up") != warmup || time.Since(s.epoch) != 0 {
				t.Errorf("warm-up %v: error %v after %v", warmup, err, time.Since(s.epoch))
			}
			if _, sent := s.sent["b0"]; warmup && sent {
				t.Errorf("lane b began to be measured after a warm-up that failed: %v", s.order)
			}
		})
	}
}

package loadgen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

func TestSlowRepliesNeverDelaySends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // replies take a minute
		s := &server{epoch: time.Now(), after: always(time.Minute)}
		var got []client.Trace
		pacer := Gamma{Rate: 10, Burstiness: 1, N: 50, Seed: 1}
		err := Run(t.Context(), s, Plan{Measured: Phase{Source: singles{"r", 50}, Pacer: pacer}, Epoch: s.epoch}, keep(&got))
		if err != nil || len(got) != 50 {
			t.Fatalf("%d traces, error %v", len(got), err)
		}
		due := slices.Collect(pacer.Arrivals())
		for i, tr := range got { // all take a minute, so they end in the order sent
			if tr.Due != int64(due[i]) || tr.Sent != tr.Due || tr.Queued != tr.Due {
				t.Errorf("request %s: due %v, queued %v, sent %v; want %v for all three", tr.Request.ID, tr.Due, tr.Queued, tr.Sent, due[i])
			}
		}
	})
}

// Each slot sends its next request at the instant the one before ended: with
// replies of 1 s, 10 requests on 4 slots start at 0, 1 and 2 s.
func TestClosedLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour) // the run's start is not this load's
		s := &server{epoch: time.Now().Add(-time.Second), after: always(time.Second)}
		var got []client.Trace
		err := Run(t.Context(), s, Plan{
			Measured: Phase{Source: singles{"r", 1000}, Requests: 10}, MaxConcurrency: 4, Epoch: s.epoch,
		}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		var due []int64
		for _, tr := range got {
			due = append(due, tr.Due/1e9)
			if tr.Queued != tr.Due || tr.Sent != tr.Due {
				t.Errorf("request %s: due %d, queued %d, sent %d; want one instant", tr.Request.ID, tr.Due, tr.Queued, tr.Sent)
			}
		}
		if want := []int64{1, 1, 1, 1, 2, 2, 2, 2, 3, 3}; !slices.Equal(due, want) {
			t.Errorf("due at %v s, want %v", due, want)
		}
		if s.peak.Load() != 4 {
			t.Errorf("%d requests in flight, cap is 4", s.peak.Load())
		}
	})
}

func TestOrderWithOneSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: func(dataset.Request) time.Duration { return rand.N(time.Second) }}
		plan := Plan{
			Warmup:         Phase{Source: singles{"w", 3}},
			Measured:       Phase{Source: singles{"r", 4}, Requests: 4},
			MaxConcurrency: 1, Epoch: s.epoch,
		}
		if err := Run(t.Context(), s, plan, func(client.Trace) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if want := []string{"w0", "w1", "w2", "r0", "r1", "r2", "r3"}; !slices.Equal(s.order, want) {
			t.Errorf("sent %v, want %v", s.order, want)
		}
	})
}

func TestCapIsNeverExceeded(t *testing.T) {
	for _, pacer := range []Pacer{nil, Constant{Rate: 200, N: 300}, AtOnce{N: 300}} {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 1))
			s := &server{epoch: time.Now()}
			s.after = func(dataset.Request) time.Duration {
				s.mu.Lock()
				defer s.mu.Unlock()
				return time.Duration(rng.IntN(200)) * ms
			}
			n := 0
			err := Run(t.Context(), s, Plan{
				Measured: Phase{Source: singles{"r", 300}, Requests: 300, Pacer: pacer}, MaxConcurrency: 7, Epoch: s.epoch,
			}, func(tr client.Trace) error {
				n++
				if tr.Queued < tr.Due || tr.Sent != tr.Queued {
					t.Errorf("%T: due %d, queued %d, sent %d", pacer, tr.Due, tr.Queued, tr.Sent)
				}
				return nil
			})
			if err != nil || n != 300 || s.peak.Load() != 7 {
				t.Errorf("%T: %d traces, %d in flight at most, error %v; want 300, 7, none", pacer, n, s.peak.Load(), err)
			}
		})
	}
}

// Rate 10/s, one slot, the first reply takes 0.35 s, the others 0.01 s. What was
// held up is sent as soon as the slot is free, and the schedule does not move.
func TestLateSendsDoNotMoveTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: func(r dataset.Request) time.Duration {
			if r.ID == "r0" {
				return 350 * ms
			}
			return 10 * ms
		}}
		var got []client.Trace
		err := Run(t.Context(), s, Plan{
			Measured: Phase{Source: singles{"r", 6}, Pacer: Constant{Rate: 10, N: 6}}, MaxConcurrency: 1, Epoch: s.epoch,
		}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		want := [][2]time.Duration{ // due, sent
			{100 * ms, 100 * ms}, {200 * ms, 450 * ms}, {300 * ms, 460 * ms},
			{400 * ms, 470 * ms}, {500 * ms, 500 * ms}, {600 * ms, 600 * ms},
		}
		for i, tr := range got {
			if have := [2]time.Duration{time.Duration(tr.Due), time.Duration(tr.Sent)}; have != want[i] {
				t.Errorf("%s: due, sent = %v, want %v", tr.Request.ID, have, want[i])
			}
		}
	})
}

// Two slots, sessions of three turns, a second for each answer and two of
// thought: one slot holds a session from first to last turn.
func TestSessionsKeepTheirSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(time.Second)}
		var got []client.Trace
		err := Run(t.Context(), s, Plan{
			Measured: Phase{Source: chats{n: 3, turns: 3, think: 2 * time.Second}, Requests: 9}, MaxConcurrency: 2, Epoch: s.epoch,
		}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]time.Duration{
			"0.1": 0, "0.2": 3, "0.3": 6, "1.1": 0, "1.2": 3, "1.3": 6, "2.1": 7, "2.2": 10, "2.3": 13,
		}
		for _, tr := range got {
			if w := want[tr.Request.ID] * time.Second; tr.Due != int64(w) || tr.Sent != int64(w) {
				t.Errorf("turn %s due %d, sent %d, want %v", tr.Request.ID, tr.Due, tr.Sent, w)
			}
			if turn := tr.Request.ID[2:]; turn == "2" && tr.Request.Prompt != "answer to "+tr.Request.Session+".1" {
				t.Errorf("turn %s was told %q as the answer before", tr.Request.ID, tr.Request.Prompt)
			}
		}
		if len(got) != 9 {
			t.Errorf("%d requests sent, want 9", len(got))
		}
	})
}

func TestExactNumberOfRequests(t *testing.T) {
	for _, requests := range []int{1, 2, 7, 30} { // of 30 that there are, in sessions of 3
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: always(time.Second)}
			n := 0
			err := Run(t.Context(), s, Plan{
				Measured: Phase{Source: chats{n: 10, turns: 3}, Requests: requests}, MaxConcurrency: 4,
			}, func(client.Trace) error { n++; return nil })
			if err != nil || n != requests {
				t.Errorf("%d requests sent, want %d; error %v", n, requests, err)
			}
		})
	}
}

func TestTooFewSessions(t *testing.T) {
	s := &server{epoch: time.Now()}
	err := Run(t.Context(), s, Plan{Measured: Phase{Source: singles{"r", 3}, Requests: 4}, MaxConcurrency: 2},
		func(client.Trace) error { return nil })
	if want := "load: 3 of 4 requests sent, then source or schedule ended: give it more sessions or ask for fewer"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// With replies of 1 s, then 2 s, … by slot, measured requests start in the slots
// as the warm-up leaves them; with Drain all of them start after its last.
func TestWarmupHandOver(t *testing.T) {
	for _, tt := range []struct {
		drain bool
		want  []time.Duration // when r0, r1, r2 are sent
	}{
		{false, []time.Duration{1 * time.Second, 2 * time.Second, 3 * time.Second}},
		{true, []time.Duration{3 * time.Second, 3 * time.Second, 3 * time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: func(r dataset.Request) time.Duration {
				return map[string]time.Duration{"w0": 1, "w1": 2, "w2": 3, "r0": 9, "r1": 9, "r2": 9}[r.ID] * time.Second
			}}
			var got []client.Trace
			err := Run(t.Context(), s, Plan{
				Warmup: Phase{Source: singles{"w", 3}, Requests: 3}, Drain: tt.drain,
				Measured:       Phase{Source: singles{"r", 3}, Requests: 3},
				MaxConcurrency: 3, Epoch: s.epoch,
			}, keep(&got))
			if err != nil || len(got) != 6 {
				t.Fatalf("%d traces, error %v", len(got), err)
			}
			for _, tr := range got {
				if tr.Request.Warmup != (tr.Request.ID[0] == 'w') {
					t.Errorf("request %s: Warmup %v", tr.Request.ID, tr.Request.Warmup)
				}
			}
			for i, want := range tt.want {
				if at := s.sent[fmt.Sprint("r", i)]; at != want {
					t.Errorf("drain %v: r%d sent at %v, want %v", tt.drain, i, at, want)
				}
			}
		})
	}
}

// In the open loop the schedule's zero is the warm-up's last send, or its end.
func TestWarmupBeforeASchedule(t *testing.T) {
	for drain, zero := range map[bool]time.Duration{false: 200 * ms, true: 5200 * ms} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: always(5 * time.Second)}
			var got []client.Trace
			err := Run(t.Context(), s, Plan{
				Warmup: Phase{Source: singles{"w", 2}, Pacer: Constant{Rate: 10, N: 2}}, Drain: drain,
				Measured: Phase{Source: singles{"r", 2}, Pacer: Constant{Rate: 10, N: 2}},
				Epoch:    s.epoch,
			}, keep(&got))
			if err != nil {
				t.Fatal(err)
			}
			if s.sent["r0"] != zero+100*ms || s.sent["r1"] != zero+200*ms || s.sent["w1"] != 200*ms {
				t.Errorf("drain %v: sent %v", drain, s.sent)
			}
		})
	}
}

// A slow reader of traces holds up no send, and gets every one, in order.
func TestSlowEmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(ms)}
		var ids []string
		err := Run(t.Context(), s, Plan{Measured: Phase{Source: singles{"r", 20}}, MaxConcurrency: 1, Epoch: s.epoch},
			func(tr client.Trace) error {
				time.Sleep(time.Minute)
				ids = append(ids, tr.Request.ID)
				if tr.End > int64(20*ms) {
					t.Errorf("%s ended at %v: emit held up the load", tr.Request.ID, time.Duration(tr.End))
				}
				return nil
			})
		if err != nil || !slices.Equal(ids, s.order) {
			t.Errorf("emitted %v, sent %v, error %v", ids, s.order, err)
		}
	})
}

package loadgen

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

// Two slots, a second a request, warm-up requests of 1 s before them. What is in
// flight when the time is up is cut off then, and all that was sent has a trace.
func TestMeasuredPhaseEndsByTime(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan Plan
		want []string // id, when sent, when ended, cut off
	}{
		{"closed loop", Plan{Measured: Phase{Source: singles{"r", 100}, Requests: 100, For: 1500 * ms}, MaxConcurrency: 2},
			[]string{"r0 0s 1s", "r1 0s 1s", "r2 1s 1.5s cut", "r3 1s 1.5s cut"}},
		{"counted from the first request, not from the warm-up's last", Plan{
			Warmup:   Phase{Source: singles{"w", 1}, Requests: 1},
			Measured: Phase{Source: singles{"r", 100}, Requests: 100, For: 1500 * ms}, MaxConcurrency: 1},
			[]string{"w0 0s 1s", "r0 1s 2s", "r1 2s 2.5s cut"}},
		{"the count comes first", Plan{Measured: Phase{Source: singles{"r", 3}, Requests: 3, For: time.Hour}, MaxConcurrency: 2},
			[]string{"r0 0s 1s", "r1 0s 1s", "r2 1s 2s"}},
		{"the time ends what the count left in flight", Plan{Measured: Phase{Source: singles{"r", 3}, Requests: 3, For: 1200 * ms}, MaxConcurrency: 2},
			[]string{"r0 0s 1s", "r1 0s 1s", "r2 1s 1.2s cut"}},
		{"open loop", Plan{Measured: Phase{Source: singles{"r", 100}, Requests: 100, For: 1700 * ms, Pacer: Constant{Rate: 2, N: 100}}},
			[]string{"r0 500ms 1.5s", "r1 1s 1.7s cut", "r2 1.5s 1.7s cut"}},
		{"a schedule that ends before its time is no error", Plan{
			Measured: Phase{Source: singles{"r", 100}, Requests: 100, For: 9 * time.Second, Pacer: Constant{Rate: 1, N: 2}}},
			[]string{"r0 1s 2s", "r1 2s 3s"}},
		{"sessions", Plan{Measured: Phase{Source: chats{n: 9, turns: 9, think: 2 * time.Second}, Requests: 81, For: 3500 * ms}, MaxConcurrency: 2},
			[]string{"0.1 0s 1s", "1.1 0s 1s", "0.2 3s 3.5s cut", "1.2 3s 3.5s cut"}},
		{"while thinking", Plan{Measured: Phase{Source: chats{n: 9, turns: 9, think: time.Hour}, Requests: 81, For: 3500 * ms}, MaxConcurrency: 1},
			[]string{"0.1 0s 1s"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: always(time.Second)}
			tt.plan.Epoch = s.epoch
			var got []string
			err := Run(t.Context(), s, tt.plan, func(tr client.Trace) error {
				line := fmt.Sprint(tr.Request.ID, " ", time.Duration(tr.Sent), " ", time.Duration(tr.End))
				if tr.Err != nil && errors.Is(tr.Err, ErrTimeUp) {
					line += " cut"
				}
				got = append(got, line)
				return nil
			})
			slices.Sort(got)
			slices.Sort(tt.want)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: error %v\ngot  %q\nwant %q", tt.name, err, got, tt.want)
			}
		})
	}
}

// endless yields single requests for ever.
func endless(prefix string) singles { return singles{prefix, 1 << 40} }

// A warm-up by time sends for that long, in the same slots or at the same rate.
// Its requests are never cut off: the measured ones follow in their slots, or
// after the last of them.
func TestWarmupByTime(t *testing.T) {
	for _, tt := range []struct {
		name  string
		drain bool
		warm  Pacer
		want  []string // id, when sent
	}{
		{"closed loop", false, nil, []string{"w0 0s", "w1 0s", "w2 1s", "w3 1s", "w4 2s", "w5 2s", "r0 3s", "r1 3s"}},
		{"open loop", false, Constant{Rate: 1, N: 1 << 40}, []string{"w0 1s", "w1 2s", "r0 2.5s", "r1 3s"}},
		{"open loop, drained", true, Constant{Rate: 1, N: 1 << 40}, []string{"w0 1s", "w1 2s", "r0 3s", "r1 3s"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{epoch: time.Now(), after: always(time.Second)}
			var got []string
			err := Run(t.Context(), s, Plan{
				Warmup: Phase{Source: endless("w"), Pacer: tt.warm, For: 2500 * ms}, Drain: tt.drain,
				Measured:       Phase{Source: singles{"r", 2}, Requests: 2},
				MaxConcurrency: 2, Epoch: s.epoch,
			}, func(tr client.Trace) error {
				if tr.Err != nil {
					t.Errorf("%s: %s was cut off: %v", tt.name, tr.Request.ID, tr.Err)
				}
				got = append(got, fmt.Sprint(tr.Request.ID, " ", time.Duration(tr.Sent)))
				return nil
			})
			slices.Sort(got)
			slices.Sort(tt.want)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: error %v\ngot  %q\nwant %q", tt.name, err, got, tt.want)
			}
		})
	}
}

// A multi-turn warm-up ends with its time, too: after the turn in flight.
func TestWarmupSessionsEndByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(time.Second)}
		err := Run(t.Context(), s, Plan{
			Warmup: Phase{Source: chats{n: 5, turns: 1000}, For: 1500 * ms}, Drain: true,
			Measured:       Phase{Source: singles{"r", 1}, Requests: 1},
			MaxConcurrency: 1, Epoch: s.epoch,
		}, func(client.Trace) error { return nil })
		if want := []string{"0.1", "0.2", "r0"}; err != nil || !slices.Equal(s.order, want) {
			t.Errorf("sent %v, want %v; error %v", s.order, want, err)
		}
	})
}

package loadgen

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// failing fails the requests of these ids; the others are the server's.
type failing struct {
	server
	ids []string
}

func (f *failing) Do(ctx context.Context, r dataset.Request) client.Trace {
	t := f.server.Do(ctx, r)
	if slices.Contains(f.ids, r.ID) {
		t.Err, t.Text = &client.Error{Class: client.HTTP5xx, Err: errors.New("busy")}, ""
	}
	return t
}

// Sessions of three turns, one second each, on two slots. A turn that fails ends
// its session, and others of the source are sent in the place of what it had left;
// sessions under way are not cut short by new ones.
func TestFailedTurnEndsItsSession(t *testing.T) {
	for _, tt := range []struct {
		name     string
		fail     []string
		sessions int
		want     []string // ids sent, sorted
		short    bool
	}{
		{"none fails", nil, 5, []string{"0.1", "0.2", "0.3", "1.1", "1.2", "1.3"}, false},
		{"the first turn of one", []string{"0.1"}, 5, []string{"0.1", "1.1", "1.2", "1.3", "2.1", "2.2"}, false},
		{"the last turn of one", []string{"0.3"}, 5, []string{"0.1", "0.2", "0.3", "1.1", "1.2", "1.3"}, false},
		{"all", []string{"0.1", "1.1", "2.1", "3.1", "4.1", "5.1"}, 9, []string{"0.1", "1.1", "2.1", "3.1", "4.1", "5.1"}, false},
		{"more than there are sessions for", []string{"0.1", "1.1"}, 2, []string{"0.1", "1.1"}, false},
		{"too few sessions to begin with", nil, 1, []string{"0.1", "0.2", "0.3"}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &failing{server{epoch: time.Now(), after: always(time.Second)}, tt.fail}
			err := Run(t.Context(), s, Plan{
				Measured: Phase{Source: chats{n: tt.sessions, turns: 3, think: time.Second}, Requests: 6}, MaxConcurrency: 2,
			}, func(client.Trace) error { return nil })
			if (err != nil) != tt.short {
				t.Errorf("%s: error %v", tt.name, err)
			}
			slices.Sort(s.order)
			if !slices.Equal(s.order, tt.want) {
				t.Errorf("%s: sent %v, want %v", tt.name, s.order, tt.want)
			}
		})
	}
}

// At a rate the schedule is of the planned sessions: 2 of three turns, a second
// each, at 1/s. The one in the place of a failed one comes when that is known: all
// the others' turns have been sent.
func TestReplacementAfterTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &failing{server{epoch: time.Now(), after: always(time.Second)}, []string{"0.2"}}
		var got []client.Trace
		err := Run(t.Context(), s, Plan{
			Measured: Phase{Source: chats{n: 5, turns: 3}, Requests: 6, Pacer: Constant{Rate: 1, N: 2}}, Epoch: s.epoch,
		}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]time.Duration{"0.1": 1, "0.2": 2, "1.1": 2, "1.2": 3, "1.3": 4, "2.1": 3}
		for _, tr := range got {
			if at := want[tr.Request.ID] * time.Second; at == 0 || tr.Due != int64(at) || tr.Sent != tr.Due {
				t.Errorf("turn %s due at %v, sent at %v; want %v", tr.Request.ID, time.Duration(tr.Due), time.Duration(tr.Sent), at)
			}
		}
		if len(got) != 6 {
			t.Errorf("%d requests sent, want 6", len(got))
		}
	})
}

// A warm-up's failures hold nothing up: the measured phase begins when its
// sessions have begun, and what they do not send is not made up for.
func TestWarmupIsNotMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &failing{server{epoch: time.Now(), after: always(time.Second)}, []string{"0.1"}}
		err := Run(t.Context(), s, Plan{
			Warmup:   Phase{Source: chats{n: 3, turns: 3}, Requests: 6},
			Measured: Phase{Source: singles{"r", 2}, Requests: 2}, MaxConcurrency: 2, Epoch: s.epoch,
		}, func(client.Trace) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if s.sent["r0"] != time.Second || s.sent["r1"] != 2*time.Second || len(s.order) != 6 {
			t.Errorf("sent %v, want r0 when the failed session ended, after 1 s", s.sent)
		}
	})
}

// The wait for what a session may give back ends with the phase.
func TestTimeEndsTheWaitForSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(time.Hour)}
		n := 0
		err := Run(t.Context(), s, Plan{
			Measured: Phase{Source: chats{n: 9, turns: 3}, Requests: 3, For: time.Minute}, MaxConcurrency: 2,
		}, func(client.Trace) error { n++; return nil })
		if err != nil || n != 1 || time.Since(s.epoch) != time.Minute {
			t.Errorf("%d traces after %v, error %v; want 1 after a minute", n, time.Since(s.epoch), err)
		}
	})
}

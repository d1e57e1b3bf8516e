package loadgen

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// A thorough backend takes 10 ms to make a request ready where it can do so ahead,
// and notes for which it could.
type thorough struct {
	server
	ahead []string // ids of requests that came ready
}

func (b *thorough) Prepare(r dataset.Request) dataset.Request {
	time.Sleep(10 * time.Millisecond)
	r.Prepared = r.ID
	return r
}

func (b *thorough) Do(ctx context.Context, r dataset.Request) client.Trace {
	if r.Prepared != nil {
		b.mu.Lock()
		b.ahead = append(b.ahead, r.Prepared.(string))
		b.mu.Unlock()
	}
	r.Prepared = nil
	return b.server.Do(ctx, r)
}

// What a request takes before it is sent is done while it waits for its time, for
// a slot, or for its user, and so is no lag; one that is late already is not held
// up by it.
func TestPreparedAhead(t *testing.T) {
	const second = time.Second
	for _, tt := range []struct {
		name string
		plan Plan
		want []string
	}{
		{"scheduled", Plan{Measured: Phase{Source: singles{"r", 3}, Pacer: Times{0, second, 2 * second}}}, []string{"r1", "r2"}},
		{"late", Plan{Measured: Phase{Source: singles{"r", 3}, Pacer: Times{0, 0, 0}}}, nil},
		{"for a slot", Plan{Measured: Phase{Source: singles{"r", 3}, Requests: 3}, MaxConcurrency: 1}, []string{"r1", "r2"}},
		{"after a thought", Plan{Measured: Phase{Source: chats{1, 3, second}, Requests: 3}, MaxConcurrency: 1}, []string{"0.2", "0.3"}},
		{"no wait between turns", Plan{Measured: Phase{Source: chats{1, 3, 0}, Requests: 3}, MaxConcurrency: 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &thorough{server: server{epoch: time.Now(), after: always(500 * time.Millisecond)}}
				tt.plan.Epoch = b.epoch
				var got []client.Trace
				if err := Run(t.Context(), b, tt.plan, keep(&got)); err != nil || len(got) != 3 {
					t.Fatalf("%d traces, error %v", len(got), err)
				}
				if !slices.Equal(b.ahead, tt.want) {
					t.Errorf("ready ahead: %q, want %q", b.ahead, tt.want)
				}
				for _, tr := range got {
					if tr.Sent != tr.Queued {
						t.Errorf("request %s: queued %v, sent %v; want no lag", tr.Request.ID, tr.Queued, tr.Sent)
					}
				}
			})
		})
	}
}

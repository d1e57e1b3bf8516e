package loadgen

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

// A keeper is a server that is told of the ends of sessions.
type keeper struct {
	server
	mu    sync.Mutex
	ended []string
}

func (k *keeper) EndSession(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = append(k.ended, id)
}

// However a session ends, the backend hears of it once.
func TestEndsOfSessionsAreTold(t *testing.T) {
	stop := errors.New("stop")
	for _, tt := range []struct {
		name     string
		source   Source
		requests int
		stopAt   int // traces until emit ends the run; 0 = never
		want     []string
	}{
		{"all turns", chats{n: 2, turns: 3, think: time.Second}, 0, 0, []string{"0", "1"}},
		{"budget spent", chats{n: 2, turns: 3, think: time.Second}, 4, 0, []string{"0", "1"}},
		{"cancelled while the user thinks", chats{n: 2, turns: 3, think: time.Hour}, 0, 1, []string{"0"}},
		{"sessions of one", singles{"r", 2}, 0, 0, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := &keeper{server: server{epoch: time.Now(), after: always(time.Second)}}
			n := 0
			err := Run(t.Context(), k, Plan{Measured: Phase{Source: tt.source, Requests: tt.requests}, MaxConcurrency: 1}, func(client.Trace) error {
				if n++; n == tt.stopAt {
					return stop
				}
				return nil
			})
			if (err != nil) != (tt.stopAt > 0) || !slices.Equal(k.ended, tt.want) {
				t.Errorf("%s: sessions %q ended, %v; want %q", tt.name, k.ended, err, tt.want)
			}
		})
	}
}

// Connections are kept by the client: it must be one that hears of ends.
var _ sessionEnder = (*client.Client)(nil)

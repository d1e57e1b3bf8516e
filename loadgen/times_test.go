package loadgen

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

// Requests go out at the times given, and no more than there are times.
func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(time.Minute)}
		var got []client.Trace
		times := Times{0, 0, 350 * ms, 2 * time.Second}
		err := Run(t.Context(), s, Plan{Measured: Phase{Source: singles{"r", 9}, Pacer: times}, Epoch: s.epoch}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		var sent []time.Duration
		for _, tr := range got {
			sent = append(sent, time.Duration(tr.Sent))
		}
		if !slices.Equal(sent, times) {
			t.Errorf("sent at %v, want %v", sent, times)
		}
	})
}

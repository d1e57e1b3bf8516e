package loadgen

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// An instant backend answers at once, so that only Run's own time is left.
type instant struct{ epoch time.Time }

func (b instant) Do(_ context.Context, r dataset.Request) client.Trace {
	return client.Trace{Request: r, Sent: int64(time.Since(b.epoch))}
}

// BenchmarkRun is Run's own cost of a request in the closed loop.
func BenchmarkRun(b *testing.B) {
	for _, slots := range []int{1, 64, 1024} {
		b.Run(fmt.Sprint("slots=", slots), func(b *testing.B) {
			b.ReportAllocs()
			epoch := time.Now()
			n := 0
			err := Run(b.Context(), instant{epoch}, Plan{
				Measured: Phase{Source: singles{"r", b.N}, Requests: b.N}, MaxConcurrency: slots, Epoch: epoch,
			}, func(client.Trace) error { n++; return nil })
			if err != nil || n != b.N {
				b.Fatalf("%d of %d traces, error %v", n, b.N, err)
			}
		})
	}
}

// BenchmarkSendLag is how late a scheduled request is sent, in µs: quantiles of
// Sent − Due, b.N requests at each rate.
func BenchmarkSendLag(b *testing.B) {
	for _, rate := range []float64{50, 500, 2000, 5000} {
		b.Run(fmt.Sprint("rate=", rate), func(b *testing.B) {
			var lags []float64
			epoch := time.Now()
			err := Run(b.Context(), instant{epoch}, Plan{
				Measured: Phase{Source: singles{"r", b.N}, Pacer: Gamma{Rate: rate, Burstiness: 1, N: b.N, Seed: 1}}, Epoch: epoch,
			}, func(t client.Trace) error {
				lags = append(lags, float64(t.Sent-t.Due)/1e3)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			slices.Sort(lags)
			at := func(q float64) float64 { return lags[int(math.Round(q*float64(len(lags)-1)))] }
			b.ReportMetric(at(0.5), "p50-µs")
			b.ReportMetric(at(0.99), "p99-µs")
			b.ReportMetric(at(1), "max-µs")
		})
	}
}

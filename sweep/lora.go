package sweep

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/metrics"
)

// adapters draws which LoRA adapter a request is for.
type adapters struct {
	names []string
	upTo  []float64 // the weights summed up to each name
	seed  uint64
}

// newAdapters is nil where the config has none.
func newAdapters(weights map[string]float64, seed uint64) *adapters {
	if len(weights) == 0 {
		return nil
	}
	a := &adapters{names: slices.Sorted(maps.Keys(weights)), seed: seed}
	sum := 0.0
	for _, name := range a.names {
		sum += weights[name]
		a.upTo = append(a.upTo, sum)
	}
	return a
}

// of is the adapter of a request, by the seed and its id: the same whenever it is
// sent. A session's requests share one, as they share a history.
func (a *adapters) of(r *dataset.Request) string {
	id := r.Session
	if id == "" {
		id = r.ID
	}
	h := fnv.New64a()
	h.Write([]byte(id)) // never fails
	x := rand.New(rand.NewPCG(a.seed, h.Sum64())).Float64() * a.upTo[len(a.upTo)-1]
	for i, upTo := range a.upTo {
		if x < upTo {
			return a.names[i]
		}
	}
	return a.names[len(a.names)-1]
}

// An adapting is a client whose requests are for adapters.
type adapting struct {
	*gauge
	adapters *adapters
}

// Prepare is the client's, for the adapter.
func (a *adapting) Prepare(r dataset.Request) dataset.Request {
	r.Model = a.adapters.of(&r)
	return a.gauge.Prepare(r)
}

func (a *adapting) Do(ctx context.Context, r dataset.Request) client.Trace {
	r.Model = a.adapters.of(&r)
	return a.gauge.Do(ctx, r)
}

// adapterNotes say how many measured requests each adapter got; nil = none are
// asked for.
func adapterNotes(a *adapters, records []metrics.Record) []string {
	if a == nil {
		return nil
	}
	count := map[string]int{}
	for i := range records {
		if r := &records[i]; !r.Warmup {
			count[r.Model]++
		}
	}
	parts := make([]string, len(a.names))
	for i, name := range a.names {
		parts[i] = fmt.Sprintf("%s %d", name, count[name])
	}
	return []string{"lora: measured requests by adapter: " + strings.Join(parts, ", ")}
}

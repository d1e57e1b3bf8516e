package loadgen

import (
	"iter"
	"slices"
	"time"
)

// Times are arrivals that are known beforehand: those of a trace. They are never
// decreasing.
type Times []time.Duration

func (t Times) Arrivals() iter.Seq[time.Duration] { return slices.Values(t) }

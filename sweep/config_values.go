package sweep

import (
	"math"
	"time"

	"llmsweep/client"
	"llmsweep/metrics"
	"llmsweep/sweep/conf"
)

// Upper limits, far above what a machine can do: past them a number is a slip,
// and sums over a plan would overflow.
const (
	maxCount = 10_000_000 // tokens of a length, prompts, requests in flight
	maxCases = 100_000
)

var unbounded = math.Inf(1)

// The defaults; 0 would be none.
var defaultTimeouts = client.Timeouts{
	Connect:    10 * time.Second,
	FirstToken: 600 * time.Second,
	Idle:       120 * time.Second,
	Request:    time.Hour,
}

func readMilliseconds(dst *float64) conf.Read {
	return conf.ReadNumber(dst, func(x float64) bool { return x > 0 && x <= 1e12 }, "milliseconds, a number above 0")
}

func readGoodput(dst *metrics.SLO) conf.Read {
	return conf.ReadNested(
		conf.Key("ttft", readMilliseconds(&dst.TTFT)),
		conf.Key("tpot", readMilliseconds(&dst.TPOT)),
		conf.Key("itl", readMilliseconds(&dst.ITL)),
		conf.Key("e2el", readMilliseconds(&dst.E2EL)),
	)
}

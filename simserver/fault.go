package simserver

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Fault is a way for the server to fail, and which requests it hits. A request
// is hit by the first fault in the list that takes it.
type Fault struct {
	Kind       string  `json:"kind"`
	Code       int     `json:"code,omitempty"`        // status, html: HTTP status; 0 = 500, html: 502
	RetryAfter string  `json:"retry_after,omitempty"` // status: the header's value
	After      int     `json:"after,omitempty"`       // tokens written before it strikes; exit: requests
	Ping       bool    `json:"ping,omitempty"`        // stall_first, stall: send ": ping" comments meanwhile
	Times      int     `json:"times,omitempty"`       // requests it hits; 0 = all
	Skip       int     `json:"skip,omitempty"`        // requests it lets pass first
	Share      float64 `json:"share,omitempty"`       // chance to hit a request; 0 = always
}

// The kinds of faults.
const (
	faultStatus     = "status"      // an error status with vLLM's error body
	faultHTML       = "html"        // an HTML page, as a proxy sends
	faultEmpty      = "empty"       // status 200 and a stream without events
	faultGarbage    = "garbage"     // bytes that are not HTTP
	faultExit       = "exit"        // the process exits
	faultStallFirst = "stall_first" // nothing comes, not even the first token
	faultStall      = "stall"       // nothing comes any more
	faultTruncate   = "truncate"    // the connection is closed in the middle of the body
	faultReset      = "reset"       // the connection is reset (TCP RST)
	faultErrorEvent = "error_event" // data: {"error": …}, then [DONE], status 200
	faultMalformed  = "malformed"   // an event that is not whole JSON; the stream goes on
	faultCloseIdle  = "close_idle"  // a whole answer that announces keep-alive, then the connection is closed
)

func faultKinds() []string {
	return []string{faultStatus, faultHTML, faultEmpty, faultGarbage, faultExit, faultStallFirst, faultStall,
		faultTruncate, faultReset, faultErrorEvent, faultMalformed, faultCloseIdle}
}

// ParseFault reads KIND[:key=value,…], such as "status:code=503,times=2".
func ParseFault(s string) (Fault, error) {
	kind, rest, _ := strings.Cut(s, ":")
	f := Fault{Kind: kind}
	for pair := range strings.SplitSeq(rest, ",") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if err := f.set(key, value); err != nil {
			return f, fmt.Errorf("fault %q: %w", s, err)
		}
	}
	return f, f.check()
}

func (f *Fault) set(key, value string) (err error) {
	switch key {
	case "code":
		f.Code, err = strconv.Atoi(value)
	case "retry_after":
		f.RetryAfter = value
	case "after":
		f.After, err = strconv.Atoi(value)
	case "ping":
		f.Ping, err = strconv.ParseBool(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	case "skip":
		f.Skip, err = strconv.Atoi(value)
	case "share":
		f.Share, err = strconv.ParseFloat(value, 64)
	default:
		return fmt.Errorf("key %q: want one of code, retry_after, after, ping, times, skip, share", key)
	}
	if err != nil {
		return fmt.Errorf("%s=%q: want a number, or true or false for ping", key, value)
	}
	return nil
}

func (f Fault) check() error {
	switch {
	case !slices.Contains(faultKinds(), f.Kind):
		return fmt.Errorf("fault kind %q: want one of %s", f.Kind, strings.Join(faultKinds(), ", "))
	case min(f.After, f.Times, f.Skip) < 0:
		return fmt.Errorf("fault %s: after, times and skip: want at least 0", f.Kind)
	case !(f.Share >= 0 && f.Share <= 1):
		return fmt.Errorf("fault %s: share %v, want 0 to 1", f.Kind, f.Share)
	case f.Code != 0 && (f.Code < 200 || f.Code > 599):
		return fmt.Errorf("fault %s: code %d, want 200 to 599", f.Kind, f.Code)
	}
	return nil
}

// A faultBox picks the fault of each request. Two boxes with the same faults and
// seed pick alike.
type faultBox struct {
	mu     sync.Mutex
	rng    *rand.Rand
	faults []Fault
	seen   []int
	hits   []int
}

func newFaultBox(faults []Fault, seed uint64) *faultBox {
	return &faultBox{rng: rand.New(rand.NewPCG(seed, 0xfa17)), faults: slices.Clone(faults),
		seen: make([]int, len(faults)), hits: make([]int, len(faults))}
}

// pick is called once a request; nil = answer it as asked.
func (b *faultBox) pick() *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	var picked *Fault
	for i, f := range b.faults {
		b.seen[i]++
		skip := f.Skip
		if f.Kind == faultExit {
			skip += f.After
		}
		if b.seen[i] <= skip || f.Times > 0 && b.hits[i] >= f.Times {
			continue
		}
		if f.Share > 0 && b.rng.Float64() >= f.Share {
			continue
		}
		if picked == nil {
			picked = &f
			b.hits[i]++
		}
	}
	return picked
}

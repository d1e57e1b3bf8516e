package sweep

import (
	"fmt"
	"sync"
	"time"

	"llmsweep/sweep/wording"
)

const (
	pulseEvery = 250 * time.Millisecond
	pulseGap   = time.Second // from here on a beat is late
)

// A pulse finds out whether this program stood still while a case's load ran: stopped
// by a signal, with the machine asleep, or starved of CPU.
type pulse struct {
	last  time.Time
	still time.Duration // the longest time without a beat
	slept time.Duration // the longest by which the clock of the day ran ahead of the other
}

// beat takes the time of a beat. A machine's sleep is on its clock of the day alone.
func (p *pulse) beat(now time.Time) {
	if !p.last.IsZero() {
		gap := now.Sub(p.last)
		p.still = max(p.still, gap)
		p.slept = max(p.slept, now.Round(0).Sub(p.last.Round(0))-gap)
	}
	p.last = now
}

// doubt is what a stop says against the figures; "" = there was none.
func (p *pulse) doubt() string {
	switch {
	case p.slept >= pulseGap:
		return fmt.Sprintf("the machine slept for %s during the case, or its clock was set", wording.Span(p.slept.Round(100*time.Millisecond)))
	case p.still >= pulseGap:
		return fmt.Sprintf("llmsweep stood still for %s during the case: it was stopped, or had no CPU", wording.Span(p.still.Round(100*time.Millisecond)))
	}
	return ""
}

// feelPulse begins to watch; stop ends that, and returns the doubt.
func feelPulse() (stop func() string) {
	p := &pulse{}
	p.beat(time.Now())
	done := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		t := time.NewTicker(pulseEvery)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				p.beat(time.Now())
			case <-done:
				return
			}
		}
	})
	return func() string {
		close(done)
		beats.Wait()
		p.beat(time.Now())
		return p.doubt()
	}
}

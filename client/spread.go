package client

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// A spread is the road to several servers: requests go to one after the other, in
// the order in which they are sent. A session stays on the server of its first
// request, whose cache has its history. A server that fails is not left out: its
// share of the requests fails.
type spread struct {
	roads []road
	names []string // of the servers
	next  atomic.Uint64

	mu       sync.Mutex
	sessions map[string]int // which road
}

func (s *spread) send(l *limits, m message, t *Trace) (*answer, error) {
	i := s.pick(m)
	t.Server = s.names[i]
	return s.roads[i].send(l, m, t)
}

// pick is the road of a message.
func (s *spread) pick(m message) int {
	if m.session == "" {
		return s.turn()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, known := s.sessions[m.session]
	if !known {
		i = s.turn()
		if s.sessions == nil {
			s.sessions = map[string]int{}
		}
		s.sessions[m.session] = i
	}
	if m.last {
		delete(s.sessions, m.session)
	}
	return i
}

func (s *spread) turn() int { return int((s.next.Add(1) - 1) % uint64(len(s.roads))) }

// open opens each server's share of n.
func (s *spread) open(ctx context.Context, n int) error {
	errs := make([]error, len(s.roads))
	var all sync.WaitGroup
	for i, r := range s.roads {
		all.Go(func() { errs[i] = r.open(ctx, (n+len(s.roads)-1-i)/len(s.roads)) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *spread) endSession(id string) {
	s.mu.Lock()
	delete(s.sessions, id)
	s.mu.Unlock()
	for _, r := range s.roads {
		r.endSession(id)
	}
}

func (s *spread) close() {
	for _, r := range s.roads {
		r.close()
	}
}

func (s *spread) notes() (all []string) {
	for _, r := range s.roads {
		for _, n := range r.notes() {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}

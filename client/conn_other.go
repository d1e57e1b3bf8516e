//go:build !linux

package client

import "time"

// A receiver reads a socket; arrivals are stamped by the reader's clock.
type receiver struct{ conn socket }

func (r *receiver) attach(c socket) error {
	r.conn = c
	return nil
}

// read fills p. With nowt and nothing to read within 1 ms the error is
// os.ErrDeadlineExceeded.
func (r *receiver) read(p []byte, nowt bool) (n int, kernel int64, err error) {
	if nowt {
		_ = r.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		defer r.conn.SetReadDeadline(time.Time{})
	}
	n, err = r.conn.Read(p)
	return n, 0, err
}

// upTo has nothing to gain without kernel stamps.
func (r *receiver) upTo(p []byte) ([]byte, bool, error) { return p, false, nil }

// acked cannot be told here, so the cautious answer is yes: what may have been
// taken is not sent again.
func (r *receiver) acked(int64) bool { return true }

package client

import (
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// The clock's mapping, by hand: the run began at 100 s; now is 110 s.
func TestStampAt(t *testing.T) {
	start := time.Now()
	now := start.Add(10 * time.Second)
	for _, tt := range []struct {
		name   string
		before time.Duration // the stamp lies this much before now
		at     int64
		lag    int32
		kernel bool
	}{
		{"read at once", 0, 10e9, 0, true},
		{"2 ms late", 2 * time.Millisecond, 9998e6, 2000, true},
		{"just believed", time.Minute, -50e9, 60e6, true},
		{"clock set back", -time.Second, 10e9, 0, false},
		{"clock set forward", time.Hour, 10e9, 0, false},
	} {
		s := stampAt(now, start, now.Add(-tt.before).UnixNano())
		if s.at != tt.at || s.lag != tt.lag || s.kernel != tt.kernel {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
	if s := stampAt(now, start, 0); s.kernel || s.at != 10e9 {
		t.Errorf("no stamp: %+v", s)
	}
}

// On Linux a reader that comes late is told so: the bytes arrived before it.
func TestKernelStamps(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("kernel stamps are Linux's")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	start := time.Now()
	w, err := newWire(nc.(*net.TCPConn), start)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	const late = 10 * time.Millisecond
	for deadline := start.Add(10 * time.Second); time.Now().Before(deadline); {
		if _, err := peer.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		written := int64(time.Since(start))
		time.Sleep(late)
		if _, err := w.Read(make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		now := int64(time.Since(start))
		if !w.last.kernel {
			continue // the kernel turns stamping on in its own time, once for all sockets
		}
		if s := w.last; s.lag < int32(late.Microseconds())/2 || s.at > written+int64(late)/2 || s.at+int64(s.lag)*1000 > now {
			t.Errorf("stamp %+v; written at %d, read by %d", s, written, now)
		}
		return
	}
	t.Error("no read had a kernel stamp")
}

// A read whose kernel stamp lies before the arrival of the read before it, which
// had no stamp: TCP delivers in order, so arrivals never go back.
func TestArrivalsNeverGoBack(t *testing.T) {
	dialed, server := tcpPair(t)
	start := time.Now()
	w, err := newWire(dialed, start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	before := int64(time.Hour) // the arrival of a read before, by a clock that ran ahead
	w.last = stamp{at: before}
	if _, err := w.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if w.last.at != before {
		t.Errorf("arrival %d ns after one at %d ns", w.last.at, before)
	}
}

// A reader that comes late to an answer reads its head and first events one by
// one, each with the arrival of the segment that it came in.
func TestFirstReadsAreSingle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("kernel stamps are Linux's")
	}
	parts := []string{"HTTP/1.1 200 OK\r\n\r\n", "data: 1\n\n", "data: 2\r\n\r\n", "data: 3\n\n", "data: 4\n\n", "data: 5\n\n", "data: 6\n\n"}
	dialed, server := tcpPair(t)
	w, err := newWire(dialed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.singles = firstReads
	for _, p := range parts { // all of it is there before the first read
		if _, err := server.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	var reads []string
	var arrivals []int64
	buf := make([]byte, 4096)
	for total := 0; total < len(strings.Join(parts, "")); {
		n, err := w.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		total += n
		reads = append(reads, string(buf[:n]))
		arrivals = append(arrivals, w.last.at)
	}
	want := append(slices.Clone(parts[:firstReads]), parts[firstReads]+parts[firstReads+1])
	if !slices.Equal(reads, want) {
		t.Errorf("reads %q, want %q", reads, want)
	}
	if !slices.IsSorted(arrivals) {
		t.Errorf("arrivals %v are not in order", arrivals)
	}
}

func TestBlankLine(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"", 0}, {"\n", 0}, {"a\nb\n", 0}, {"a\n\nb", 3}, {"a\r\n\r\nb", 5}, {"a\nb\n\n", 5}, {"a\n\r", 0}, {"\n\n\n", 2},
	} {
		if got := blankLine([]byte(tt.text)); got != tt.want {
			t.Errorf("blankLine(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

// tcpPair is a connection and the server's end of it.
func tcpPair(t *testing.T) (dialed *net.TCPConn, server net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); server.Close() })
	return c.(*net.TCPConn), server
}

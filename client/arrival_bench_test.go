//go:build unix

package client

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"llmsweep/dataset"
)

const floodTokens = 128_000 // of all answers of a turn

// BenchmarkArrival reads flooded streams on one core, of the simulator and of a
// server that writes bytes made beforehand, several events at once, in three ways that take
// turns: the plainest reader there can be, a loop of reads that counts event
// boundaries; the arrival path, which unframes, stamps, marks and keeps bytes;
// and the whole client, which decodes too. Medians of five turns, by the clock
// (where the server is the slower one, its rate) and by CPU time.
func BenchmarkArrival(b *testing.B) {
	for _, kind := range []struct {
		name              string
		streams, perWrite int
	}{
		{"simulator,1-stream", 1, 0}, {"simulator,64-streams", 64, 0}, {"simulator,1000-streams", 1000, 0},
		{"bytes,1-stream,16-a-write", 1, 16}, {"bytes,64-streams,1-a-write", 64, 1}, {"bytes,1-stream,256-a-write", 1, 256},
	} {
		b.Run(kind.name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			tokens := min(floodTokens/kind.streams, 16_000)
			answers := floodTokens / kind.streams / tokens
			addr := startFlood(b, tokens, kind.perWrite)
			c := newClient(b, Config{Model: "m", BaseURL: "http://" + addr, Timeouts: Timeouts{FirstToken: time.Minute, Idle: time.Minute, Request: time.Hour}})
			if err := c.Open(b.Context(), kind.streams); err != nil {
				b.Fatal(err)
			}
			raw := make([]net.Conn, kind.streams)
			for i := range raw {
				var err error
				if raw[i], err = net.Dial("tcp", addr); err != nil {
					b.Fatal(err)
				}
				defer raw[i].Close()
			}
			ways := []func(i int) error{
				func(i int) error { return countBoundaries(raw[i], c, tokens) },
				func(int) error { return arrivalsOnly(c, tokens) },
				func(int) error {
					if t := c.Do(b.Context(), floodRequest(tokens)); t.Err != nil || len(t.Arrivals) != tokens {
						return fmt.Errorf("%d arrivals, %w", len(t.Arrivals), t.Err)
					}
					return nil
				},
			}
			var byClock, byCPU [3][]float64 // events/s, events per CPU second
			for b.Loop() {
				for range 5 {
					for w, read := range ways {
						cpu, clock := cpuTime(), time.Now()
						var all sync.WaitGroup
						for i := range kind.streams {
							all.Go(func() {
								for range answers {
									if err := read(i); err != nil {
										b.Error(err)
										return
									}
								}
							})
						}
						all.Wait()
						byClock[w] = append(byClock[w], floodTokens/time.Since(clock).Seconds())
						byCPU[w] = append(byCPU[w], floodTokens/(cpuTime()-cpu).Seconds())
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			plain, plainCPU := median(byClock[0]), median(byCPU[0])
			for w, name := range []string{"plain", "arrival", "client"} {
				b.ReportMetric(median(byClock[w])/1e6, name+"-Mevents/s")
				b.ReportMetric(median(byCPU[w])/1e6, name+"-Mevents/cpu-s")
				if w > 0 {
					b.ReportMetric(median(byClock[w])/plain, name+"/plain")
					b.ReportMetric(median(byCPU[w])/plainCPU, name+"/plain-by-cpu")
				}
			}
		})
	}
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

func floodRequest(tokens int) dataset.Request {
	return dataset.Request{ID: "r", Prompt: "hi", MaxTokens: tokens}
}

// countBoundaries sends c's request on a connection of its own, and counts.
func countBoundaries(raw net.Conn, c *Client, tokens int) error {
	body, err := c.dialect.body(floodRequest(tokens), nil)
	if err != nil {
		return err
	}
	if _, err := raw.Write(append(c.road.(*fast).headOf(message{id: "r", body: body}), body...)); err != nil {
		return err
	}
	buf := make([]byte, blockSize)
	n, last := 0, byte(0)
	for end := []byte(nil); !bytes.Equal(end, []byte("0\r\n\r\n")); {
		k, err := raw.Read(buf)
		if err != nil {
			return err
		}
		if last == '\n' && buf[0] == '\n' {
			n++
		}
		n += bytes.Count(buf[:k], []byte("\n\n"))
		last = buf[k-1]
		end = append(end, buf[max(0, k-5):k]...)
		end = end[max(0, len(end)-5):]
	}
	if want := tokens + 2; n != want {
		return fmt.Errorf("%d boundaries, want %d", n, want)
	}
	return nil
}

// arrivalsOnly is Do with the decoding left out: blocks and marks come and go.
func arrivalsOnly(c *Client, tokens int) error {
	body, err := c.dialect.body(floodRequest(tokens), nil)
	if err != nil {
		return err
	}
	var t Trace
	l := &limits{ctx: context.Background(), to: c.cfg.Timeouts, start: c.cfg.Start}
	a, err := c.road.send(l, message{id: "r", body: body}, &t)
	if err != nil {
		return err
	}
	defer a.body.release()
	s := newStream(c.newBlock, c.dialect.shape)
	n := 0
	s.dec.t = &t
	s.decode = func(_ []byte, marks []mark) { n += len(marks) }
	if err := s.run(a.body, l); err != nil {
		return err
	}
	s.settle()
	c.freeBlock(s.block)
	c.freeBlock(s.spare)
	if n != tokens+2 {
		return fmt.Errorf("%d events, want %d", n, tokens+2)
	}
	return nil
}

// cpuTime is what this process has used so far, user and system.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it knows no other error than bad arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

//go:build unix

package main

import (
	"bytes"
	"fmt"
	"iter"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

const caseTokens = 256 // of each answer

// BenchmarkCase is a whole case on one core: load generator, client, decoding,
// records written to a file; beside it, in turns, the plainest reader there can
// be: as many connections, whose answers are read and their event boundaries
// counted. The server is a simulator process that floods, an event a write.
// Medians of five turns, by the clock (where the server is the slower one, its
// rate) and by this process's CPU time.
func BenchmarkCase(b *testing.B) {
	for _, streams := range []int{1, 64, 1000} {
		b.Run(strconv.Itoa(streams), func(b *testing.B) {
			sim := llmsweep(b, b.TempDir(), "simulate", "--exit-with-stdin", "--preset", "flood", "--model", "m")
			url := startSimulator(b, sim)
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			requests := max(streams, 128)
			events := float64(requests * caseTokens)
			var byClock, byCPU [2][]float64 // events/s, events per CPU second
			for b.Loop() {
				for range 5 {
					for w, read := range []func(*testing.B, string, int, int){countEvents, runFlooded} {
						cpu, clock := processTime(), time.Now()
						read(b, url, streams, requests)
						byClock[w] = append(byClock[w], events/time.Since(clock).Seconds())
						byCPU[w] = append(byCPU[w], events/(processTime()-cpu).Seconds())
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			for w, name := range []string{"plain", "case"} {
				b.ReportMetric(stats.Median(byClock[w])/1e6, name+"-Mevents/s")
				b.ReportMetric(stats.Median(byCPU[w])/1e6, name+"-Mevents/cpu-s")
			}
			b.ReportMetric(stats.Median(byClock[1])/stats.Median(byClock[0]), "case/plain")
			b.ReportMetric(stats.Median(byCPU[1])/stats.Median(byCPU[0]), "case/plain-by-cpu")
		})
	}
}

// floodRequests are n requests alike.
type floodRequests int

func (n floodRequests) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		for i := range int(n) {
			r := dataset.Request{ID: strconv.Itoa(i), Prompt: "hi", MaxTokens: caseTokens}
			if !yield(dataset.Single(r), nil) {
				return
			}
		}
	}
}

// runFlooded sends the requests and keeps their records, as a sweep does.
func runFlooded(b *testing.B, url string, streams, requests int) {
	dir, err := runlog.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer dir.Close()
	log, err := dir.NewCase(runlog.Case{Name: "bench_flood"}, runlog.RecordsFull)
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: url, Model: "m"})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if err := c.Open(b.Context(), streams); err != nil {
		b.Fatal(err)
	}
	plan := loadgen.Plan{Measured: loadgen.Phase{Source: floodRequests(requests), Requests: requests}, MaxConcurrency: streams}
	err = loadgen.Run(b.Context(), c, plan, func(t client.Trace) error {
		if t.Err != nil || len(t.Arrivals) != caseTokens {
			return fmt.Errorf("%d arrivals, %w", len(t.Arrivals), t.Err)
		}
		r := metrics.FromTrace(t, nil)
		return log.Append(&r)
	})
	if err != nil {
		b.Fatal(err)
	}
}

// countEvents sends the requests over so many connections, and counts.
func countEvents(b *testing.B, url string, streams, requests int) {
	const body = `{"model":"m","prompt":"hi","stream":true,"ignore_eos":true,"max_tokens":256,"stream_options":{"include_usage":true}}`
	request := fmt.Appendf(nil, "POST /v1/completions HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	addr := strings.TrimPrefix(url, "http://")
	var all sync.WaitGroup
	for i := range streams {
		all.Go(func() {
			conn, err := net.DialTimeout("tcp", addr, time.Minute)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			buf := make([]byte, 32<<10)
			for range requests/streams + min(1, max(0, requests%streams-i)) {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if n, err := boundaries(conn, buf); err != nil || n != caseTokens+2 {
					b.Errorf("%d events, %v; want %d", n, err, caseTokens+2)
					return
				}
			}
		})
	}
	all.Wait()
}

// boundaries counts the ends of events until the body's last chunk.
func boundaries(conn net.Conn, buf []byte) (n int, err error) {
	end, last := make([]byte, 0, 16), byte(0)
	for !bytes.Equal(end, []byte("0\r\n\r\n")) {
		k, err := conn.Read(buf)
		if err != nil {
			return n, err
		}
		if last == '\n' && buf[0] == '\n' {
			n++
		}
		n += bytes.Count(buf[:k], []byte("\n\n"))
		last = buf[k-1]
		end = append(end, buf[max(0, k-5):k]...)
		end = end[:copy(end, end[max(0, len(end)-5):])]
	}
	return n, nil
}

// processTime is what this process has used so far, user and system.
func processTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it knows no other error than bad arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

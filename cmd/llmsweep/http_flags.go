package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/httpload"
)

// counts is a flag of one whole number or several, as wrk writes them: 20,1k.
type counts []int

func (c *counts) Set(s string) error {
	var all []int
	for _, part := range strings.Split(s, ",") {
		n, err := httpload.ParseCount(strings.TrimSpace(part))
		switch {
		case err != nil:
			return err
		case n < 1:
			return fmt.Errorf("%q, want at least 1", part)
		case slices.Contains(all, n):
			return fmt.Errorf("%d twice, want each value once", n)
		}
		all = append(all, n)
	}
	*c = all
	return nil
}

func (c *counts) String() string {
	parts := make([]string, len(*c))
	for i, n := range *c {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

func (*counts) Type() string { return "N" }

// wrkTime is a flag of a time above 0, as wrk writes it: 10s, 2m.
type wrkTime time.Duration

func (t *wrkTime) Set(s string) error {
	d, err := httpload.ParseTime(s)
	if err == nil && d == 0 {
		err = fmt.Errorf("%q, want more than 0", s)
	}
	if err == nil {
		*t = wrkTime(d)
	}
	return err
}

func (t *wrkTime) String() string { return time.Duration(*t).String() }

func (*wrkTime) Type() string { return "T" }

// wrkRate is a flag of requests/s: 50, 2.5, 1k.
type wrkRate float64

func (r *wrkRate) Set(s string) error {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		var n int
		n, err = httpload.ParseCount(s)
		x = float64(n)
	}
	if err != nil || !(x > 0) || math.IsInf(x, 0) {
		return fmt.Errorf("%q, want requests/s above 0, as in 50, 2.5 or 1k", s)
	}
	*r = wrkRate(x)
	return nil
}

func (r *wrkRate) String() string {
	if *r == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*r), 'g', -1, 64)
}

func (*wrkRate) Type() string { return "N" }

// fill sets what all settings share.
func (f *httpFlags) fill(cmd *cobra.Command, o *httpload.Options) error {
	o.Duration, o.Timeout = time.Duration(f.duration), time.Duration(f.timeout)
	o.Rate, o.Latency, o.Corrected = float64(f.rate), f.latency, f.corrected
	o.Script, o.Method = f.script, f.method
	for _, text := range f.headers {
		h, err := httpload.ParseHeader(text)
		if err != nil {
			return fmt.Errorf("--header: %w", err)
		}
		o.Headers = append(o.Headers, h)
	}
	var err error
	switch f.body {
	case "":
	case "-":
		o.Body, err = io.ReadAll(cmd.InOrStdin())
	default:
		o.Body, err = os.ReadFile(f.body)
	}
	if err != nil {
		return fmt.Errorf("--body: %w", err)
	}
	return nil
}

// expand makes a setting of each connections with each threads. Of several, those
// with fewer connections than threads are left out; threads that nobody asked for
// give way to connections.
func (p *httpSettings) expand(o httpload.Options, connections, threads counts) error {
	if len(connections) == 0 {
		connections = counts{httpConnections}
	}
	for _, c := range connections {
		each := threads
		if len(each) == 0 {
			each = counts{min(httpThreads, c)}
		}
		for _, t := range each {
			o.Connections, o.Threads = c, t
			switch err := o.Check(); {
			case err == nil:
				p.settings = append(p.settings, o)
			case c < t && len(connections)*len(each) > 1:
				p.left = append(p.left, err)
			default:
				return fmt.Errorf("http: %w", err)
			}
		}
	}
	if len(p.settings) == 0 {
		return fmt.Errorf("http: %w", errors.Join(p.left...))
	}
	return nil
}

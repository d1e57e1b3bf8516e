package sweep

import (
	"fmt"
	"net/url"
	"os"
	"time"

	"llmsweep/sweep/conf"
)

// HTTP is the http section of a config: a load of one fixed request, or of a
// script's, that `llmsweep http` runs for each pair of Connections and Threads. It
// is no part of a sweep.
type HTTP struct {
	URL                  string
	Connections, Threads []int // empty = http's default
	Duration, Timeout    time.Duration
	Method               string
	Headers              map[string]string
	Body, BodyFile       string // at most one of them
	Script               string
	Rate                 float64 // requests/s; 0 = none
	Latency, Corrected   bool
	ResultsDir           string // the config's results_dir
}

// ReadHTTP reads the http section of the config file at path. What the file says of
// a sweep is left to Read, all but the names of its keys.
func ReadHTTP(path string, env Env) (*HTTP, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the config: %w", err)
	}
	root, faults := env.document(path, data).Parse()
	if root == nil || root.Kind != conf.KindMapping {
		return nil, append(faults, conf.Position{File: path, Line: 1, Column: 1}.Fault("http", "", "missing, want a section with url, connections, duration …"))
	}
	h := &HTTP{ResultsDir: Default().ResultsDir}
	r := &reader{faults: faults, unknown: suggest}
	var fields []configField
	for _, f := range configFields(Default()) {
		switch f.name {
		case "http":
			f.read = readHTTP(h)
		case "results_dir":
			f.read = readText(&h.ResultsDir, notEmpty, "a folder's path")
		default:
			f.read = readBefore
		}
		fields = append(fields, f)
	}
	r.mapping(root, "", fields)
	r.requireKey(root, "http", "a section with url, connections, duration …")
	if len(r.faults) > 0 {
		return nil, r.faults.Sort()
	}
	return h, nil
}

const wantURL = "http://host:port/path or https://host:port/path"

func checkHTTPURL(s string) (string, bool) {
	u, err := url.Parse(s)
	return "", err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// readHTTP reads the section. A list's single value needs no brackets.
func readHTTP(h *HTTP) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		var c Config // headers are read into one
		fields := []configField{
			{"url", readText(&h.URL, checkHTTPURL, wantURL)},
			{"connections", readCounts(&h.Connections)},
			{"threads", readCounts(&h.Threads)},
			{"duration", readSpan(&h.Duration)},
			{"timeout", readSpan(&h.Timeout)},
			{"method", readText(&h.Method, notEmpty, "GET, POST or another method")},
			{"headers", readHeaders(&c)},
			{"body", readText(&h.Body, notEmpty, "the request's body, as text")},
			{"body_file", readText(&h.BodyFile, notEmpty, "a file's path")},
			{"script", readText(&h.Script, notEmpty, "a Lua file's path")},
			{"rate", readRate(&h.Rate)},
			{"latency", readFlag(&h.Latency)},
			{"corrected", readFlag(&h.Corrected)},
		}
		readNested(fields...)(r, key, v)
		h.Headers = c.Headers
		if v.Kind != conf.KindMapping {
			return
		}
		r.require(v, key, wantURL, "url")
		if h.Body != "" && h.BodyFile != "" {
			at := v.Entries[v.Find("body_file")].At
			r.faults = append(r.faults, at.Fault(conf.Join(key, "body_file"), "", "stands beside body; keep one"))
		}
	}
}

// readCounts reads a whole number from 1, or a list of them, each once.
func readCounts(dst *[]int) func(*reader, string, *conf.Value) {
	var all []float64
	read := readNumbers(&all, fmt.Sprintf("a whole number from 1 to %d", maxCount), true, func(v *conf.Value) (float64, string, bool) {
		n, hint, ok := conf.Whole(v)
		return float64(n), hint, ok && n >= 1 && n <= maxCount
	})
	return func(r *reader, key string, v *conf.Value) {
		read(r, key, v)
		for _, n := range all {
			*dst = append(*dst, int(n))
		}
	}
}

package plan

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
	r := &conf.Reader{Faults: faults, Unknown: suggest}
	var fields []conf.Field
	for _, f := range configFields(Default()) {
		switch f.Name {
		case "http":
			f.Read = readHTTP(h)
		case "results_dir":
			f.Read = conf.ReadText(&h.ResultsDir, notEmpty, "a folder's path")
		default:
			f.Read = readBefore
		}
		fields = append(fields, f)
	}
	r.Mapping(root, "", fields)
	r.RequireKey(root, "http", "a section with url, connections, duration …")
	if len(r.Faults) > 0 {
		return nil, r.Faults.Sort()
	}
	return h, nil
}

const wantURL = "http://host:port/path or https://host:port/path"

func checkHTTPURL(s string) (string, bool) {
	u, err := url.Parse(s)
	return "", err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// readHTTP reads the section. A list's single value needs no brackets.
func readHTTP(h *HTTP) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		var c Config // headers are read into one
		fields := []conf.Field{
			conf.Key("url", conf.ReadText(&h.URL, checkHTTPURL, wantURL)),
			conf.Key("connections", readCounts(&h.Connections)),
			conf.Key("threads", readCounts(&h.Threads)),
			conf.Key("duration", readSpan(&h.Duration)),
			conf.Key("timeout", readSpan(&h.Timeout)),
			conf.Key("method", conf.ReadText(&h.Method, notEmpty, "GET, POST or another method")),
			conf.Key("headers", readHeaders(&c)),
			conf.Key("body", conf.ReadText(&h.Body, notEmpty, "the request's body, as text")),
			conf.Key("body_file", conf.ReadText(&h.BodyFile, notEmpty, "a file's path")),
			conf.Key("script", conf.ReadText(&h.Script, notEmpty, "a Lua file's path")),
			conf.Key("rate", readRate(&h.Rate)),
			conf.Key("latency", conf.ReadFlag(&h.Latency)),
			conf.Key("corrected", conf.ReadFlag(&h.Corrected)),
		}
		conf.ReadNested(fields...)(r, key, v)
		h.Headers = c.Headers
		if v.Kind != conf.KindMapping {
			return
		}
		r.Require(v, key, wantURL, "url")
		if h.Body != "" && h.BodyFile != "" {
			at := v.Entries[v.Find("body_file")].At
			r.Faults = append(r.Faults, at.Fault(conf.Join(key, "body_file"), "", "stands beside body; keep one"))
		}
	}
}

// readCounts reads a whole number from 1, or a list of them, each once.
func readCounts(dst *[]int) conf.Read {
	var all []float64
	read := conf.ReadNumbers(&all, fmt.Sprintf("a whole number from 1 to %d", maxCount), true, func(v *conf.Value) (float64, string, bool) {
		n, hint, ok := conf.Whole(v)
		return float64(n), hint, ok && n >= 1 && n <= maxCount
	})
	return func(r *conf.Reader, key string, v *conf.Value) {
		read(r, key, v)
		for _, n := range all {
			*dst = append(*dst, int(n))
		}
	}
}

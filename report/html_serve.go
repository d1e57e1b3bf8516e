package report

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// HTMLHandler serves the page of a results folder as it is at each request:
//
//	/              the page, which asks for the others
//	/version       a text that changes when a file of the run does
//	/main          the part of the page that changes
//	/bench_X.json  the case files that its links lead to
//
// It answers only requests that were made to a loopback name, so that no web page
// elsewhere can read results by way of the user's browser.
type HTMLHandler struct {
	Source *HTMLSource

	mu      sync.Mutex // Source is for one at a time
	version string
	page    *HTML // as of version
}

// ServeHTTP implements http.Handler.
func (h *HTMLHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET is answered here", http.StatusMethodNotAllowed)
		return
	}
	if !loopbackName(r.Host) {
		http.Error(w, "open the page by its address, http://127.0.0.1:PORT", http.StatusForbidden)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.URL.Path {
	case "/":
		h.write(w, (*HTML).Write)
	case "/main":
		h.write(w, (*HTML).WriteMain)
	case "/version":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		h.mu.Lock()
		defer h.mu.Unlock()
		fmt.Fprint(w, h.Source.Version())
	default:
		h.caseFile(w, r)
	}
}

// write answers with the page, read again if a file changed. It is made whole first:
// an error is a status, not half a page.
func (h *HTMLHandler) write(w http.ResponseWriter, write func(*HTML, io.Writer) error) {
	page, err := h.load()
	var b bytes.Buffer
	if err == nil {
		err = write(page, &b)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}

func (h *HTMLHandler) load() (*HTML, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	version := h.Source.Version()
	if h.page != nil && version == h.version {
		return h.page, nil
	}
	page, err := h.Source.Load()
	if err != nil {
		return nil, err
	}
	h.page, h.version = page, version
	return page, nil
}

// caseFile answers with a JSON of the folder itself, by its name.
func (h *HTMLHandler) caseFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if !strings.HasSuffix(name, ".json") || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
		http.NotFound(w, r)
		return
	}
	b, err := os.ReadFile(filepath.Join(h.Source.Dir, name))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b)
}

// loopbackName reports whether a host, with or without a port, is this machine's
// loopback.
func loopbackName(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}

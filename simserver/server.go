package simserver

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 64 << 20

// A Server is a simulated inference server. It is an http.Handler with an engine
// and a seed of its own; Close ends the engine and all answers under way.
type Server struct {
	cfg     Config
	words   []word
	engine  engine
	load    load
	metrics *metrics
	truth   truthLog
	faults  atomic.Pointer[faultBox]
	mux     *http.ServeMux
	created int64 // Unix s
	count   atomic.Uint64

	closing   chan struct{}
	closeOnce sync.Once
}

// New starts the engine of a simulated server.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	words, err := ordinaryWords(cfg.Tokenizer)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, words: words, truth: truthLog{limit: cfg.TruthLimit},
		created: time.Now().Unix(), closing: make(chan struct{})}
	s.metrics = newMetrics(cfg.Model, &s.load, cfg.KVTokens)
	s.faults.Store(newFaultBox(cfg.Faults, cfg.Seed))
	switch {
	case cfg.Unpaced:
		s.engine = unpaced{}
	case cfg.TTFT > 0 || cfg.ITL > 0:
		s.engine = newPaced(cfg.TTFT, cfg.ITL, &s.load)
	default:
		s.engine = newBatch(cfg, &s.load, s.metrics.step)
	}
	s.mux = s.routes()
	return s, nil
}

// Close ends the engine and the answers under way; their connections are left to
// the http.Server.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.engine.close()
	})
}

// Config is what the server runs with, the preset's values filled in.
func (s *Server) Config() Config { return s.cfg }

// Truth is what happened to the requests that have ended, in the order of their
// end, as GET /sim/truth tells it.
func (s *Server) Truth() []Truth { return s.truth.snapshot() }

// ServeHTTP answers as the server does whose page is asked for; below /v1/ only
// with the key, if there is one.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.cfg.APIKey != "" && strings.HasPrefix(r.URL.Path, "/v1/") {
		got := r.Header.Get("Authorization")
		if key := r.Header.Get("X-Api-Key"); key != "" && got == "" { // Anthropic's
			got = "Bearer " + key
		}
		if subtle.ConstantTimeCompare([]byte(got), []byte("Bearer "+s.cfg.APIKey)) != 1 {
			writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "Unauthorized"})
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for path, d := range dialects {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { s.generate(w, r, d) })
	}
	mux.HandleFunc("GET /v2/health/ready", func(http.ResponseWriter, *http.Request) {}) // Triton's
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"version": "llmsweep-simulator"})
	})
	mux.Handle("GET /metrics", s.metrics.handler)
	mux.HandleFunc("POST /reset_prefix_cache", func(http.ResponseWriter, *http.Request) {}) // vLLM's; there is no such cache here
	mux.HandleFunc("POST /tokenize", s.tokenize)
	mux.HandleFunc("POST /detokenize", s.detokenize)
	mux.HandleFunc("GET /sim/truth", s.tellTruth)
	mux.HandleFunc("GET /sim/plain", s.plain)
	mux.HandleFunc("POST /sim/plain", s.plain)
	mux.HandleFunc("POST /sim/faults", s.setFaults)
	mux.HandleFunc("POST /sim/reset", s.reset)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]string{"detail": "Not Found"})
	})
	return mux
}

// generate answers a request for tokens.
func (s *Server) generate(w http.ResponseWriter, r *http.Request, d *dialect) {
	received := time.Now()
	id := r.Header.Get("X-Request-Id")
	if id == "" {
		id = fmt.Sprintf("%08x%08x", uint32(s.created), s.count.Add(1))
	}
	truth := Truth{ID: id, Received: received.UnixNano()}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		d.fail(w, badRequest("body", "the body could not be read: it is longer than %d bytes, or was cut", maxBody))
		return
	}
	fault := s.faults.Load().pick()
	if fault != nil && fault.early() {
		truth.Outcome, truth.Fault, truth.End = faulted, fault.Kind, time.Now().UnixNano()
		s.truth.add(truth)
		s.strikeEarly(w, fault, d.fail)
		return
	}
	j, apiErr := d.parse(data, s.cfg.Tokenizer)
	if apiErr == nil {
		if model := r.PathValue("model"); model != "" {
			j.model = model
		}
		apiErr = s.admit(j)
	}
	if apiErr != nil {
		d.fail(w, apiErr)
		return
	}
	rng := drawing(s.cfg.Seed, j.source, j.seed)
	n, finish := outputLength(rng, s.cfg.MeanOutput, j.minTokens, j.maxTokens, j.ignoreEOS)
	reply := &reply{
		server: s, w: w, req: r, rc: http.NewResponseController(w), gone: r.Context().Done(), job: j,
		wire: d.wire(j, id, s.cfg.Model, received.Unix()), fail: d.fail, seq: newSequence(len(j.ids), n, received),
		words: answer(rng, s.words, n), finish: finish, fault: fault, truth: truth,
	}
	reply.truth.PromptTokens, reply.truth.Queued = len(j.ids), time.Now().UnixNano()
	defer reply.close(aborted)
	s.engine.submit(reply.seq)
	if j.stream {
		reply.stream()
	} else {
		reply.whole()
	}
}

// admit checks a job against the model, and sets vLLM's default length: 16 tokens
// for completions, the rest of the window for chat.
func (s *Server) admit(j *job) *apiError {
	if j.model != "" && j.model != s.cfg.Model {
		return modelNotFound(j.model, s.cfg.Model)
	}
	if err := checkLengths(len(j.ids), j.maxTokens, s.cfg.MaxModelLen); err != nil {
		return err
	}
	if j.maxTokens == 0 {
		j.maxTokens = s.cfg.MaxModelLen - len(j.ids)
		if !j.chat {
			j.maxTokens = min(16, j.maxTokens)
		}
	}
	j.minTokens = min(j.minTokens, j.maxTokens)
	if j.pooled {
		j.maxTokens, j.ignoreEOS = 1, true // one step, for the prompt
	}
	return nil
}

func (s *Server) tellTruth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jsonl")
	_ = writeLines(w, s.Truth()) // a reader that is gone needs none
}

// setFaults replaces all faults by the JSON list of the body.
func (s *Server) setFaults(w http.ResponseWriter, r *http.Request) {
	var faults []Fault
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&faults); err != nil {
		badRequest("faults", "want a JSON list of faults such as [{\"kind\":\"status\",\"code\":503}]: %v", err).write(w)
		return
	}
	for _, f := range faults {
		if err := f.check(); err != nil {
			badRequest("faults", "%v", err).write(w)
			return
		}
	}
	s.faults.Store(newFaultBox(faults, s.cfg.Seed))
}

// reset forgets the truth, and starts the configured faults anew.
func (s *Server) reset(http.ResponseWriter, *http.Request) {
	s.truth.reset()
	s.faults.Store(newFaultBox(s.cfg.Faults, s.cfg.Seed))
}

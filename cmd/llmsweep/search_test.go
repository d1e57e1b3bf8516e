package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"llmsweep/simserver"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
	"llmsweep/tokenizer"
)

// A crowded server refuses every other request of a case with more than most in
// flight, by the case's name in the request's id: what a search finds on it does not
// hang on the machine's speed. It keeps the prompts that it was sent.
type crowded struct {
	*simserver.Server
	most int

	mu      sync.Mutex
	asked   int
	prompts map[string]int // how often each was sent
}

var inFlightOf = regexp.MustCompile(`_mc(\d+)_np`)

func newCrowded(t *testing.T, most int) (s *crowded, url string) {
	t.Helper()
	tok, err := tokenizer.Load(smallPath(t), tokenizer.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simserver.New(simserver.Config{Model: "m", Tokenizer: tok, TTFT: 10 * time.Millisecond, ITL: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s = &crowded{Server: sim, most: most, prompts: map[string]int{}}
	server := httptest.NewUnstartedServer(s)
	server.Config.ConnContext = simserver.ConnContext
	server.Start()
	t.Cleanup(server.Close)
	return s, server.URL
}

func (s *crowded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := inFlightOf.FindStringSubmatch(r.Header.Get("X-Request-Id"))
	if m == nil {
		s.Server.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client was killed
	}
	var b struct{ Prompt string }
	_ = json.Unmarshal(body, &b)
	s.mu.Lock()
	s.asked++
	s.prompts[b.Prompt]++
	odd := s.asked%2 == 1
	s.mu.Unlock()
	if n, _ := strconv.Atoi(m[1]); n > s.most && odd {
		http.Error(w, `{"error":{"message":"too many"}}`, http.StatusServiceUnavailable)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	s.Server.ServeHTTP(w, r)
}

// searchIn writes a config with a search on the server, over a file of prompts.
func searchIn(t *testing.T, url, keys string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ndataset: {type: custom, path: %s}\n%s", url, writeRows(t, dir, 1000), keys)
	return dir
}

// What .run/search.json has.
type searchFile struct {
	Searches []sweep.SearchResult
	Knees    []sweep.KneeResult
	Rates    []sweep.RatesResult
}

func readSearches(t *testing.T, dir string) (f searchFile) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "results", ".run", "search.json"))
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// With less than 3 prompts a slot no Little residual can make a case invalid.
const crowdedSearch = "search: {vary: max_concurrency, slo: {p99_ttft_ms: 60000}, max: 64, prompts: 2x}\n"

// A search finds the load that the server takes, says so on the screen, with what it
// costs there, and in its file, and sends no prompt twice.
func TestSearch(t *testing.T) {
	t.Parallel()
	server, url := newCrowded(t, 11)
	dir := searchIn(t, url, crowdedSearch+"cost: {machine_hour: 0.36, currency: EUR}\n")
	stdout, _ := sweepIn(t, dir, exitFailed, "-q") // invalid cases are told by the status
	want := regexp.MustCompile(`(?m)^m, custom: 11 in flight meets p99 TTFT ≤ 60,000 ms \([0-9.,]+ ms\) at [0-9.,]+ tok/s; 12 does not \(it is invalid: .+\)`)
	if !want.MatchString(stdout) {
		t.Errorf("%s\nwant %s", stdout, want)
	}
	res := readSearches(t, dir).Searches
	if len(res) != 1 || res[0].Meets != 11 || res[0].Breaks != 12 || !res[0].Done || !res[0].Monotone || !strings.Contains(stdout, res[0].Text) {
		t.Fatalf("%+v", res)
	}
	var loads []float64
	for _, p := range res[0].Probes {
		loads = append(loads, p.Load)
		if p.Meets != (p.Load <= 11) || len(p.Cases) != 1 || p.Meets && p.Figures["p99_ttft_ms"] <= 0 {
			t.Errorf("%+v", p)
		}
	}
	if fmt.Sprint(loads) != "[1 2 4 8 11 12 13 16 32]" {
		t.Errorf("loads %v", loads)
	}
	checkSentOnce(t, server, 2*(1+2+4+8+11+12+13+16+32)+1+2+4+8+11+12+13+16+32)
	// The CSV has the cases by their load, and the next run leaves the file behind.
	var inCSV []int
	for _, row := range rows(t, dir) {
		inCSV = append(inCSV, *row.MaxConcurrency)
	}
	if fmt.Sprint(inCSV) != fmt.Sprint(loads) {
		t.Errorf("the CSV's rows have loads %v", inCSV)
	}
	checkFoundCost(t, dir, stdout)
}

// checkSentOnce wants so many prompts, each sent once.
func checkSentOnce(t *testing.T, s *crowded, prompts int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, n := range s.prompts {
		if n > 1 {
			t.Errorf("sent %d times: %s", n, text)
		}
	}
	if len(s.prompts) < prompts {
		t.Errorf("%d distinct prompts, want %d", len(s.prompts), prompts)
	}
}

// A search that is killed goes on where it was: the same answer from the same cases,
// none of them run again once it was measured.
func TestSearchKilled(t *testing.T) {
	slow(t)
	t.Parallel()
	server, url := newCrowded(t, 5)
	whole := searchIn(t, url, crowdedSearch)
	sweepIn(t, whole, exitFailed, "-q")
	checkSentOnce(t, server, 1)

	server, url = newCrowded(t, 5)
	dir := searchIn(t, url, crowdedSearch)
	measured := map[string]time.Time{}
	for _, cases := range []int{1, 4, 6} {
		killAt(t, dir, cases, measured)
	}
	// The fourth break is a Ctrl-C within this process.
	interruptIn(t, dir)
	checkFinished(t, dir, measured)
	sweepIn(t, dir, exitFailed, "-q")
	checkFinished(t, dir, measured)
	if got, want := caseNames(t, dir), caseNames(t, whole); !slices.Equal(got, want) {
		t.Errorf("cases %v, uninterrupted %v", got, want)
	}
	got, want := readSearches(t, dir).Searches[0], readSearches(t, whole).Searches[0]
	if got.Meets != want.Meets || got.Breaks != want.Breaks || !got.Done || len(got.Probes) != len(want.Probes) {
		t.Errorf("%s\nuninterrupted: %s", got.Text, want.Text)
	}
	checkSentOnce(t, server, 1)
	if n := len(rows(t, dir)); n != len(caseNames(t, dir)) {
		t.Errorf("the CSV has %d rows", n)
	}
}

// An interrupter ends the run in the middle of the first case that it hears of.
type interrupter struct {
	sweep.Silent
	cancel context.CancelFunc
}

func (i interrupter) Sending(func() int) { i.cancel() }

func interruptIn(t *testing.T, dir string) {
	t.Helper()
	env := plan.Env{LookupEnv: func(name string) (string, bool) { return smallPath(t), name == smallTokenizer }}
	c, err := plan.Read(filepath.Join(dir, "config.yaml"), env, "results_dir="+filepath.Join(dir, "results"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := sweep.Runner{Config: c, Getenv: func(string) string { return "" }, Now: time.Now, Progress: interrupter{cancel: cancel}, Fold: func(string) error { return nil }}
	out, err := r.Run(ctx)
	if err == nil || out.Missing != 1 || len(out.Searches) != 1 || out.Searches[0].Done {
		t.Errorf("interrupted: %v, %d missing, %+v", err, out.Missing, out.Searches)
	}
}

// Rows that run out end the search with that reason, and what was found so far.
func TestSearchOutOfPrompts(t *testing.T) {
	t.Parallel()
	_, url := newCrowded(t, 100)
	dir := t.TempDir()
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ndataset: {type: custom, path: %s}\n%s", url, writeRows(t, dir, 40), crowdedSearch)
	stdout, stderr := sweepIn(t, dir, exitFailed, "--json")
	for line := range strings.Lines(stdout) {
		if strings.Contains(line, `"event":"search"`) {
			checkKeys(t, []byte(line))
		}
	}
	want := regexp.MustCompile(`m, custom: 4 in flight meets .* tok/s\..* The search ended before its time: .*rows.jsonl: case bench_custom_mc8_np16 needs 24 rows \(16 measured, 8 warm-up\)`)
	if !want.MatchString(stderr) || !strings.Contains(stdout, `"event":"search"`) {
		t.Errorf("%s\nwant %s\n%s", stderr, want, stdout)
	}
}

// killAt runs the sweep in dir, and kills it once it has so many cases.
func killAt(t *testing.T, dir string, cases int, measured map[string]time.Time) {
	t.Helper()
	cmd := llmsweep(t, dir, "run", "config.yaml", "-q")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, fmt.Sprintf("%d cases", cases), func() bool { return len(caseNames(t, dir)) >= cases })
	cmd.Process.Kill()
	cmd.Wait()
	checkFinished(t, dir, measured)
}

// killedAndResumed kills the sweep in dir once it has so many cases, and returns what
// it prints when it is run again, which measures none of them anew.
func killedAndResumed(t *testing.T, dir string, cases int, flag string) (stdout string) {
	t.Helper()
	measured := map[string]time.Time{}
	killAt(t, dir, cases, measured)
	out, err := llmsweep(t, dir, "run", "config.yaml", flag).Output() // busy machines make invalid cases: the status is no matter here
	if len(out) == 0 {
		t.Fatal(err)
	}
	checkFinished(t, dir, measured)
	return string(out)
}

// A curve that is refined has the loads that its result names, also where the run
// was killed meanwhile.
func TestRefineKilled(t *testing.T) {
	slow(t)
	t.Parallel()
	server, url := newCrowded(t, 100)
	dir := searchIn(t, url, "concurrency_prompts: [[1, 4x], [4, 4x], [16, 4x]]\nrefine: {at: knee, cases: 3}\n")
	out := killedAndResumed(t, dir, 4, "-q")
	knee := readSearches(t, dir).Knees[0]
	want := []string{"bench_custom_mc1_np4", "bench_custom_mc4_np16", "bench_custom_mc16_np64"}
	for _, load := range knee.Added {
		want = append(want, fmt.Sprintf("bench_custom_mc%g_np%g", load, 4*load))
	}
	slices.Sort(want)
	if got := caseNames(t, dir); !slices.Equal(got, want) || len(knee.Added) == 0 || !strings.Contains(out, knee.Text) {
		t.Errorf("cases %v\nwant  %v\n%s\n%s", got, want, knee.Text, out)
	}
	checkSentOnce(t, server, 1)
}

package report

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func htmlGet(t *testing.T, address, host string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// halfRun is a run of six cases whose fifth is at work: it has records that grow, and
// no case file; the sixth has neither.
func halfRun(t *testing.T) (dir string) {
	t.Helper()
	r := testRun{model: "qwen3", lengths: [][2]int{{128, 16}}, loads: []int{1, 2, 4, 8, 16, 32}, requests: 40}
	dir = r.make(t)
	for _, n := range []string{"16", "32"} {
		name := filepath.Join(dir, "bench_io128x16_mc"+n+"_np40")
		for _, suffix := range []string{".json", ".requests.jsonl.gz"} {
			if err := os.Rename(name+suffix, name+suffix+".kept"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bench_io128x16_mc16_np40.requests.jsonl"), []byte(
		`{"id":"0","due":1,"queued":1,"sent":1000000,"end":61000000,"first":21000000,"arrivals":[21000000,41000000,61000000],"last_token":61000000,"output_tokens":3,"output_source":"usage"}
{"id":"1","due":1,"sent":2000`), 0o644); err != nil { // torn: it is being written
		t.Fatal(err)
	}
	manifest := filepath.Join(dir, ".run", "run.json")
	b, err := os.ReadFile(manifest)
	if err == nil {
		err = os.WriteFile(manifest, []byte(strings.Replace(string(b), `"complete":true`, `"complete":false`, 1)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// finish gives the case at work its end.
func finish(t *testing.T, dir string) {
	t.Helper()
	name := filepath.Join(dir, "bench_io128x16_mc16_np40")
	for _, suffix := range []string{".requests.jsonl.gz", ".json"} {
		if err := os.Rename(name+suffix+".kept", name+suffix); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(name + ".requests.jsonl"); err != nil {
		t.Fatal(err)
	}
}

func TestHTMLHandler(t *testing.T) {
	dir := halfRun(t)
	s := httptest.NewServer(&HTMLHandler{Source: &HTMLSource{Dir: dir, Live: true}})
	defer s.Close()
	status, page := htmlGet(t, s.URL, "")
	if status != http.StatusOK || !strings.Contains(page, "4 of 6 cases measured; begun and without an end so far: bench_io128x16_mc16_np40") {
		t.Errorf("status %d, and the page does not tell how far the run is", status)
	}
	if !strings.Contains(page, "connect-src &#39;self&#39;") && !strings.Contains(page, "connect-src 'self'") {
		t.Error("the served page may not ask its server for news")
	}
	_, before := htmlGet(t, s.URL+"/version", "")
	if _, again := htmlGet(t, s.URL+"/version", ""); again != before {
		t.Errorf("the version changed on its own: %q, %q", before, again)
	}
	finish(t, dir)
	if _, after := htmlGet(t, s.URL+"/version", ""); after == before {
		t.Error("the version did not change with a new case file")
	}
	if _, part := htmlGet(t, s.URL+"/main", ""); !strings.Contains(part, "5 of 6 cases measured<") || strings.Contains(part, "<html") {
		t.Error("the part that changes is not of the new files, or is a whole page")
	}
	for _, tt := range []struct {
		path, host string
		status     int
	}{
		{"/bench_io128x16_mc4_np40.json", "", http.StatusOK},
		{"/bench_io128x16_mc4_np40.json", "evil.example", http.StatusForbidden},
		{"/", "127.0.0.1.evil.example:80", http.StatusForbidden},
		{"/", "localhost:1234", http.StatusOK},
		{"/", "[::1]:1234", http.StatusOK},
		{"/.run/run.json", "", http.StatusNotFound},
		{"/..%2f..%2fetc%2fpasswd", "", http.StatusNotFound},
		{"/bench_io128x16_mc1_np40.requests.jsonl.gz", "", http.StatusNotFound},
		{"/none.json", "", http.StatusNotFound},
	} {
		if status, _ := htmlGet(t, s.URL+tt.path, tt.host); status != tt.status {
			t.Errorf("%s for host %q: status %d, want %d", tt.path, tt.host, status, tt.status)
		}
	}
}

// TestHTMLLiveInBrowser: the open page takes over what a run measured, and keeps what
// its reader chose.
func TestHTMLLiveInBrowser(t *testing.T) {
	b := startChromium(t)
	dir := halfRun(t)
	s := httptest.NewServer(&HTMLHandler{Source: &HTMLSource{Dir: dir, Live: true}})
	defer s.Close()
	b.open(s.URL + "/")
	if got := b.eval("byId('t-case').selectedOptions[0].textContent"); got != "bench_io128x16_mc16_np40 ⚠" {
		t.Errorf("the timeline is of %v, want the case at work", got)
	}
	b.eval("select('stat').value = '2', select('stat').dispatchEvent(new Event('change')), byId('filter').value = 'mc', byId('filter').dispatchEvent(new Event('input')), byId('theme').click()")
	theme := b.eval("document.documentElement.dataset.theme")
	finish(t, dir)
	b.wait("document.querySelector('.progress').textContent.startsWith('5 of 6')")
	for expression, want := range map[string]any{
		"kept('stat')":                                   "2",
		"byId('filter').value":                           "mc",
		"byId('shown').textContent":                      "5 cases",
		"document.documentElement.dataset.theme":         theme,
		"data.curves[0].points.length":                   5.0,
		"document.querySelectorAll('.chart svg').length": 6.0,
	} {
		if got := b.eval(expression); got != want {
			t.Errorf("after the news %s is %v, want %v", expression, got, want)
		}
	}
	s.Close()
	b.wait("document.querySelector('.progress').textContent.includes('has ended')")
	for _, u := range b.requests() {
		if parsed, err := url.Parse(u); err != nil || u != "about:blank" && u != "data:," && "http://"+parsed.Host != s.URL {
			t.Errorf("the page asked for %s", u)
		}
	}
	for _, c := range b.complaints() {
		if !strings.Contains(c, "ERR_CONNECTION_REFUSED") { // the browser's own note of a server that has ended
			t.Errorf("the page complains: %s", c)
		}
	}
}

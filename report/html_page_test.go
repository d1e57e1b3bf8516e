package report

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostile is a model's name that would be a script, were it not kept as text.
const hostile = `</script><img src=x onerror=document.title='hit'>`

// shots is a folder for screenshots to be looked at; "" = none are taken.
func shots() string { return os.Getenv("LLMSWEEP_SHOTS") }

func sweepForPage() testRun {
	return testRun{
		model: "qwen3 " + hostile, lengths: [][2]int{{128, 32}, {128, 128}, {1024, 32}, {1024, 128}}, loads: []int{1, 2, 4, 8, 16, 32}, requests: 64,
		suspect: "bench_io1024x128_mc4_np64", invalid: "bench_io128x128_mc32_np64",
	}
}

func writePage(t *testing.T, dir string) (path string, size int64) {
	t.Helper()
	page, err := (&HTMLSource{Dir: dir, Tool: "llmsweep test"}).Load()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := page.Write(f); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return path, info.Size()
}

// TestHTMLInBrowser opens the page as its reader does.
func TestHTMLInBrowser(t *testing.T) {
	b := startChromium(t)
	dir := sweepForPage().make(t)
	path, _ := writePage(t, dir)
	b.size(1280, 900)
	b.media("", "light")
	address := (&url.URL{Scheme: "file", Path: path}).String()
	b.open(address)

	t.Run("charts are drawn", func(t *testing.T) {
		b.t = t
		for id, atLeast := range map[string]float64{"c-throughput": 24, "c-latency": 24, "c-tradeoff": 24, "c-pareto": 24, "c-spread": 6, "c-timeline": 100} {
			// ECharts draws each line, mark and label as a path or text of one SVG.
			if n := b.eval("document.querySelectorAll('#" + id + " svg path').length"); n.(float64) < atLeast {
				t.Errorf("%s: %v shapes, want at least %v", id, n, atLeast)
			}
			if box := b.eval("(r => r.width > 300 && r.height > 200)(document.querySelector('#" + id + " svg').getBoundingClientRect())"); box != true {
				t.Errorf("%s is not as large as a chart", id)
			}
		}
		if cells := b.eval("document.querySelectorAll('#c-heat td').length"); cells != 4.0 {
			t.Errorf("%v cells in the heat map, want 4", cells)
		}
	})
	t.Run("switches change the charts", func(t *testing.T) {
		b.t = t
		before := b.eval("document.querySelector('#c-latency').innerHTML")
		b.eval("select('stat').value = '2', select('stat').dispatchEvent(new Event('change')), 1")
		if after := b.eval("document.querySelector('#c-latency').innerHTML"); after == before || !strings.Contains(after.(string), "p99 TTFT, ms") {
			t.Error("the latency chart did not change to p99")
		}
	})
	t.Run("hostile text stays text", func(t *testing.T) {
		b.t = t
		if got := b.eval("document.querySelector('h1').textContent"); !strings.Contains(got.(string), hostile) {
			t.Errorf("the title is %q, want %s in it", got, hostile)
		}
		if n := b.eval("document.querySelectorAll('img').length"); n != 0.0 {
			t.Errorf("%v img elements, want none", n)
		}
	})
	t.Run("table sorts by click and by key", func(t *testing.T) {
		b.t = t
		first := "document.querySelector('#table tbody tr').dataset.case"
		head := "[...document.querySelectorAll('#table thead button')].find(b => b.textContent === 'E2EL msmean')"
		b.eval(head + ".click()")
		values := b.eval("[...document.querySelectorAll('#table tbody tr')].map(r => Number(r.cells[" + head + ".parentElement.cellIndex].dataset.v))").([]any)
		if len(values) != 24 || !slices.IsSortedFunc(values, func(a, b any) int {
			if a.(float64) < b.(float64) {
				return -1
			}
			return 1
		}) {
			t.Errorf("after a click the mean E2ELs are %v, want them rising", values)
		}
		low := b.eval(first)
		b.eval(head + ".focus()")
		b.key("Enter", "\r", 13)
		if high := b.eval(first); high == low {
			t.Errorf("Enter on the head leaves %v first", high)
		}
		if sorted := b.eval(head + ".parentElement.getAttribute('aria-sort')"); sorted != "descending" {
			t.Errorf("aria-sort is %v, want descending", sorted)
		}
	})
	t.Run("table filters", func(t *testing.T) {
		b.t = t
		shown := "[...document.querySelectorAll('#table tbody tr')].filter(r => r.getClientRects().length).length"
		b.eval("byId('filter').focus()")
		b.call("Input.insertText", map[string]any{"text": "io1024 mc4"}, nil)
		if n := b.eval(shown); n != 2.0 {
			t.Errorf("%v rows with io1024 and mc4, want 2", n)
		}
		b.eval("byId('filter').value = '', byId('filter').dispatchEvent(new Event('input'))")
		b.eval("byId('verdict').value = 'suspect', byId('verdict').dispatchEvent(new Event('change'))")
		if n := b.eval(shown); n != 1.0 {
			t.Errorf("%v suspect rows, want 1", n)
		}
		b.eval("byId('verdict').value = '', byId('verdict').dispatchEvent(new Event('change'))")
	})
	t.Run("a row shows its timeline", func(t *testing.T) {
		b.t = t
		b.eval("document.querySelector('tr[data-case=bench_io1024x128_mc4_np64] .show').click()")
		if got := b.eval("byId('t-case').selectedOptions[0].textContent + byId('t-doubt').textContent"); !strings.Contains(got.(string), "bench_io1024x128_mc4_np64") || !strings.Contains(got.(string), "reader lag p99 3.1 ms") {
			t.Errorf("the timeline is of %q, want the case asked for, and its doubt", got)
		}
		b.eval("scrollTo(0, 0)")
	})
	t.Run("dark and light", func(t *testing.T) {
		b.t = t
		back := "getComputedStyle(document.body).backgroundColor"
		light := b.eval(back)
		b.eval("byId('theme').click()")
		dark := b.eval(back)
		if dark == light {
			t.Errorf("the background stays %v", light)
		}
		takeShot(b, "dark")
		b.eval("byId('theme').click()")
		if again := b.eval(back); again != light {
			t.Errorf("the background is %v after two switches, want %v", again, light)
		}
		b.media("", "dark")
		b.open(address)
		if got := b.eval(back); got != dark {
			t.Errorf("the system's dark scheme gives %v, want %v", got, dark)
		}
		b.media("", "light")
		takeShot(b, "light")
	})
	t.Run("narrow", func(t *testing.T) {
		b.t = t
		b.size(400, 900)
		b.wait("document.querySelector('#c-latency svg').getBoundingClientRect().width < 400")
		if wide := b.eval("document.documentElement.scrollWidth"); wide.(float64) > 400 {
			t.Errorf("the page is %v px wide in a window of 400", wide)
		}
		takeShot(b, "narrow")
		b.size(1280, 900)
	})
	t.Run("print", func(t *testing.T) {
		b.t = t
		b.media("print", "dark")
		b.wait("state.printing")
		if n := b.eval("[...document.querySelectorAll('#table tbody tr, table.plain tr, #config-text pre')].filter(r => !r.getClientRects().length).length"); n != 0.0 {
			t.Errorf("%v rows are hidden in print", n)
		}
		if got := b.eval("document.documentElement.dataset.theme"); got != "light" {
			t.Errorf("print is %v, want light", got)
		}
		b.size(760, 1000)
		takeShot(b, "print")
		if shots() != "" {
			b.pdf(filepath.Join(shots(), "print.pdf"))
		}
		b.media("", "light")
	})
	b.t = t
	if all := b.complaints(); len(all) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(all, "\n"))
	}
	for _, u := range b.requests() {
		if u != address && u != "about:blank" && u != "data:," {
			t.Errorf("the page asked for %s", u)
		}
	}
}

func takeShot(b *chromium, name string) {
	if shots() != "" {
		b.screenshot(shots(), name)
	}
}

// TestHTMLSize: a page of 100 cases with records stays under 3 MB.
func TestHTMLSize(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it makes 100 cases, and other tests run the same code")
	}
	r := testRun{model: "qwen3", lengths: nil, loads: []int{1, 2, 4, 8, 16, 32, 64, 96, 128, 256}, requests: 300}
	for i := range 10 {
		r.lengths = append(r.lengths, [2]int{128 * (i + 1), 16})
	}
	_, size := writePage(t, r.make(t))
	t.Logf("%d bytes", size)
	if size >= 3_000_000 {
		t.Errorf("%d bytes, want fewer than 3,000,000", size)
	}
}

package report

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A chromium is a headless browser driven over --remote-debugging-pipe: JSON
// messages that end with a NUL, ours on its descriptor 3, its own on 4.
type chromium struct {
	t       *testing.T
	to      *os.File
	session string

	mu      sync.Mutex
	last    int
	waiting map[int]chan chromiumReply
	events  []chromiumReply
}

type chromiumReply struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startChromium opens a browser with one empty page, or skips the test where there
// is none. It ends with the test.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: other tests run the same Go code")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("skipped: there is no chromium on PATH")
	}
	theirs, ours := chromiumPipe(t)
	events, wire := chromiumPipe(t)
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars", "--user-data-dir="+home, "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, wire}
	cmd.Env = append(os.Environ(), "HOME="+home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	wire.Close()
	b := &chromium{t: t, to: ours, waiting: map[int]chan chromiumReply{}}
	go b.read(events)
	t.Cleanup(func() { // before its folder is removed
		ours.Close() // the pipe's end ends the browser
		done := make(chan struct{})
		go func() { cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
			<-done
		}
		time.Sleep(200 * time.Millisecond) // its children write to the folder until they have seen it go
	})
	var target struct {
		TargetID string `json:"targetId"`
	}
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func chromiumPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func (b *chromium) read(from *os.File) {
	defer from.Close()
	in := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m chromiumReply
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if m.ID == 0 {
			b.events = append(b.events, m)
		} else if c := b.waiting[m.ID]; c != nil {
			c <- m
		}
		b.mu.Unlock()
	}
}

// call asks the browser, and reads its answer into result; nil = none is wanted.
func (b *chromium) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.mu.Lock()
	b.last++
	id, answer := b.last, make(chan chromiumReply, 1)
	b.waiting[id] = answer
	b.mu.Unlock()
	m := map[string]any{"id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.to.Write(append(text, 0))
	}
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			b.t.Fatalf("%s: %s", method, r.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(r.Result, result); err != nil {
				b.t.Fatalf("%s: %v in %s", method, err, r.Result)
			}
		}
	case <-time.After(time.Minute):
		b.t.Fatalf("%s: no answer from the browser in a minute", method)
	}
}

// open loads an address and waits until the page has set itself up.
func (b *chromium) open(url string) {
	b.t.Helper()
	b.eval("window.left = true") // the page that is being left may answer once more
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	b.wait("!window.left && document.readyState === 'complete'")
}

// wait waits until an expression of the page is true.
func (b *chromium) wait(expression string) {
	b.t.Helper()
	for range 300 {
		if b.eval("Boolean("+expression+")") == true {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("%s did not come true in 30 s", expression)
}

// eval is the value of an expression of the page.
func (b *chromium) eval(expression string) any {
	b.t.Helper()
	var r struct {
		Result struct {
			Value any `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails.Exception.Description)
	}
	return r.Result.Value
}

// key presses and releases a key in the page.
func (b *chromium) key(name, text string, code int) {
	for _, kind := range []string{"keyDown", "keyUp"} {
		p := map[string]any{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
		if kind == "keyDown" && text != "" {
			p["text"] = text
		}
		b.call("Input.dispatchKeyEvent", p, nil)
	}
}

// size sets the window's, in CSS pixels.
func (b *chromium) size(width, height int) {
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// media emulates a medium and a colour scheme; "" = the browser's own.
func (b *chromium) media(medium, scheme string) {
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": medium, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// screenshot writes the page as PNGs, name-0.png and on, each of at most tile pixels
// of its height.
func (b *chromium) screenshot(folder, name string) {
	b.t.Helper()
	const tile = 1300
	size := b.eval("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]").([]any)
	for i := 0; float64(i*tile) < size[1].(float64); i++ {
		var shot struct {
			Data string `json:"data"`
		}
		clip := map[string]any{"x": 0, "y": i * tile, "width": size[0], "height": min(tile, size[1].(float64)-float64(i*tile)), "scale": 1}
		b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true, "clip": clip}, &shot)
		b.save(filepath.Join(folder, fmt.Sprintf("%s-%d.png", name, i)), shot.Data)
	}
}

// pdf writes the page as it would be printed.
func (b *chromium) pdf(path string) {
	b.t.Helper()
	var printed struct {
		Data string `json:"data"`
	}
	b.call("Page.printToPDF", map[string]any{"printBackground": false, "preferCSSPageSize": true}, &printed)
	b.save(path, printed.Data)
}

func (b *chromium) save(path, encoded string) {
	b.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil {
		err = os.WriteFile(path, raw, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// complaints are the page's errors: exceptions, console errors and warnings, entries
// of the browser's log (a policy that was broken is one).
func (b *chromium) complaints() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		switch e.Method {
		case "Runtime.exceptionThrown", "Log.entryAdded":
			all = append(all, fmt.Sprintf("%s %s", e.Method, e.Params))
		case "Runtime.consoleAPICalled":
			if p := string(e.Params); strings.Contains(p, `"type":"error"`) || strings.Contains(p, `"type":"warning"`) {
				all = append(all, "console "+p)
			}
		}
	}
	return all
}

// requests are the addresses that the page asked for.
func (b *chromium) requests() (urls []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		var p struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		if e.Method == "Network.requestWillBeSent" && json.Unmarshal(e.Params, &p) == nil {
			urls = append(urls, p.Request.URL)
		}
	}
	return urls
}

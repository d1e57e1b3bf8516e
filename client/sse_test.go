package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http/httputil"
	"os"
	"slices"
	"strings"
	"testing"
)

// collect runs the scanner over stream, cut into pieces of the given sizes (the
// last one repeats), and returns the events' data.
func collect(stream string, sizes ...int) []string {
	var s scanner
	var marks []mark
	b := []byte(stream)
	for at, i := 0, 0; at < len(b); i++ {
		n := max(1, sizes[min(i, len(sizes)-1)])
		at = min(len(b), at+n)
		marks = s.scan(b[:at], stamp{}, marks)
	}
	var events []string
	for _, m := range marks {
		data, _, _ := eventData(b[m.start:m.end], nil)
		events = append(events, string(data))
	}
	return events
}

// The rows follow the WHATWG standard's section 9.2.6 and its examples.
func TestScan(t *testing.T) {
	for _, tt := range []struct {
		name, stream string
		want         []string
	}{
		{"LF", "data: a\n\ndata: b\n\n", []string{"a", "b"}},
		{"CR", "data: a\r\rdata: b\r\r", []string{"a", "b"}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"mixed ends", "data: a\r\n\ndata: b\n\r\n", []string{"a", "b"}},
		{"no space, one space, two", "data:a\n\ndata: b\n\ndata:  c\n\n", []string{"a", "b", " c"}},
		{"several lines", "data: YHOO\ndata: +2\ndata: 10\n\n", []string{"YHOO\n+2\n10"}},
		{"comments", ": ping\n\n:\ndata: a\n: x\n\n: end\n\n", []string{"a"}},
		{"other fields", "event: x\nid: 1\nretry: 5\ndata: a\n\nid\n\n", []string{"a"}},
		{"unknown field", "datum: x\n\ndata2: y\n\n", nil},
		{"empty data is none", "data\n\ndata:\n\ndata: \n\n", nil},
		{"BOM", "\xef\xbb\xbfdata: a\n\n", []string{"a"}},
		{"BOM only at the start", "data: a\n\n\xef\xbb\xbfdata: b\n\n", []string{"a"}},
		{"last without blank line", "data: a\n\ndata: b\n", []string{"a"}},
		{"UTF-8", "data: ßж語😀\n\n", []string{"ßж語😀"}},
		{"blank lines between", "\n\n\r\n\rdata: a\n\n\n\n", []string{"a"}},
		{"error line of older llama.cpp", "error: {}\n\n", []string{"{}"}},
	} {
		for _, sizes := range [][]int{{1 << 20}, {1}, {2}, {3, 1, 5}} {
			if got := collect(tt.stream, sizes...); !slices.Equal(got, tt.want) {
				t.Errorf("%s, cut by %v: %q, want %q", tt.name, sizes, got, tt.want)
			}
		}
	}
}

// However the bytes are cut, the events are the same.
func FuzzEvents(f *testing.F) {
	f.Add("\xef\xbb\xbfdata: a\r\n\r\n: c\rdata:b\r\rdata: x\ndata: y\n\n", byte(2), byte(3))
	f.Add(good, byte(1), byte(7))
	f.Fuzz(func(t *testing.T, stream string, a, b byte) {
		whole := collect(stream, len(stream))
		if split := collect(stream, int(a), int(b), 1); !slices.Equal(whole, split) {
			t.Errorf("whole: %q\ncut by %d, %d, 1: %q", whole, a, b, split)
		}
	})
}

// A stream's blocks are as good as one: events survive the block's end, on the
// other goroutine too.
func TestBlocks(t *testing.T) {
	const n = 3000
	body := strings.Repeat(": ping\n\n"+token, n) + "data: {\"choices\":[{\"text\":\"" + strings.Repeat("x", 3*blockSize) + "\"}]}\n\n" + good
	s := serveRaw(t, always(sse(body), true))
	got := newClient(t, Config{BaseURL: s.url(), KeepText: true}).Do(t.Context(), request)
	if got.Err != nil || len(got.Arrivals) != n+3 || got.Events != n+6 || len(got.Text) != n+3*blockSize+2 {
		t.Errorf("%d tokens of %d events, %d bytes, error %v; want %d of %d, %d bytes", len(got.Arrivals), got.Events, len(got.Text), got.Err, n+3, n+6, n+3*blockSize+2)
	}
}

// The chunk walker agrees with net/http's, and does not care how the bytes come.
func FuzzChunked(f *testing.F) {
	f.Add("5\r\nhello\r\n0\r\n\r\n", byte(3))
	f.Add("5;a=b\r\nhello\r\n00A  \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nrest", byte(1))
	f.Add("5\nhello\r\n0\r\n\r\n", byte(1))
	f.Fuzz(func(t *testing.T, coded string, size byte) {
		whole, wholeDone, wholeErr := unchunk(coded, len(coded))
		split, splitDone, splitErr := unchunk(coded, int(size))
		if whole != split || wholeDone != splitDone || (wholeErr == nil) != (splitErr == nil) {
			t.Fatalf("whole: %q, %v, %v\ncut: %q, %v, %v", whole, wholeDone, wholeErr, split, splitDone, splitErr)
		}
		ref, err := io.ReadAll(httputil.NewChunkedReader(bufio.NewReader(strings.NewReader(coded))))
		if err == nil && whole != string(ref) {
			t.Errorf("%q: got %q, net/http has %q", coded, whole, ref)
		}
		if wholeDone && err != nil && !strings.Contains(err.Error(), "non-data") {
			t.Errorf("%q: taken as %q, net/http says %v", coded, whole, err)
		}
	})
}

func unchunk(coded string, size int) (data string, done bool, err error) {
	var c chunks
	b := []byte(coded)
	for len(b) > 0 && !done && err == nil {
		p := b[:min(len(b), max(1, size))]
		var n, used int
		n, used, done, err = c.walk(p)
		data += string(p[:n])
		b = b[used:]
	}
	return data, done, err
}

// The JSON cursor agrees with encoding/json on what is JSON and what it says.
func FuzzJSON(f *testing.F) {
	f.Add(`{"choices":[{"text":"a\u00e4\ud83d\ude00\n","x":[1,-2.5e+3,true,false,null]}],"usage":{"prompt_tokens":1}}`)
	f.Add("\"\\ud800x\xff\"")
	f.Add(`[01, +1, 1., .5, 1e]`)
	f.Fuzz(func(t *testing.T, doc string) {
		c := cursor{b: []byte(doc)}
		if got, want := c.pass() && c.end(), json.Valid([]byte(doc)); got != want && !strings.Contains(doc, strings.Repeat("[", 20)) && !strings.Contains(doc, strings.Repeat(`{"`, 20)) {
			t.Fatalf("%q: valid = %v, encoding/json says %v", doc, got, want)
		}
		c = cursor{b: []byte(doc)}
		var want string
		if raw, ok := c.str(); ok && c.end() && json.Unmarshal([]byte(doc), &want) == nil {
			if got := string(appendString(nil, raw)); got != want {
				t.Errorf("%q: %q, encoding/json has %q", doc, got, want)
			}
		}
	})
}

// What a chunk says, by kind: the fields that make it token-bearing.
func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		name, data    string
		token, answer bool
		text, thought string
	}{
		{"role only", `{"choices":[{"delta":{"role":"assistant","content":""}}]}`, false, false, "", ""},
		{"null content", `{"choices":[{"delta":{"role":"assistant","content":null}}]}`, false, false, "", ""},
		{"role with content", `{"choices":[{"delta":{"role":"assistant","content":"a"}}]}`, true, true, "a", ""},
		{"index is the token's number", `{"choices":[{"index":7,"text":"b"}]}`, true, true, "b", ""},
		{"reasoning", `{"choices":[{"delta":{"reasoning":"r"}}]}`, true, false, "", "r"},
		{"reasoning_content", `{"choices":[{"delta":{"reasoning_content":"r"}}]}`, true, false, "", "r"},
		{"both names at once", `{"choices":[{"delta":{"reasoning":"r","reasoning_content":"r"}}]}`, true, false, "", "r"},
		{"tool call", `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}`, true, true, "", ""},
		{"no tool calls", `{"choices":[{"delta":{"tool_calls":[],"function_call":null,"audio":{}}}]}`, false, false, "", ""},
		{"function call", `{"choices":[{"delta":{"function_call":{"name":"f"}}}]}`, true, true, "", ""},
		{"audio", `{"choices":[{"delta":{"audio":{"data":"AA"}}}]}`, true, true, "", ""},
		{"finish with content", `{"choices":[{"text":"c","finish_reason":"stop"}]}`, true, true, "c", ""},
		{"escapes", `{"choices":[{"text":"\u00e4\ud83d\ude00\n\""}]}`, true, true, "ä😀\n\"", ""},
		{"usage only", `{"choices":[],"usage":{"completion_tokens":1}}`, false, false, "", ""},
	} {
		var tr Trace
		d := decoder{t: &tr}
		d.event([]byte(tt.data), false, stamp{at: 5})
		if d.token != tt.token || d.answer != tt.answer || string(d.said) != tt.text || string(d.thought) != tt.thought || d.fault != nil {
			t.Errorf("%s: token, answer, text, reasoning = %v, %v, %q, %q (%v)", tt.name, d.token, d.answer, d.said, d.thought, d.fault)
		}
		if want := tt.answer; (tr.FirstContent == 5) != want {
			t.Errorf("%s: FirstContent = %d", tt.name, tr.FirstContent)
		}
	}
}

func TestShared(t *testing.T) {
	var tr Trace
	d := decoder{t: &tr}
	for _, read := range []uint32{1, 2, 2, 2, 3, 4, 4, 5} { // 3 of read 2 and 2 of read 4
		d.event([]byte(`{"choices":[{"text":"a"}]}`), false, stamp{seq: read})
	}
	if tr.SharedEvents != 5 {
		t.Errorf("shared events = %d, want 5", tr.SharedEvents)
	}
}

func recorded(tb testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/wire/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	_, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	return body
}

// BenchmarkScan finds the events of a recorded stream, one event a read.
func BenchmarkScan(b *testing.B) {
	body := recorded(b, "vllm.midstream_enginedead.txt")
	events := bytes.SplitAfter(body, []byte("\n\n"))
	marks := make([]mark, 0, len(events))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var s scanner
		marks = marks[:0]
		end := 0
		for _, e := range events {
			end += len(e)
			marks = s.scan(body[:end], stamp{at: 1}, marks)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(marks)), "ns/event")
}

// BenchmarkDecode decodes them; json does the same by encoding/json, into a
// struct with the fields that count.
func BenchmarkDecode(b *testing.B) {
	body := recorded(b, "vllm.midstream_enginedead.txt")
	var s scanner
	marks := s.scan(body, stamp{at: 1}, nil)
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		tr := Trace{}
		for b.Loop() {
			tr = Trace{Arrivals: tr.Arrivals[:0], Lags: tr.Lags[:0]}
			d := decoder{t: &tr}
			d.events(body, marks)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(marks)), "ns/event")
	})
	b.Run("json", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			for _, m := range marks {
				var v struct {
					Model   string
					Error   json.RawMessage
					Usage   *struct{ Prompt_tokens, Completion_tokens int }
					Choices []struct {
						Text          string
						Finish_reason *string
						Delta         struct{ Content, Reasoning *string }
					}
				}
				data, _, _ := eventData(body[m.start:m.end], nil)
				_ = json.Unmarshal(data, &v)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(marks)), "ns/event")
	})
}

func TestScanAllocatesNothing(t *testing.T) {
	body := recorded(t, "lcpp.ping.txt")
	marks := make([]mark, 0, 1000)
	if n := testing.AllocsPerRun(10, func() {
		var s scanner
		marks = s.scan(body, stamp{}, marks[:0])
	}); n != 0 || len(marks) != 153 {
		t.Errorf("%v allocations for %d events, want 0 for 153", n, len(marks))
	}
}

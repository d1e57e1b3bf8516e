package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func traceCase(t testing.TB, spec Spec, f *Fitter, c Case) *Prompts {
	t.Helper()
	spec.Type = TypeTrace
	return ready(t, spec, f, c)
}

// The rows are sent in their order, with their lengths, at their times.
func TestTraceReplay(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	const path = "testdata/burstgpt.csv"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, _, _ := readTrace(Spec{Path: path})
	p := traceCase(t, Spec{Path: path, Speed: 4}, f, Case{Requests: 6, Warmups: 4, Seed: 2})
	var got []string
	times := p.Times()
	for i, r := range walkAll(t, p) {
		got = append(got, fmt.Sprint(5+4*times[i].Seconds(), ",", r.InputLen, ",", r.MaxTokens))
		if n := sentTokens(t, f.tok, r.Prompt, true); n != r.InputLen || r.PromptTokens != n {
			t.Errorf("%s: %d tokens, want %d", r.ID, n, r.InputLen)
		}
	}
	var want []string
	for line := range strings.Lines(string(text)) { // the file's own, by hand
		if c := strings.Split(line, ","); c[0] != "Timestamp" && c[3] != "0" && len(want) < 6 {
			want = append(want, c[0]+","+c[2]+","+c[3])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("replayed %q, want %q", got, want)
	}
	for _, r := range walkAll(t, p.Warmup()) {
		known := slices.ContainsFunc(rows.rows, func(row traceRow) bool {
			return int(row.input) == r.InputLen && int(row.output) == r.MaxTokens
		})
		if !known || !r.Warmup {
			t.Errorf("warm-up of %d tokens in, %d out: no row has these", r.InputLen, r.MaxTokens)
		}
	}
	if times := traceCase(t, Spec{Path: path, Replay: "lengths"}, f, Case{Requests: 3}).Times(); times != nil {
		t.Errorf("times %v, want none", times)
	}
	if times := conversationCase(t, Spec{Turns: [2]int{1, 1}}, f, Case{InputLen: 5, Requests: 3}).Times(); times != nil {
		t.Errorf("a conversation has times %v", times)
	}
}

// Three rows at 10, 11 and 14 s: sent again they are due a mean gap (2 s) after the
// last, so 6 s later each.
func TestTraceStartsOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("Timestamp,Request tokens,Response tokens\n10,3,1\n11,9,2\n14,5,3\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	p := traceCase(t, Spec{Path: path, AllowRepeat: true}, fitter(t, fake{letters: 26}, true), Case{Requests: 8, Seed: 1})
	want := []time.Duration{0, 1, 4, 6, 7, 10, 12, 13}
	for i := range want {
		want[i] *= time.Second
	}
	if got := p.Times(); !slices.Equal(got, want) {
		t.Errorf("times %v, want %v", got, want)
	}
	var lens []int
	all := walkAll(t, p)
	for _, r := range all {
		lens = append(lens, r.InputLen)
	}
	if want := []int{3, 9, 5, 3, 9, 5, 3, 9}; !slices.Equal(lens, want) || all[1].Prompt == all[4].Prompt {
		t.Errorf("lengths %v, want %v, and other words each time", lens, want)
	}
}

// Requests with the same leading hash ids have the same leading tokens, as a
// server counts them, and no others.
func TestTraceBlocks(t *testing.T) {
	for _, m := range models(t) {
		for _, chat := range []bool{false, true} {
			if !chat || m.chat {
				testTraceBlocks(t, m, chat)
			}
		}
	}
}

func testTraceBlocks(t *testing.T, m model, chat bool) {
	t.Helper()
	f := fitter(t, m.tok, chat)
	const path = "testdata/mooncake.jsonl"
	tr, _, err := readTrace(Spec{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	p := traceCase(t, Spec{Path: path}, f, Case{Requests: len(tr.rows), Warmups: 3, Seed: 4})
	var sent [][]uint32
	for i, r := range walkAll(t, p) {
		ids := sentIDs(t, m.tok, r.Prompt, chat)
		if want := max(int(tr.rows[i].input), f.Least()); len(ids) != want || r.InputLen != want || r.PromptTokens != want || r.MaxTokens < 1 {
			t.Errorf("%s, chat %v, row %d: %d tokens, want %d", m.name, chat, i, len(ids), want)
		}
		sent = append(sent, ids)
	}
	front, err := f.front()
	if err != nil {
		t.Fatal(err)
	}
	tail := f.Around() - front // tokens after a prompt's own
	for i := range sent {
		for k := range i {
			a, b := tr.hashIDs(i), tr.hashIDs(k)
			blocks := commonLen(a, b)
			want := min(512*blocks, len(sent[i])-tail, len(sent[k])-tail)
			if blocks == 0 { // the template, and nothing else
				want = front
			}
			if slices.Equal(a, b) && len(sent[i]) == len(sent[k]) {
				want-- // no two are alike: the last word differs
			}
			if got := commonLen(sent[i], sent[k]); got != want {
				t.Errorf("%s, chat %v: rows %d and %d share %d tokens, want %d (ids %v, %v)", m.name, chat, k, i, got, want, b, a)
			}
		}
	}
}

func (t *trace) hashIDs(row int) []int64 {
	r := &t.rows[row]
	return t.ids[r.ids : r.ids+r.blocks]
}

func commonLen[T comparable](a, b []T) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Where tokens reach over spaces prompts are exact all the same.
func TestTraceBlocksOfAwkwardTokens(t *testing.T) {
	for _, merge := range []uint32{2, 3, 10} {
		f := fitter(t, fake{letters: 26, merge: merge}, true)
		for _, r := range walkAll(t, traceCase(t, Spec{Path: "testdata/mooncake.jsonl"}, f, Case{Requests: 25, Seed: 1})) {
			if n := sentTokens(t, f.tok, r.Prompt, true); n != r.InputLen {
				t.Errorf("merge %d: %d tokens, want %d", merge, n, r.InputLen)
			}
		}
	}
}

// The same prompts for ever; see testGolden. What is told of short rows is the
// tokenizer's: chat needs 9 tokens or more.
func TestTraceGolden(t *testing.T) {
	f := fitter(t, models(t)[0].tok, true)
	source, err := Open(Spec{Type: TypeTrace, Path: "testdata/mooncake.jsonl"})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Fit(t.Context(), f, nil); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("testdata/mooncake.jsonl: 3 of 25 rows have inputs of fewer than %d tokens: raised to that, the least a prompt can have", f.Least()); len(source.Notes()) != 2 || source.Notes()[1] != want {
		t.Errorf("notes %q, want the second %q", source.Notes(), want)
	}
	hash := func() string {
		p, err := source.Case(Case{Requests: 25, Warmups: 5, Seed: CaseSeed(0, "bench_trace_mc10_np25", 1)})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for _, text := range prompts(append(walkAll(t, p), walkAll(t, p.Warmup())...)) {
			fmt.Fprintln(h, text)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	const want = "d988f00ba828521718f6f52650a425559e45cb83c1e07e4cb157a1b46154bf55"
	if got := hash(); got != want {
		t.Errorf("the prompts' hash is %s, want %s", got, want)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := hash(); got != want {
		t.Errorf("on one core the prompts' hash is %s, want %s", got, want)
	}
}

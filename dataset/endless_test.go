package dataset

import (
	"fmt"
	"testing"
)

// Prompts of one word out of 26 letters: 10 are measured, and the warm-up finds
// the other 16, whatever it draws; then there is none left, and it says so.
func TestEndlessIsUnlikeAllOthers(t *testing.T) {
	v := vocabulary(t, fake{letters: 26})
	r := ready(t, Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: 2, Requests: 10, Warmups: 3, IDPrefix: "c-"})
	seen := map[string]bool{}
	for _, m := range walkAll(t, r) {
		seen[m.Prompt] = true
	}
	var last error
	i := 0
	for s, err := range r.Endless().Sessions() {
		if last = err; err != nil {
			break
		}
		req, _, _ := s.Next("")
		if want := fmt.Sprint("c-w", i); seen[req.Prompt] || !req.Warmup || req.ID != want || req.InputLen != 2 {
			t.Errorf("%+v: want %s, a warm-up whose prompt was never sent", req, want)
		}
		seen[req.Prompt] = true
		i++
	}
	if len(seen) != len(v.first) || last == nil {
		t.Errorf("%d of %d prompts were sent, then %v; want all, then an error", len(seen), len(v.first), last)
	}
}

// The same seed gives the same endless warm-up, and the measured prompts are
// those of a case with another warm-up.
func TestEndlessIsAFunctionOfTheSeed(t *testing.T) {
	f, c := fitter(t, fake{letters: 26}, false), Case{InputLen: 9, Requests: 5, Seed: 4}
	prompted := func() (endless, measured []string) {
		r := ready(t, Spec{Type: TypeRandom}, f, c)
		return prompts(take(t, r.Endless(), 50)), prompts(walkAll(t, r))
	}
	e1, m1 := prompted()
	e2, m2 := prompted()
	if fmt.Sprint(e1, m1) != fmt.Sprint(e2, m2) {
		t.Error("the same seed gave two streams")
	}
	counted, warm := walkPrepared(t, Spec{Type: TypeRandom}, f, Case{InputLen: 9, Requests: 5, Warmups: 50, Seed: 4})
	if fmt.Sprint(prompts(counted)) != fmt.Sprint(m1) || fmt.Sprint(prompts(warm)) != fmt.Sprint(e1) {
		t.Error("a warm-up by time has other prompts than one by count")
	}
}

func TestEndlessNeedsPrepare(t *testing.T) {
	r, err := newCase(Spec{Type: TypeRandom}, fitter(t, fake{letters: 26}, false), Case{InputLen: 9, Requests: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Endless().Sessions() {
		if err == nil {
			t.Error("a request came before Prepare")
		}
		break
	}
}

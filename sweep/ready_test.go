package sweep

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

// A user who waits for a server that is loading hears how long, and what it says.
func TestWaitReadyTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var notes []string
		err := waitReady(t.Context(), func(context.Context) error {
			if time.Since(began) < 20*time.Second {
				return errors.New("status 503: loading")
			}
			return nil
		}, time.Minute, func(waited time.Duration, last error) { notes = append(notes, fmt.Sprint(waited, " ", last)) })
		if want := []string{"5s status 503: loading", "15s status 503: loading"}; err != nil || !slices.Equal(notes, want) {
			t.Errorf("%v, notes %q, want %q", err, notes, want)
		}
	})
}

// What waiting does not change ends it at once, with the answer alone.
func TestWaitReadyEndsAtWhatIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, final := time.Now(), &client.FinalError{Err: errors.New("unknown authority")}
		err := waitReady(t.Context(), func(context.Context) error {
			if time.Since(began) < time.Second {
				return errors.New("connection refused")
			}
			return final
		}, time.Hour, func(time.Duration, error) {})
		if err != final || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// A server that takes its time to end is told of, once; one that ends soon is not.
func TestTelling(t *testing.T) {
	for took, want := range map[time.Duration]int{time.Second: 0, time.Minute: 1} {
		synctest.Test(t, func(t *testing.T) {
			told, failed := 0, errors.New("left over")
			err := telling(func() error { time.Sleep(took); return failed }, func() { told++ })
			if err != failed || told != want {
				t.Errorf("after %s: %v, told %d times, want %d", took, err, told, want)
			}
		})
	}
}

// warned keeps warnings.
type warned struct {
	Silent
	texts *[]string
}

func (w warned) Warn(text string) { *w.texts = append(*w.texts, text) }

// A cache that cannot be emptied is warned of once, with the first case's name; every
// case has the doubt.
func TestResetWarnsOnce(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	config := parse(t, "reset: /none\n", "base_url="+s.URL, "concurrency_prompts=[[1, 2], [2, 2]]")
	var texts []string
	r := Runner{Config: config, Progress: warned{texts: &texts}, Getenv: func(string) string { return "" }, Now: time.Now}
	r.plan = config.Cases()
	r.inputs = newInputSet(r.plan, r.Getenv, r.Progress)
	for _, pc := range r.plan {
		if doubt := r.prepareServer(t.Context(), s.URL, pc); !strings.HasPrefix(doubt, "reset before the case failed: ") {
			t.Errorf("%s: doubt %q", pc.Name, doubt)
		}
	}
	if len(texts) != 1 || !strings.HasPrefix(texts[0], r.plan[0].Name+": reset before the case failed: ") || !strings.Contains(texts[0], "suspect") {
		t.Errorf("warnings %q, want one, of the first case", texts)
	}
}

package selftest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"llmsweep/dataset"
)

// askSim sends a request without a body to the simulator's own pages.
func askSim(ctx context.Context, method, url string, answer func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	h := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // straight, by no proxy
	resp, err := h.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", method, url, resp.StatusCode)
	}
	return answer(resp.Body)
}

// resetTruth makes the simulator forget the requests so far.
func resetTruth(ctx context.Context, baseURL string) error {
	return askSim(ctx, http.MethodPost, baseURL+"/sim/reset", func(io.Reader) error { return nil })
}

// fetchTruth is the ground truth since the last reset: by request id, the
// instants right before each token event was written, Unix ns.
func fetchTruth(ctx context.Context, baseURL string) (map[string][]int64, error) {
	writes := map[string][]int64{}
	err := askSim(ctx, http.MethodGet, baseURL+"/sim/truth", func(body io.Reader) error {
		for dec := json.NewDecoder(body); ; {
			var line struct {
				ID     string  `json:"id"`
				Writes []int64 `json:"writes_unix_ns"`
			}
			if err := dec.Decode(&line); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("ground truth: %w", err)
			}
			writes[line.ID] = line.Writes
		}
	})
	return writes, err
}

// requests yields requests of the same lengths: at least as many as least,
// then on until there are as many as most or the time is over.
type requests struct {
	prefix      string // of ids
	output      int    // tokens
	least, most int
	until       time.Duration // from the first request on
}

// Sessions yields each request as a session of its own.
func (s requests) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		end := time.Now().Add(s.until)
		for i := 0; i < s.least || i < s.most && time.Now().Before(end); i++ {
			id := fmt.Sprint(s.prefix, i)
			if !yield(dataset.Single(dataset.Request{ID: id, Prompt: "self-test " + id, MaxTokens: s.output}), nil) {
				return
			}
		}
	}
}

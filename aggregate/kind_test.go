package aggregate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/runlog"
)

// mixedRows are a chat server, embeddings and reranking of the same prompts, and a
// case of each of two backends that failed.
func mixedRows() []Row {
	rows := rising()
	for i := range rows {
		rows[i].Backend = "openai-chat"
	}
	for _, backend := range []string{"embeddings", "rerank"} {
		for _, r := range rising() {
			zero, requests := 0.0, *r.OutputThroughput
			r.Server, r.Backend, r.OutputThroughput, r.RequestThroughput, r.MedianTPOT, r.P99TTFT = backend, backend, &zero, &requests, nil, nil
			r.OutputLen = nil
			rows = append(rows, r)
		}
	}
	return append(rows, Row{Case: "broken", Backend: "rerank", Status: runlog.StatusFailed}, Row{Case: "other", Backend: "tgi", Status: runlog.StatusFailed})
}

// Each kind has its rows, also those that failed, and work of its own: nothing
// says that reranking did more than embeddings.
func TestKinds(t *testing.T) {
	rows := mixedRows()
	r := Read(rows, ReadOptions{})
	var titles []string
	for _, c := range r.Curves {
		titles = append(titles, c.Chosen+" | "+c.Work)
	}
	want := []string{"tp1 | 256 → 128", "embeddings | embeddings, 256 tokens in", "rerank | rerank, 256 tokens in"}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	kinds := func(rows []Row) string {
		r := Read(rows, ReadOptions{})
		var text []string
		for _, k := range r.Kinds(rows) {
			text = append(text, fmt.Sprintf("%q %v", k.Name, k.Rows))
		}
		return strings.Join(text, " ")
	}
	for _, tt := range []struct {
		rows []Row
		want string
	}{
		{rows, `"" [0 1 2 3 13] "embeddings" [4 5 6 7] "rerank" [8 9 10 11 12]`},
		{append(rows[4:8:8], rows[0]), `"" [4] "embeddings" [0 1 2 3]`}, // tokens first
		{append(rows[4:8:8], rows[13]), `"embeddings" [0 1 2 3 4]`},
		{rows[12:], `"" [0 1]`},
		{nil, `"" []`},
	} {
		if got := kinds(tt.rows); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

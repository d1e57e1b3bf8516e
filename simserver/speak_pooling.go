package simserver

import (
	"encoding/json"
	"fmt"
	"strings"

	"llmsweep/tokenizer"
)

// parseEmbedding reads the body of /v1/embeddings.
func parseEmbedding(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{pooled: true}
	b.get("model", "string", &j.model)
	return j.settled(b, j.prompted(b, "input", t))
}

// parseRerank reads the body of /v1/rerank: its tokens are the query's and the
// documents'.
func parseRerank(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{pooled: true}
	b.get("model", "string", &j.model)
	var documents []string
	b.get("documents", "list", &documents)
	if !b.has("documents") {
		b.missing("documents")
	}
	if err = j.prompted(b, "query", t); err == nil && len(b.faults) == 0 {
		for _, d := range documents {
			of := &job{text: d}
			if err = of.tokenize(t, false); err != nil {
				break
			}
			j.ids = append(j.ids, of.ids...)
		}
		j.documents = documents
	}
	return j.settled(b, err)
}

// dimensions of an embedding.
const dimensions = 256

type embeddingWire struct {
	speaker
	created int64
}

func newEmbeddingWire(j *job, id, model string, created int64) wire {
	return &embeddingWire{newSpeaker(j, "embd-"+id, model), created}
}

func (w *embeddingWire) token(string, int, string) []byte { return nil } // it is never streamed

func (w *embeddingWire) whole(string, int, string) string {
	return fmt.Sprintf(`{"id":%s,"object":"list","created":%d,"model":%s,"data":[{"index":0,"object":"embedding","embedding":[%s]}],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":0,"prompt_tokens_details":null}}`,
		quote(w.id), w.created, w.model, strings.TrimSuffix(strings.Repeat("0.0625,", dimensions), ","), w.prompt, w.prompt)
}

type rerankWire struct{ speaker }

func newRerankWire(j *job, id, model string, _ int64) wire {
	return &rerankWire{newSpeaker(j, "rerank-"+id, model)}
}

func (w *rerankWire) token(string, int, string) []byte { return nil } // it is never streamed

func (w *rerankWire) whole(string, int, string) string {
	type result struct {
		Index    int               `json:"index"`
		Document map[string]string `json:"document"`
		Score    float64           `json:"relevance_score"`
	}
	results := []result{}
	for i, d := range w.job.documents {
		results = append(results, result{i, map[string]string{"text": d}, 1 / float64(i+1)})
	}
	list, err := json.Marshal(results)
	if err != nil { // strings always marshal
		list = []byte("[]")
	}
	return fmt.Sprintf(`{"id":%s,"model":%s,"usage":{"prompt_tokens":%d,"total_tokens":%d},"results":%s}`, quote(w.id), w.model, w.prompt, w.prompt, list)
}

package client

import (
	"strings"

	"llmsweep/dataset"
)

// Servers of embeddings (platform.openai.com/docs/api-reference/embeddings, vLLM's
// /pooling) and of reranking (vLLM's /v1/rerank, in Jina's and Cohere's shape):
// one answer in one piece, whose tokens are the prompt's. There is no first token.
var (
	embeddings = &shape{
		path: "/v1/embeddings", ids: true, framing: wholeFraming, single: true,
		frame: func(a *question) any {
			return struct {
				Model string `json:"model"`
				Input string `json:"input"`
			}{a.model, ""}
		},
		prompt: promptAt("input"),
		member: (*decoder).pooledMember,
	}
	rerank = &shape{
		path: "/v1/rerank", framing: wholeFraming, single: true,
		frame: func(a *question) any {
			return struct {
				Model     string `json:"model"`
				Query     string `json:"query"`
				Documents string `json:"documents"`
			}{a.model, "", ""}
		},
		prompt: rerankPrompt,
		member: (*decoder).pooledMember,
	}
	// rerankTexts is for a page /rerank, vLLM's or that of Text Embeddings Inference,
	// which has another name for the documents and answers with the list alone.
	rerankTexts = &shape{
		path: "/rerank", framing: wholeFraming, single: true,
		frame: func(a *question) any {
			return struct {
				Model     string `json:"model"`
				Query     string `json:"query"`
				Documents string `json:"documents"`
				Texts     string `json:"texts"`
			}{a.model, "", "", ""}
		},
		prompt: rerankPrompt,
		member: (*decoder).pooledMember,
	}
)

// rerankPrompt writes the parts of a prompt, and a row's own documents under both
// names.
var rerankPrompt = map[string]func([]byte, dataset.Request) []byte{
	"query": func(out []byte, r dataset.Request) []byte {
		query, _ := queryOf(r.Prompt)
		return appendText(out, query)
	},
	"documents": appendDocuments,
	"texts":     appendDocuments,
}

func appendDocuments(out []byte, r dataset.Request) []byte {
	if own, ok := r.Extra["documents"]; ok {
		if with, err := appendJSON(out, own); err == nil {
			return with
		}
	}
	_, document := queryOf(r.Prompt)
	return append(appendText(append(out, '['), document), ']')
}

// queryOf parts a prompt into a query and a document, so that together they have
// its tokens: at the first space after an eighth of it, which stays with the
// document. A dataset with body fields of its own, query and documents, has its
// say instead.
func queryOf(prompt string) (query, document string) {
	from := len(prompt)/8 + 1
	if from >= len(prompt) {
		return prompt, ""
	}
	at := strings.IndexByte(prompt[from:], ' ')
	if at < 0 {
		return prompt, ""
	}
	return prompt[:from+at], prompt[from+at:]
}

func (d *decoder) pooledMember(key []byte) bool {
	switch string(key) {
	case "data", "results":
		return d.results()
	case "usage":
		if d.peek() == '{' {
			return d.pooledUsage()
		}
	case "model":
		return d.modelMember()
	case "error":
		return d.errorMember()
	}
	return d.pass()
}

// results takes the list that an answer is for; an empty one is none.
func (d *decoder) results() (ok bool) {
	d.whole, ok = d.skip()
	d.choices = d.whole
	return ok
}

// pooledUsage takes the prompt's tokens; some servers of reranking tell the total
// alone, which is the same.
func (d *decoder) pooledUsage() bool {
	total := 0
	ok := d.object(func(key []byte) bool {
		switch string(key) {
		case "prompt_tokens":
			return d.count(&d.last.Prompt)
		case "total_tokens":
			return d.count(&total)
		}
		return d.pass()
	})
	if d.last.Prompt == 0 {
		d.last.Prompt = total
	}
	return ok
}

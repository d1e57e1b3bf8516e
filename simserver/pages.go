package simserver

import (
	"io"
	"net/http"
	"strconv"

	"llmsweep/tokenizer"
)

// models is vLLM's list of the one model it serves.
func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	body := `{"object":"list","data":[{"id":` + quote(s.cfg.Model) + `,"object":"model","created":` + strconv.FormatInt(s.created, 10) +
		`,"owned_by":"vllm","root":` + quote(s.cfg.Tokenizer.ID()) + `,"parent":null,"max_model_len":` + strconv.Itoa(s.cfg.MaxModelLen) +
		`,"permission":[{"id":"modelperm-sim","object":"model_permission","created":` + strconv.FormatInt(s.created, 10) +
		`,"allow_create_engine":false,"allow_sampling":true,"allow_logprobs":true,"allow_search_indices":false,"allow_view":true,` +
		`"allow_fine_tuning":false,"organization":"*","group":null,"is_blocking":false}]}]}`
	writeBody(w, http.StatusOK, "application/json", body)
}

// tokenize counts a prompt, with special tokens unless told otherwise, or a chat as
// the server would render it.
func (s *Server) tokenize(w http.ResponseWriter, r *http.Request) {
	b, ok := s.readBody(w, r)
	if !ok {
		return
	}
	j := &job{}
	special := true
	var strs bool
	b.get("add_special_tokens", "bool", &special)
	b.get("return_token_strs", "bool", &strs)
	var apiErr *apiError
	if b.has("messages") {
		apiErr = j.readChat(b, s.cfg.Tokenizer)
	} else {
		b.get("prompt", "string", &j.text)
		if !b.has("prompt") {
			b.missing("prompt")
		}
		var err error
		if j.ids, err = s.cfg.Tokenizer.AppendIDs([]uint32{}, j.text, special); err != nil {
			apiErr = badRequest("prompt", "the prompt could not be tokenized: %v", err)
		}
	}
	if apiErr = firstFault(b, apiErr); apiErr != nil {
		apiErr.write(w)
		return
	}
	answer := struct {
		Count       int      `json:"count"`
		MaxModelLen int      `json:"max_model_len"`
		Tokens      []uint32 `json:"tokens"`
		TokenStrs   []string `json:"token_strs"`
	}{len(j.ids), s.cfg.MaxModelLen, j.ids, nil}
	if strs {
		answer.TokenStrs = pieces(s.cfg.Tokenizer, j.ids)
	}
	writeJSON(w, http.StatusOK, answer)
}

// detokenize is the text of ids, special tokens included.
func (s *Server) detokenize(w http.ResponseWriter, r *http.Request) {
	b, ok := s.readBody(w, r)
	if !ok {
		return
	}
	var ids []uint32
	b.get("tokens", "list", &ids)
	if !b.has("tokens") {
		b.missing("tokens")
	}
	if apiErr := firstFault(b, nil); apiErr != nil {
		apiErr.write(w)
		return
	}
	for _, id := range ids {
		if int(id) >= s.cfg.Tokenizer.VocabSize() {
			badRequest("tokens", "Token id %d is out of vocabulary", id).write(w)
			return
		}
	}
	writeJSON(w, http.StatusOK, map[string]string{"prompt": s.cfg.Tokenizer.Decode(ids, false)})
}

// readBody reads a JSON object that may name the model; on a fault it answers.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) (*body, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		badRequest("body", "the body could not be read: it is longer than %d bytes, or was cut", maxBody).write(w)
		return nil, false
	}
	b, apiErr := parseBody(data)
	if apiErr == nil {
		model := s.cfg.Model
		b.get("model", "string", &model)
		if model != s.cfg.Model {
			apiErr = modelNotFound(model, s.cfg.Model)
		}
	}
	if apiErr != nil {
		apiErr.write(w)
		return nil, false
	}
	return b, true
}

func firstFault(b *body, other *apiError) *apiError {
	if len(b.faults) > 0 {
		return invalidBody(b.faults)
	}
	return other
}

// pieces are the texts of single tokens; what is not whole UTF-8 alone shows as
// the replacement character.
func pieces(t tokenizer.Tokenizer, ids []uint32) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = t.Decode([]uint32{id}, false)
	}
	return texts
}

package simserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// An apiError is a refused request, in vLLM's shape and words.
type apiError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    int     `json:"code"`
}

func badRequest(param, format string, args ...any) *apiError {
	return &apiError{fmt.Sprintf(format, args...), "BadRequestError", &param, http.StatusBadRequest}
}

func (e *apiError) write(w http.ResponseWriter) {
	writeJSON(w, e.Code, map[string]*apiError{"error": e})
}

// writeJSON writes v in one piece with its length, as vLLM does.
func writeJSON(w http.ResponseWriter, status int, v any) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	writeBody(w, status, "application/json", strings.TrimSuffix(b.String(), "\n"))
}

func writeBody(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a client that is gone needs no answer
}

// modelNotFound, promptTooLong and the others say what vLLM 0.32 says.
func modelNotFound(asked, served string) *apiError {
	param := "model"
	return &apiError{fmt.Sprintf("The model `%s` does not exist. Valid aliases: %s.", asked, served), "NotFoundError", &param, http.StatusNotFound}
}

// checkLengths refuses what the context window cannot hold.
func checkLengths(prompt, maxTokens, window int) *apiError {
	switch {
	case maxTokens > window:
		return badRequest("max_tokens", "max_tokens=%d cannot be greater than max_model_len=%d. Please request fewer output tokens. (parameter=max_tokens, value=%d)",
			maxTokens, window, maxTokens)
	case prompt >= window:
		return badRequest("input_tokens", "This model's maximum context length is %d tokens. However, your prompt contains at least %d input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=%d)",
			window, min(prompt, window+1), min(prompt, window+1)) // it stops counting there
	case prompt+maxTokens > window:
		return badRequest("input_tokens", "This model's maximum context length is %d tokens. However, you requested %d output tokens and your prompt contains at least %d input tokens, for a total of at least %d tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=%d)",
			window, maxTokens, window-maxTokens+1, window+1, window-maxTokens+1)
	}
	return nil
}

// A bodyFault is one fault of a request's body, as vLLM's validation lists them.
type bodyFault struct {
	kind, loc, msg, input, ctx string
}

func invalidBody(faults []bodyFault) *apiError {
	plural := "s"
	if len(faults) == 1 {
		plural = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d validation error%s:", len(faults), plural)
	for _, f := range faults {
		fmt.Fprintf(&b, "\n  {'type': '%s', 'loc': '%s', 'msg': '%s', 'input': %s%s}", f.kind, f.loc, f.msg, f.input, f.ctx)
	}
	return &apiError{b.String(), "Bad Request", &faults[0].loc, http.StatusBadRequest}
}

// asPython shows a JSON value as vLLM's messages do.
func asPython(raw json.RawMessage) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "None"
	}
	switch v := v.(type) {
	case string:
		return "'" + v + "'"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case nil:
		return "None"
	case []any:
		return fmt.Sprintf("'<list of %d items>'", len(v))
	case map[string]any:
		return fmt.Sprintf("'<dict of %d items>'", len(v))
	}
	return string(raw)
}

package client

// TensorRT-LLM behind Triton, /v2/models/{model}/generate_stream (Triton's
// "Generate extension"; tensorrtllm_backend's docs/model_config.md): an event a
// step with the text it made, and nothing that tells the end or counts. Length
// is fixed by min_length. The model is to run with exclude_input_in_output.
var tensorRT = &shape{
	path: "/v2/models/{model}/generate_stream", unnamed: true, unsaid: true,
	optional: []string{"min_length"}, fixes: "min_length",
	frame: func(a *question) any {
		return struct {
			Text      string `json:"text_input"`
			MaxTokens int    `json:"max_tokens,omitempty"`
			MinLength int    `json:"min_length,omitempty"`
			Stream    bool   `json:"stream"`
		}{"", a.r.MaxTokens, a.least("min_length"), true}
	},
	prompt: promptAt("text_input"),
	member: func(d *decoder, key []byte) bool {
		switch string(key) {
		case "text_output":
			d.choices = true
			return d.generated(&d.said, true)
		case "model_name":
			return d.modelMember()
		case "error":
			return d.errorMember()
		}
		return d.pass()
	},
}

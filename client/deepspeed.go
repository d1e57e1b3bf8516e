package client

// DeepSpeed-MII's RESTful server, /generate (mii/entrypoints/api_server.py and
// data_models.py): each event has the new text in a list, the last one is [DONE];
// nothing is counted. It goes on to min_tokens. Its OpenAI server is spoken to
// where the endpoint is /v1/completions or /v1/chat/completions.
var deepSpeed = &shape{
	path: "/generate", unnamed: true, unsaid: true,
	optional: []string{"min_tokens"}, fixes: "min_tokens",
	frame: func(a *question) any {
		return struct {
			Prompt    string `json:"prompt"`
			MaxTokens int    `json:"max_tokens,omitempty"`
			MinTokens int    `json:"min_tokens,omitempty"`
			Stream    bool   `json:"stream"`
		}{"", a.r.MaxTokens, a.least("min_tokens"), true}
	},
	prompt: promptAt("prompt"),
	member: func(d *decoder, key []byte) bool {
		switch string(key) {
		case "text":
			d.choices = true
			if d.peek() == '[' {
				return d.array(func() bool { return d.generated(&d.said, true) })
			}
			return d.generated(&d.said, true)
		case "error":
			return d.errorMember()
		}
		return d.pass()
	},
}

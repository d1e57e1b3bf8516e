package client

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"llmsweep/dataset"
)

// The backends, as configs and results spell them; each file named after one of
// them says where its wire format is described.
const (
	OpenAI          = "openai"           // /v1/completions
	VLLM            = "vllm"             // /v1/completions
	LMDeploy        = "lmdeploy"         // /v1/completions
	ScaleLLM        = "scalellm"         // /v1/completions
	SGLangOAI       = "sglang-oai"       // /v1/completions
	LlamaCPP        = "llama.cpp"        // /v1/completions
	OpenAIChat      = "openai-chat"      // /v1/chat/completions
	OpenAIResponses = "openai-responses" // /v1/responses
	SGLang          = "sglang"           // /generate
	TGI             = "tgi"              // /generate_stream
	TensorRTLLM     = "tensorrt-llm"     // /v2/models/{model}/generate_stream
	DeepSpeedMII    = "deepspeed-mii"    // /generate, or its OpenAI server's
	Ollama          = "ollama"           // /api/generate, /api/chat
	Anthropic       = "anthropic"        // /v1/messages
	Embeddings      = "embeddings"       // /v1/embeddings
	Rerank          = "rerank"           // /v1/rerank
)

// aliases are other tools' names of backends: vllm bench serve's, and those of
// SGLang's bench_serving. The endpoint is set where the name means another one.
var aliases = map[string]struct{ backend, endpoint string }{
	"openai-embeddings":   {Embeddings, ""},
	"infinity-embeddings": {Embeddings, "/embeddings"},
	"vllm-pooling":        {Embeddings, "/pooling"},
	"vllm-rerank":         {Rerank, ""},
	"vllm-chat":           {OpenAIChat, ""},
	"sglang-oai-chat":     {OpenAIChat, ""},
	"lmdeploy-chat":       {OpenAIChat, ""},
	"sglang-native":       {SGLang, ""},
	"trt":                 {TensorRTLLM, ""},
	"tensorrtllm":         {TensorRTLLM, ""},
}

// A backend is a kind of server: what differs from one to another.
type backend struct {
	name   string
	shapes []*shape // its endpoints, the default first
	health string   // page that says whether it is up, where it has no /v1/models; "" = /health
	auth   string   // the header for the API key; "" = Authorization, as a bearer token
	always [2]string
}

// A shape is how one endpoint is asked, and how it answers. It is the whole of
// what the send loop and the decoder need to know of a server.
type shape struct {
	path    string // after the base URL; {model} is the model's name
	chat    bool   // prompts are messages, and go through the chat template
	ids     bool   // a prompt may be token ids
	images  bool   // the last message may have images
	unnamed bool   // a request does not say in its body which model it is for
	framing framing
	// The body: frame is all of it but for the prompt, which prompt writes into the
	// members of these names. nested is the member that holds sampling parameters;
	// "" = the body itself does.
	frame  func(a *question) any
	prompt map[string]func(out []byte, r dataset.Request) []byte
	nested string
	// optional are the fields that are sent by our own choice, and that a server may
	// refuse; fixes is the one of them by which an answer has the length asked for;
	// "" = that length is an upper bound.
	optional []string
	fixes    string
	fewest   int // tokens that an answer may be bounded to; 0 = one
	// The answer: member takes a member of an event's object, settle what only all of
	// them together say; nil = nothing.
	member func(d *decoder, key []byte) bool
	settle func(d *decoder)
	single bool // one answer in one piece, without tokens
	unsaid bool // it tells neither finish nor usage: an answer is whole where its stream ends as it should
}

// backends is the table of all of them, in the order of the documentation.
var backends = []*backend{
	{name: OpenAI, shapes: []*shape{completions("ignore_eos", "min_tokens", "stream_options")}},
	{name: VLLM, shapes: []*shape{completions("ignore_eos", "min_tokens", "stream_options")}},
	{name: LMDeploy, shapes: []*shape{completions("ignore_eos", "stream_options")}},
	{name: ScaleLLM, shapes: []*shape{completions("ignore_eos", "stream_options")}},
	{name: SGLangOAI, shapes: []*shape{completions("ignore_eos", "min_tokens", "stream_options")}},
	{name: LlamaCPP, shapes: []*shape{completions("ignore_eos", "stream_options")}},
	{name: OpenAIChat, shapes: []*shape{chatCompletions("ignore_eos", "min_tokens", "stream_options")}},
	{name: OpenAIResponses, shapes: []*shape{responses}},
	{name: SGLang, shapes: []*shape{sglang}},
	{name: TGI, shapes: []*shape{tgi}},
	{name: TensorRTLLM, shapes: []*shape{tensorRT}, health: "/v2/health/ready"},
	{name: DeepSpeedMII, shapes: []*shape{deepSpeed, completions("min_tokens"), chatCompletions("min_tokens")}},
	{name: Ollama, shapes: []*shape{ollamaGenerate, ollamaChat}, health: "/api/version"},
	{name: Anthropic, shapes: []*shape{messages}, auth: "X-Api-Key", always: [2]string{"Anthropic-Version", "2023-06-01"}},
	{name: Embeddings, shapes: []*shape{embeddings}},
	{name: Rerank, shapes: []*shape{rerank, rerankTexts}},
}

// Backends are the names that Config.Backend takes.
func Backends() []string {
	names := make([]string, len(backends))
	for i, b := range backends {
		names[i] = b.name
	}
	return names
}

// Aliases are other tools' names of backends, sorted.
func Aliases() []string { return slices.Sorted(maps.Keys(aliases)) }

// Resolve is the backend that an alias names, and its endpoint where that is not
// the backend's own; any other name is itself.
func Resolve(name string) (backend, endpoint string) {
	if a, ok := aliases[name]; ok {
		return a.backend, a.endpoint
	}
	return name, ""
}

// healthPage is the page that says whether the server is up.
func (b *backend) healthPage() string { return cmp.Or(b.health, "/health") }

// Abilities are what the requests of a backend can carry, and its answers.
type Abilities struct {
	Endpoint string // path, as configured or its own; {model} is the model's name
	Chat     bool   // prompts are messages, counted through the chat template
	TokenIDs bool   // prompts may be token ids
	Images   bool
	Named    bool // each request says which model it is for
	Tokens   bool // answers are generated; else one comes in one piece, without a TTFT
	FixedLen bool // the server can be told to go on to the length asked for
}

// Able says what a backend can at an endpoint ("" = its own); ok is false for a
// name that is none.
func Able(name, endpoint string) (a Abilities, ok bool) {
	b := find(name)
	if b == nil {
		return a, false
	}
	s := b.shape(endpoint)
	if endpoint == "" {
		endpoint = s.path
	}
	return Abilities{Endpoint: endpoint, Chat: s.chat, TokenIDs: s.ids, Images: s.images, Named: !s.unnamed, Tokens: !s.single, FixedLen: s.fixes != ""}, true
}

// find is the backend of that name; nil = there is none.
func find(name string) *backend {
	for _, b := range backends {
		if b.name == name {
			return b
		}
	}
	return nil
}

// shape is what the endpoint speaks: of several, the one whose path it ends in.
func (b *backend) shape(endpoint string) *shape {
	for _, s := range b.shapes {
		if strings.HasSuffix(endpoint, s.path) {
			return s
		}
	}
	return b.shapes[0]
}

// pathFor is the shape's own path for a model.
func (s *shape) pathFor(model string) string {
	return strings.ReplaceAll(s.path, "{model}", url.PathEscape(model))
}

// headers are what the backend's requests carry beside the usual.
func (b *backend) headers(h http.Header, s *shape, apiKey string) {
	h.Set("Accept", s.framing.accept())
	if b.always[0] != "" {
		h.Set(b.always[0], b.always[1])
	}
	switch {
	case apiKey == "":
	case b.auth != "":
		h.Set(b.auth, apiKey)
	default:
		h.Set("Authorization", "Bearer "+apiKey)
	}
}

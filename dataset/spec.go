package dataset

// The datasets that there are, by the config's `dataset.type`.
const (
	TypeRandom           = "random"
	TypeShareGPT         = "sharegpt"
	TypeSonnet           = "sonnet"
	TypeCustom           = "custom"
	TypePrefixRepetition = "prefix_repetition"
	TypeConversation     = "conversation"
	TypeTrace            = "trace"
	TypeRandomMM         = "random_mm"
	TypeMix              = "mix"
)

// A Spec is the dataset's part of a config; a key that a type does not know is
// zero. Its JSON is part of a case's identity. All lengths are in tokens.
type Spec struct {
	Type        string `json:"type"`
	Path        string `json:"path,omitempty"`         // sharegpt, custom, trace, conversation ("" = synthetic)
	Format      string `json:"format,omitempty"`       // custom: jsonl, csv; trace: mooncake, azure, burstgpt; "" = by the file
	AllowRepeat bool   `json:"allow_repeat,omitempty"` // rows may be sent more than once in a run

	PrefixLen  int     `json:"prefix_len,omitempty"` // of the input length; random, sonnet (with its instruction): one for the case; prefix_repetition: each
	Prefixes   int     `json:"prefixes,omitempty"`   // prefix_repetition: how many
	RangeRatio Ratio   `json:"range_ratio,omitzero"` // random
	Lengths    Lengths `json:"lengths,omitzero"`     // random: in place of input_output
	OutputLen  int     `json:"output_len,omitempty"` // sharegpt, custom, conversation: in place of the rows' own
	NextLen    int     `json:"next_len,omitempty"`   // conversation: of a user's later turns, synthetic; 0 = as the first

	// sharegpt, conversation: which conversations are taken. vLLM's defaults.
	MinPromptLen int `json:"min_prompt_len,omitempty"`
	MinOutputLen int `json:"min_output_len,omitempty"`
	MaxPromptLen int `json:"max_prompt_len,omitempty"`
	MaxTotalLen  int `json:"max_total_len,omitempty"`

	Turns [2]int        `json:"turns,omitzero"`  // conversation: requests of a session, least and most
	Think *Distribution `json:"think,omitempty"` // conversation: s between an answer and the next turn; nil = none

	Replay string  `json:"replay,omitempty"` // trace: times, lengths
	Speed  float64 `json:"speed,omitempty"`  // trace: how many times faster than recorded

	Images ImageSpec `json:"images,omitzero"` // random_mm

	Scenarios []Scenario `json:"scenarios,omitempty"` // mix
}

// Ratio spreads lengths evenly over [⌊n·(1−r)⌋, ⌈n·(1+r)⌉], as vLLM's
// --random-range-ratio does.
type Ratio struct {
	Input  float64 `json:"input,omitempty"`
	Output float64 `json:"output,omitempty"`
}

// Lengths are distributions of lengths in tokens; nil = by input_output.
type Lengths struct {
	Input  *Distribution `json:"input,omitempty"`
	Output *Distribution `json:"output,omitempty"`
}

// ImageSpec says which images a request carries.
type ImageSpec struct {
	Count  int      `json:"count,omitempty"`  // of each request
	Sizes  [][2]int `json:"sizes,omitempty"`  // width and height in pixels, drawn evenly
	Format string   `json:"format,omitempty"` // png, jpeg
}

// A Scenario is one part of a mix.
type Scenario struct {
	Name      string  `json:"name"`
	Weight    float64 `json:"weight"`    // share of the requests, relative to the others'
	Share     float64 `json:"share"`     // of max_concurrency, kept for it alone; 0 = whoever comes
	InputLen  int     `json:"input_len"` // 0 = the dataset's own
	OutputLen int     `json:"output_len"`
	Dataset   Spec    `json:"dataset"`
}

// OwnLengths reports whether prompts have lengths of their own, so that the
// config's input_output has no say; may reports whether it can have one.
func (s *Spec) OwnLengths() (own, may bool) {
	switch s.Type {
	case TypeShareGPT:
		return true, true
	case TypeCustom, TypeTrace, TypeMix:
		return true, false
	case TypeConversation:
		return s.Path != "", s.Path == ""
	case TypeRandom:
		own = s.Lengths.Input != nil && s.Lengths.Output != nil
		return own, !own
	}
	return false, true
}

// SharesPrefixes reports whether requests have beginnings in common on purpose,
// so that a server's prefix cache may answer.
func (s *Spec) SharesPrefixes() bool {
	switch s.Type {
	case TypePrefixRepetition, TypeSonnet, TypeConversation, TypeTrace, TypeCustom, TypeShareGPT:
		return true
	case TypeMix:
		for i := range s.Scenarios {
			if s.Scenarios[i].Dataset.SharesPrefixes() {
				return true
			}
		}
	}
	return s.PrefixLen > 0 || s.AllowRepeat
}

// Repeats reports whether a run may send a prompt twice.
func (s *Spec) Repeats() bool {
	for i := range s.Scenarios {
		if s.Scenarios[i].Dataset.Repeats() {
			return true
		}
	}
	return s.AllowRepeat
}

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// hashSchema is raised when a case's figures change their meaning, so that what
// was measured before is measured again.
const hashSchema = 1

// hashedCase is all that would change a case's figures. Its JSON is hashed:
// fields in this order, maps by key.
type hashedCase struct {
	Schema     int            `json:"schema"`
	Model      string         `json:"model"`
	Backend    string         `json:"backend"`
	Endpoint   string         `json:"endpoint"`
	BaseURL    string         `json:"base_url"` // as written: sim:default, whatever port it gets
	Tokenizer  string         `json:"tokenizer_sha256"`
	Dataset    string         `json:"dataset"`
	InputLen   int            `json:"input_len"`
	OutputLen  int            `json:"output_len"`
	InFlight   int            `json:"max_concurrency"`
	NumPrompts int            `json:"num_prompts"`
	Rate       any            `json:"request_rate"`
	Burstiness any            `json:"burstiness"`
	Warmup     int            `json:"warmup"`
	Drain      bool           `json:"warmup_drain"`
	Sampling   map[string]any `json:"sampling"`
	ExtraBody  map[string]any `json:"extra_body"`
	IgnoreEOS  string         `json:"ignore_eos"`
	Timeouts   [4]int64       `json:"timeouts_ns"` // connect, first token, idle, request
	Seed       uint64         `json:"seed"`        // the run's

	// Left out where unset, so that a case without them has the hash it had before
	// there were such keys.
	Ramp        *Ramp  `json:"ramp,omitempty"`
	Duration    int64  `json:"duration_ns,omitempty"`
	Abort       *Abort `json:"abort,omitempty"`
	WarmupFor   int64  `json:"warmup_ns,omitempty"`
	CaseTimeout int64  `json:"timeout_case_ns,omitempty"`

	Spec     *dataset.Spec  `json:"dataset_spec,omitempty"` // without the path: the content counts
	Content  string         `json:"dataset_sha256,omitempty"`
	TokenIDs bool           `json:"prompt_token_ids,omitempty"`
	Off      int            `json:"prompt_overhead,omitempty"` // by the server's count
	Server   map[string]any `json:"server,omitempty"`          // that the run starts

	Protocol string             `json:"protocol,omitempty"` // "" = HTTP/1.1
	LoRA     map[string]float64 `json:"lora,omitempty"`
}

// CaseHash is the SHA-256 (hex) of the canonical JSON of what would change the
// case's figures: not of results_dir, goodput, labels or percentiles, which can
// be changed without measuring again. tokenizerHash is the hash of the
// tokenizer's content; the dataset's is DatasetContent, and what the
// server adds to a prompt PromptOff, which have been set.
func (c *Config) CaseHash(p Case, tokenizerHash string) (string, error) {
	var abort *Abort
	if c.Abort != (Abort{}) {
		abort = &c.Abort
	}
	canonical, err := json.Marshal(hashedCase{
		Schema:     hashSchema,
		Model:      c.Model,
		Backend:    c.Backend,
		Endpoint:   c.Endpoint,
		BaseURL:    c.BaseURL,
		Tokenizer:  tokenizerHash,
		Dataset:    c.Dataset.Type,
		InputLen:   p.Input,
		OutputLen:  p.Output,
		InFlight:   p.MaxConcurrency,
		NumPrompts: p.NumPrompts,
		Rate:       rateValue(p.Rate),
		Burstiness: rateValue(c.Burstiness),
		Warmup:     p.Warmup,
		Drain:      c.WarmupDrain,
		Sampling:   orEmpty(c.Sampling),
		ExtraBody:  orEmpty(c.ExtraBody),
		IgnoreEOS:  c.IgnoreEOS,
		Timeouts:   [4]int64{ns(c.Timeouts.Connect), ns(c.Timeouts.FirstToken), ns(c.Timeouts.Idle), ns(c.Timeouts.Request)},
		Seed:       c.Seed,

		Ramp: p.Ramp, Duration: ns(p.Duration), Abort: abort,
		WarmupFor: ns(p.WarmupFor), CaseTimeout: ns(c.CaseTimeout),

		Spec: hashedSpec(c.Dataset), Content: c.DatasetContent, TokenIDs: c.PromptTokenIDs, Off: c.PromptOff,
		Server: c.Server.hashed(&p),

		Protocol: c.hashedProtocol(), LoRA: c.LoRA,
	})
	if err != nil {
		return "", fmt.Errorf("case %s: sampling or extra_body has no JSON: %w", p.Name, err)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

func (c *Config) hashedProtocol() string {
	if c.Protocol == client.HTTP1 {
		return ""
	}
	return c.Protocol
}

// hashedSpec is the dataset without its files' paths; nil for plain random
// prompts, of which the type says all.
func hashedSpec(s dataset.Spec) *dataset.Spec {
	if reflect.DeepEqual(s, dataset.Spec{Type: dataset.TypeRandom}) {
		return nil
	}
	s.Path = ""
	s.Scenarios = slices.Clone(s.Scenarios)
	for i := range s.Scenarios {
		s.Scenarios[i].Dataset.Path = ""
	}
	return &s
}

func ns(d time.Duration) int64 { return d.Nanoseconds() }

// orEmpty makes no difference between a mapping left out and an empty one.
func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

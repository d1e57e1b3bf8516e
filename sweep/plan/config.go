// Package plan reads a config and expands it to a plan: the cases that a sweep
// measures, in running order, with how long they may take. It asks no server and
// starts nothing.
package plan

import (
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/conf"
)

// Config is one YAML file, resolved: defaults filled in, variables expanded.
type Config struct {
	Path string `yaml:"-"` // the file it was read from

	// written holds headers, sampling and extra_body with their variables as
	// they stand in the file: Redacted's, so that no secret reaches one.
	written written

	// What ReadToRun finds out.
	readAt         time.Time // the start of a new run: date and time, unless a run is gone on with; zero = now
	key            string    // see configKey
	resultsPattern string    // a glob of what ResultsDir can be on other days
	dated          bool      // date or time stands somewhere

	// lookup finds the variables of what is expanded case by case: hooks, reset.
	lookup func(name string) (string, bool)
	// What varies over the plan beside the lists: see expand.
	variants         []variant // nil = nothing
	include, exclude []Condition
	stopWhen         []StopCondition
	axesWritten      map[string]any    // for Redacted
	vars             map[string]string // of a matrix, for commands alone
	Server           ServerEntry       `yaml:"-"` // that the cases are on

	Model     string            `yaml:"model"`
	BaseURL   string            `yaml:"base_url"` // as written: "http://…", "unix:///…" or "sim:PRESET"; several servers' with commas between
	Endpoint  string            `yaml:"endpoint"`
	Backend   string            `yaml:"backend"`
	Tokenizer string            `yaml:"tokenizer"` // "" = Model, or builtin:qwen3 with sim:
	APIKeyEnv string            `yaml:"api_key_env"`
	Proxy     string            `yaml:"proxy"`
	Headers   map[string]string `yaml:"headers"`

	SessionHeader string `yaml:"session_header"` // carries a conversation's id

	TLS        client.TLSOptions  `yaml:"tls"`
	Protocol   string             `yaml:"protocol"`    // client.HTTP1, HTTP2 or Auto
	LoRA       map[string]float64 `yaml:"lora"`        // adapters that requests are for, by name, with their weights; nil = all are for Model
	Ready      string             `yaml:"ready"`       // ReadyAuto, ReadyProbe, a page of the server, or a URL
	ModelCheck bool               `yaml:"model_check"` // a model that the server does not list is an error

	Dataset        dataset.Spec `yaml:"dataset"`
	DatasetContent string       `yaml:"-"`                // SHA-256 (hex) of the dataset's files, once they are read; "" = it has none
	PromptTokenIDs bool         `yaml:"prompt_token_ids"` // prompts are sent as token ids
	PromptOverhead string       `yaml:"prompt_overhead"`  // who counts what goes around a prompt: auto, tokenizer, server
	PromptOff      int          `yaml:"-"`                // tokens by which the server was found to count each prompt more than the tokenizer
	PromptBuffer   int          `yaml:"prompt_buffer"`    // bytes of prompts made ahead; 0 = dataset.DefaultBuffer

	// ScenarioSLO is what requests of a mix's scenarios are to meet, by the
	// scenario's name; one that is not in it is held to Goodput.
	ScenarioSLO map[string]metrics.SLO `yaml:"-"`

	InputOutput        []IOLen   `yaml:"input_output"` // tokens; {0, 0} alone = the dataset's own lengths
	ConcurrencyPrompts []Load    `yaml:"concurrency_prompts"`
	RequestRate        []float64 `yaml:"request_rate"` // requests/s; +Inf = unbounded
	RateSweep          int       `yaml:"-"`            // request_rate: {sweep: N}: rates between one at a time and unbounded; 0 = none
	Ramp               *Ramp     `yaml:"ramp"`         // in place of RequestRate; nil = none
	Burstiness         float64   `yaml:"burstiness"`   // +Inf = even arrivals

	Duration time.Duration `yaml:"duration"` // ends a case that has prompts left; 0 = no limit
	Abort    Abort         `yaml:"abort"`

	Repeats int    `yaml:"repeats"`
	Order   string `yaml:"order"` // plan, shuffled or interleaved

	Budget   time.Duration `yaml:"budget"` // of all cases together, over all parts of a run; 0 = none
	Search   *Search       `yaml:"search"` // in place of a list of loads; nil = none
	Refine   *Refine       `yaml:"refine"` // nil = none
	searchAt *conf.Value   // where Search was read

	Cooldown time.Duration `yaml:"cooldown"` // between cases
	Reset    string        `yaml:"reset"`    // before each case: a page to POST to, or a command; "" = none

	// Commands around the sweep and each case, for sh -c; "" = none.
	BeforeSweep string `yaml:"before_sweep"`
	BeforeCase  string `yaml:"before_case"`
	AfterCase   string `yaml:"after_case"`
	AfterSweep  string `yaml:"after_sweep"`

	HookTimeout time.Duration `yaml:"hook_timeout"` // for each of them; 0 = none

	Sampling    map[string]any `yaml:"sampling"`
	ExtraBody   map[string]any `yaml:"extra_body"`
	IgnoreEOS   string         `yaml:"ignore_eos"` // auto, true, false
	Goodput     metrics.SLO    `yaml:"goodput"`    // ms
	Percentiles []float64      `yaml:"percentiles"`

	SLO  map[string]float64 `yaml:"slo"`  // what the figures of a load are to keep to: limits by their names in the CSV
	Cost runlog.Cost        `yaml:"cost"` // of the server; an entry of servers can say its own

	Seed            uint64          `yaml:"seed"` // "random" is drawn when the file is read
	SeedRandom      bool            `yaml:"-"`    // Seed was drawn: a resumed run takes the first run's instead
	Warmup          Warmup          `yaml:"warmup"`
	WarmupDrain     bool            `yaml:"warmup_drain"`
	Timeouts        client.Timeouts `yaml:"timeouts"`
	CaseTimeout     time.Duration   `yaml:"-"` // timeouts.case: of a whole case, warm-up included; 0 = none
	ReadyTimeout    time.Duration   `yaml:"ready_timeout"`
	FailuresAllowed float64         `yaml:"failures_allowed"`
	Gate            []string        `yaml:"gate"` // as written; runlog.ParseGate reads them

	ResultsDir   string            `yaml:"results_dir"`
	Records      string            `yaml:"records"` // full, counts, none
	SaveDetailed bool              `yaml:"save_detailed"`
	History      History           `yaml:"history"`
	ResumeWithin time.Duration     `yaml:"resume_within"`
	Labels       map[string]string `yaml:"labels"`
}

// IOLen is an input and an output length, tokens.
type IOLen struct{ Input, Output int }

// Load is a cap on requests in flight and a number of prompts.
type Load struct{ MaxConcurrency, NumPrompts int }

// Warmup is a count of requests, or Auto = min(max_concurrency, num_prompts, 256),
// or a time for which requests are sent.
type Warmup struct {
	Auto     bool
	Requests int
	For      time.Duration // > 0: in place of a count
}

// History bounds how many earlier runs are kept.
type History struct {
	Keep int `yaml:"keep"`
}

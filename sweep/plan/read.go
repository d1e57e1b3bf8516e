package plan

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

// Env is what a config's text refers to outside of itself.
type Env struct {
	LookupEnv func(name string) (string, bool) // os.LookupEnv; nil = an empty environment
	Now       time.Time                        // the run's start: ${date} and ${time}, in its own time zone; zero = unset
	Presets   []string                         // of the simulator, for base_url: sim:PRESET; nil = not known
}

// Read reads the config file at path. Each of sets is one --set key=value: a
// dotted path, and YAML that takes the place of what the file says there. What
// is wrong with the text is returned all at once, as Faults.
func Read(path string, env Env, sets ...string) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no config %s; `llmsweep init` writes one", path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the config: %w", err)
	}
	c, err := Parse(path, data, env, sets...)
	if err != nil {
		return nil, err
	}
	c.came(path, c.lookup)
	return c, nil
}

// came says where the config is from, and what its commands may name.
func (c *Config) came(path string, lookup func(string) (string, bool)) {
	c.Path, c.lookup = path, lookup
	for _, v := range c.variants {
		v.config.Path, v.config.lookup = path, lookup
	}
}

// Parse is Read for a text that is in memory already; name is how faults call
// it. The text may be empty if sets say all.
func Parse(name string, data []byte, env Env, sets ...string) (*Config, error) {
	root, faults := env.document(name, data).Parse()
	if root == nil && len(faults) > 0 {
		return nil, faults
	}
	start := conf.Position{File: name, Line: 1, Column: 1}
	switch {
	case root == nil && len(sets) == 0:
		return nil, conf.Faults{start.Fault("", "", "the config is empty; `llmsweep init` writes one")}
	case root == nil:
		root = &conf.Value{Kind: conf.KindMapping, At: start}
	case root.Kind != conf.KindMapping:
		return nil, append(faults, root.At.Fault("", conf.Quote(root), "keys with values, as in model: NAME; `llmsweep init` prints all keys"))
	}
	root, setFaults := applySets(root, sets, env)
	r := newReader(append(faults, setFaults...), root, env.lookup)
	r.presets = env.Presets
	c := r.expand(root)
	if len(r.Faults) > 0 {
		return nil, r.Faults.Sort()
	}
	c.came(name, env.lookup)
	c.dated = saysDate(append(slices.Clone(sets), string(data))...)
	if r.checkCommands(c, root); len(r.Faults) > 0 {
		return nil, r.Faults.Sort()
	}
	return c, nil
}

// Default is the config of an empty file, before model, base_url and lengths
// are known.
func Default() *Config {
	return &Config{
		Backend:        client.OpenAI,
		APIKeyEnv:      "OPENAI_API_KEY",
		Proxy:          "none",
		SessionHeader:  "X-Session-Id",
		Protocol:       client.HTTP1,
		Ready:          ReadyAuto,
		ModelCheck:     true,
		Dataset:        dataset.Spec{Type: dataset.TypeRandom},
		PromptOverhead: OverheadAuto,
		PromptBuffer:   dataset.DefaultBuffer,
		RequestRate:    []float64{unbounded},
		Burstiness:     1,
		Repeats:        1,
		Order:          OrderPlan,
		IgnoreEOS:      "auto",
		Percentiles:    []float64{50, 90, 95, 99},
		Warmup:         Warmup{Auto: true},
		Timeouts:       defaultTimeouts,

		FailuresAllowed: 0.01,
		ResultsDir:      "results",
		resultsPattern:  "results",
		Records:         "full",
		History:         History{Keep: 30},
		ResumeWithin:    12 * time.Hour,
		HookTimeout:     30 * time.Minute,
	}
}

// A reader fills a Config from a tree.
type reader struct {
	*conf.Reader
	root            *conf.Value                      // the whole config
	lookup          func(name string) (string, bool) // of variables
	presets         []string                         // of the simulator; nil = not known
	outputs         map[string]IOLen                 // the pairs whose output lengths were checked against the backend, by their keys
	severalDatasets bool                             // this is one of several: input_output may be for others alone
}

func newReader(faults conf.Faults, root *conf.Value, lookup func(string) (string, bool)) *reader {
	return &reader{Reader: &conf.Reader{Faults: faults, Unknown: suggest}, root: root, lookup: lookup}
}

// configFields are the keys of a config, in the order of the documentation.
func configFields(c *Config) []conf.Field {
	return []conf.Field{
		conf.Key("model", conf.ReadText(&c.Model, notEmpty, "the model's name as the server knows it")),
		conf.Key("base_url", readBaseURL(&c.BaseURL)),
		conf.Key("endpoint", conf.ReadText(&c.Endpoint, isPath, "a path that begins with /, such as /v1/completions")),
		conf.Key("backend", conf.ReadOneOf(&c.Backend, client.Backends()...)),
		conf.Key("tokenizer", conf.ReadText(&c.Tokenizer, checkTokenizer, "a hub id, a path that begins with / or ., builtin:qwen3, server, or ids:FROM-TO")),
		conf.Key("api_key_env", conf.ReadText(&c.APIKeyEnv, isVariableName, "the name of an environment variable that holds the key, never the key itself")),
		conf.Key("proxy", conf.ReadText(&c.Proxy, checkProxy, "none, env or a proxy's URL, such as http://proxy:3128")),
		conf.Key("headers", readHeaders(c)),
		conf.Key("session_header", conf.ReadText(&c.SessionHeader, isHeaderName, "a header's name, of letters, digits and -")),
		conf.Key("tls", readTLS(&c.TLS)),
		conf.Key("protocol", conf.ReadOneOf(&c.Protocol, client.HTTP1, client.HTTP2, client.Auto)),
		conf.Key("lora", readLoRA(&c.LoRA)),
		conf.Key("ready", readReady(&c.Ready)),
		conf.Key("model_check", conf.ReadFlag(&c.ModelCheck)),

		conf.Key("input_output", readIOLens(&c.InputOutput)),
		conf.Key("concurrency_prompts", readLoads(&c.ConcurrencyPrompts)),
		conf.Key("request_rate", readRates(c)),
		conf.Key("ramp", readRamp(c)),
		conf.Key("burstiness", readBurstiness(&c.Burstiness)),
		conf.Key("duration", conf.ReadDuration(&c.Duration)),
		conf.Key("abort", conf.ReadNested(
			conf.Key("error_share", conf.ReadNumber(&c.Abort.ErrorShare, func(x float64) bool { return x >= 0 && x <= 1 }, "a share from 0 to 1; 0 = never")),
			conf.Key("over_saturation", conf.ReadFlag(&c.Abort.OverSaturation)),
		)),
		conf.Key("stop_when", readBefore),
		conf.Key("budget", conf.ReadDuration(&c.Budget)),
		conf.Key("repeats", conf.ReadWhole(&c.Repeats, 1, 10_000)),
		conf.Key("search", readSearch(c)),
		conf.Key("refine", readRefine(c)),
		conf.Key("cooldown", conf.ReadDuration(&c.Cooldown)),
		conf.Key("reset", readCommand(&c.Reset)),
		conf.Key("before_sweep", readCommand(&c.BeforeSweep)),
		conf.Key("before_case", readCommand(&c.BeforeCase)),
		conf.Key("after_case", readCommand(&c.AfterCase)),
		conf.Key("after_sweep", readCommand(&c.AfterSweep)),
		conf.Key("hook_timeout", conf.ReadDuration(&c.HookTimeout)),
		conf.Key("matrix", readBefore),
		conf.Key("zip", readBefore),
		conf.Key("include", readBefore),
		conf.Key("exclude", readBefore),
		conf.Key("servers", readServer(c)),
		conf.Key("order", conf.ReadOneOf(&c.Order, OrderPlan, OrderShuffled, OrderInterleaved)),
		conf.Key("dataset", readDataset(c)),
		conf.Key("prompt_token_ids", conf.ReadFlag(&c.PromptTokenIDs)),
		conf.Key("prompt_overhead", conf.ReadOneOf(&c.PromptOverhead, OverheadAuto, OverheadTokenizer, OverheadServer)),
		conf.Key("prompt_buffer", readBytes(&c.PromptBuffer)),

		conf.Key("sampling", readFreeForm(&c.Sampling, &c.written.sampling)),
		conf.Key("extra_body", readFreeForm(&c.ExtraBody, &c.written.extraBody)),
		conf.Key("ignore_eos", conf.ReadOneOf(&c.IgnoreEOS, "auto", "true", "false")),
		conf.Key("goodput", readGoodput(&c.Goodput)),
		conf.Key("percentiles", readPercentiles(&c.Percentiles)),
		conf.Key("slo", readSLO(c)),
		conf.Key("cost", readCost(&c.Cost)),

		conf.Key("seed", readSeed(c)),
		conf.Key("warmup", readWarmup(&c.Warmup)),
		conf.Key("warmup_drain", conf.ReadFlag(&c.WarmupDrain)),
		conf.Key("timeouts", conf.ReadNested(
			conf.Key("connect", conf.ReadDuration(&c.Timeouts.Connect)),
			conf.Key("first_token", conf.ReadDuration(&c.Timeouts.FirstToken)),
			conf.Key("idle", conf.ReadDuration(&c.Timeouts.Idle)),
			conf.Key("request", conf.ReadDuration(&c.Timeouts.Request)),
			conf.Key("case", conf.ReadDuration(&c.CaseTimeout)),
		)),
		conf.Key("ready_timeout", conf.ReadDuration(&c.ReadyTimeout)),
		conf.Key("failures_allowed", conf.ReadNumber(&c.FailuresAllowed, func(x float64) bool { return x >= 0 && x <= 1 }, "a share from 0 to 1")),
		conf.Key("gate", readGates(&c.Gate)),

		conf.Key("results_dir", readResultsDir(c)),
		conf.Key("records", conf.ReadOneOf(&c.Records, "full", "counts", "none")),
		conf.Key("save_detailed", conf.ReadFlag(&c.SaveDetailed)),
		conf.Key("history", conf.ReadNested(conf.Key("keep", conf.ReadWhole(&c.History.Keep, 0, maxCount)))),
		conf.Key("resume_within", conf.ReadDuration(&c.ResumeWithin)),
		conf.Key("labels", readLabels(&c.Labels)),

		conf.Key("http", readHTTP(new(HTTP))), // `llmsweep http`'s alone: only its faults are told here
	}
}

// config reads the whole tree, then what only several keys together show.
func (r *reader) config(root *conf.Value) *Config {
	c := Default()
	c.lookup = r.lookup
	r.Mapping(root, "", configFields(c))
	sim := strings.HasPrefix(c.BaseURL, "sim:")
	if c.Model == "" && sim {
		c.Model = "simulated"
	}
	if !sim {
		r.RequireKey(root, "model", "the model's name as the server knows it")
	}
	r.checkPreset(c, root)
	r.checkBackend(c, root)
	r.checkServer(c, root)
	r.checkTLS(c, root)
	r.RequireKey(root, "base_url", "http://host:port of the server, or sim:default for the simulator")
	r.checkSearch(c, root)
	r.checkPrompts(c, root)
	if !c.Search.Over(OverConcurrency) && !r.Faulted("search") {
		r.RequireKey(root, "concurrency_prompts", "a list of [max concurrency, number of prompts] pairs")
	}
	r.checkLoad(c, root)
	r.checkRateSweep(c, root)
	r.checkSLO(c, root)
	r.checkCost(c, root)
	if c.Tokenizer == "" {
		c.Tokenizer = c.Model
		if sim {
			c.Tokenizer = "builtin:qwen3"
		}
	}
	return c
}

// readBefore is for keys of the plan as a whole: expand reads them.
func readBefore(*conf.Reader, string, *conf.Value) {}

// drawSeed is a seed from the system's randomness, of 53 bits: every reader of
// JSON keeps it exact.
func drawSeed() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:]) >> 11
}

// document is the text of a config file, in which the variables are expanded but for
// those that wait for a case.
func (e Env) document(name string, text []byte) conf.Document {
	return conf.Document{File: name, Text: text, InFile: true, Lookup: e.lookup, Later: expandedLater}
}

// lookup finds a config's variables: date and time of the run's start, then the
// environment.
func (e Env) lookup(name string) (string, bool) {
	switch {
	case name == "date" && !e.Now.IsZero():
		return e.Now.Format("20060102"), true
	case name == "time" && !e.Now.IsZero():
		return e.Now.Format("150405"), true
	case e.LookupEnv == nil:
		return "", false
	}
	return e.LookupEnv(name)
}

// The defaults; 0 would be none.
var defaultTimeouts = client.Timeouts{
	Connect:    10 * time.Second,
	FirstToken: 600 * time.Second,
	Idle:       120 * time.Second,
	Request:    time.Hour,
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"

	"llmsweep/client"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/plan"
)

// benchFlags are vllm bench serve's, spelled as there.
type benchFlags struct {
	backend, model, baseURL, host, endpoint, tokenizer string
	dataset                                            datasetFlags
	port, prompts, concurrency, warmups                int
	rate, burstiness                                   string
	goodput, metadata, header                          []string
	percentileMetrics, metricPercentiles               string
	saveResult, saveDetailed, ignoreEOS                bool
	resultDir, resultFilename, extraBody, label        string
	readyTimeout                                       int
	seed                                               uint64
	sampling                                           map[string]*float64
	watch                                              watchFlags
	transport                                          transportFlags
	spelling                                           spelling
	appendResult                                       bool
}

// samplingFlags go into the body under the same name, with _ for -.
var samplingFlags = []string{"temperature", "top-p", "top-k", "min-p", "frequency-penalty", "presence-penalty", "repetition-penalty"}

func benchCommand() *cobra.Command {
	var b benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Run one case from flags, spelled as vllm bench serve's",
		Long: `Bench runs one case. Flags are spelled as those of vllm bench serve, with its
defaults; input lengths count the prompt as sent, special tokens and chat template
included. A row of a custom file keeps its own output_tokens, and a file's rows are
sent once each. --base-url sim:default is the embedded simulator.`,
		Example: `  llmsweep bench --base-url sim:default --num-prompts 100 --max-concurrency 8
  llmsweep bench --model Qwen/Qwen3-8B --port 8000 --random-input-len 512 --random-output-len 128 --save-result
  llmsweep bench --backend openai-chat --dataset-name sharegpt --dataset-path ShareGPT.json --request-rate 4`,
		Args: b.spelling.args,
	}
	b.register(cmd.Flags())
	completeFlag(cmd, "backend", client.Backends())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return b.run(cmd) }
	return cmd
}

func (b *benchFlags) register(f *pflag.FlagSet) {
	f.StringVar(&b.backend, "backend", "openai", strings.Join(client.Backends(), ", ")+"; or vLLM's name of one: "+strings.Join(client.Aliases(), ", "))
	f.StringVar(&b.model, "model", "", "model's name; the first one that the server lists if not given")
	f.StringVar(&b.baseURL, "base-url", "", "http(s)://host:port, unix:///path/of.sock or sim:PRESET; several servers, in turn, with commas between")
	f.StringVar(&b.host, "host", "127.0.0.1", "where no --base-url is given")
	f.IntVar(&b.port, "port", 8000, "where no --base-url is given")
	f.StringVar(&b.endpoint, "endpoint", "", "path, e.g. /v1/completions; the backend's own if not given")
	f.StringVar(&b.tokenizer, "tokenizer", "", "path, hub id in the local cache, builtin:qwen3, or server for its /tokenize; the model's if not given")
	b.dataset.register(f)
	b.watch.register(f)
	b.transport.register(f)
	b.spelling.register(f)
	f.IntVar(&b.prompts, "num-prompts", 1000, "requests")
	f.IntVar(&b.concurrency, "max-concurrency", 0, "most requests in flight; 0 = no cap")
	f.StringVar(&b.rate, "request-rate", "inf", "requests/s, Poisson arrivals; inf = at once, under the cap")
	f.StringVar(&b.burstiness, "burstiness", "1.0", "shape of the arrivals: 1 Poisson, less is burstier")
	f.IntVar(&b.warmups, "num-warmups", 0, "requests before the measured ones; they end first")
	f.StringArrayVar(&b.goodput, "goodput", nil, "SLO in ms as `metric:ms`, e.g. ttft:500; several with spaces between (ttft, tpot, itl, e2el)")
	f.StringVar(&b.percentileMetrics, "percentile-metrics", "ttft,tpot,itl,e2el", "metrics to print")
	f.StringVar(&b.metricPercentiles, "metric-percentiles", "50,90,95,99", "percentiles")
	f.BoolVar(&b.saveResult, "save-result", false, "write the case JSON")
	f.BoolVar(&b.appendResult, "append-result", false, "add the case JSON to the end of the file, after what is there")
	f.BoolVar(&b.saveDetailed, "save-detailed", false, "with each request's lengths, latencies, text and error, and its record beside the JSON")
	f.StringVar(&b.resultDir, "result-dir", ".", "folder of the JSON")
	f.StringVar(&b.resultFilename, "result-filename", "", "its name; made from backend, rate, concurrency, model and date if not given")
	f.StringArrayVar(&b.metadata, "metadata", nil, "`key=value` to write into the JSON; several with spaces between")
	f.StringVar(&b.label, "label", "", "label to write into the JSON")
	f.BoolVar(&b.ignoreEOS, "ignore-eos", false, "ask the server to go on to the length asked for")
	f.Uint64Var(&b.seed, "seed", 0, "of prompts and arrivals")
	f.StringArrayVar(&b.header, "header", nil, "`key=value` sent with each request; several with spaces between")
	f.StringVar(&b.extraBody, "extra-body", "", "JSON object merged into each request's body")
	f.IntVar(&b.readyTimeout, "ready-check-timeout-sec", 0, "how long to wait for the server; 0 = ask once")
	b.sampling = map[string]*float64{}
	for _, name := range samplingFlags {
		b.sampling[name] = f.Float64(name, 0, "sampling parameter; the server's default if not given")
	}
}

func (b *benchFlags) run(cmd *cobra.Command) (err error) {
	if err := b.findModel(cmd.Context(), cmd.Flags()); err != nil {
		return err
	}
	c, err := b.config(cmd.Flags())
	if err != nil {
		return withStatus(exitUsage, err)
	}
	b.watch.quiet = b.watch.quiet || b.spelling.noProgress
	w, err := b.watch.open(cmd, "")
	if err != nil {
		return err
	}
	defer func() { w.close(err) }()
	logs, err := os.MkdirTemp("", "llmsweep-bench-")
	if err != nil {
		return withStatus(exitFailed, err)
	}
	defer os.RemoveAll(logs)
	c.ResultsDir = logs
	exe, err := os.Executable()
	if err != nil {
		return withStatus(exitFailed, err)
	}
	r := sweep.Runner{Config: c, Version: version, Executable: exe, Getenv: os.Getenv, Now: time.Now, Progress: w,
		SelfTest: lastSelftest(w)}
	res, f, err := r.One(cmd.Context(), func(pc *plan.Case) {
		pc.MaxConcurrency, pc.Axes.MaxConcurrency = b.concurrency, b.concurrency
	})
	if f == nil {
		return beforeBegin(b.dataset.asFlags(err))
	}
	if b.label != "" {
		f.Label = &b.label
	}
	printResult(w.results, f, b.printed())
	if b.saveResult || b.saveDetailed || b.appendResult {
		path, saveErr := b.save(f, res.Records)
		if err = errors.Join(err, saveErr); saveErr == nil {
			fmt.Fprintln(w.results, path)
		}
	}
	return benchEnding(cmd.Context(), res, err)
}

func benchEnding(ctx context.Context, res *sweep.Result, err error) error {
	switch {
	case ctx.Err() != nil:
		return withStatus(exitInterrupted, errors.New("interrupted"))
	case err != nil:
		return withStatus(exitFailed, err)
	case res.Status != runlog.StatusMeasured:
		return withStatus(exitFailed, fmt.Errorf("%s: %s", res.Status, cmp.Or(whyNot(res), "no request was answered; see the server's log")))
	case res.Summary.Validity.Verdict == "invalid":
		return withStatus(exitFailed, fmt.Errorf("invalid: %s", strings.Join(res.Summary.Validity.Reasons, "; ")))
	}
	return nil
}

// config is the flags as a config: the same reader checks them.
func (b *benchFlags) config(f *pflag.FlagSet) (*plan.Config, error) {
	base := b.baseURL
	if base == "" {
		base = "http://" + net.JoinHostPort(b.host, strconv.Itoa(b.port))
	}
	concurrency := b.concurrency
	if concurrency == 0 {
		concurrency = max(b.prompts, 1) // no cap: see run
	}
	for _, name := range b.printed() {
		if !slices.Contains(benchMetrics, name) {
			return nil, fmt.Errorf("--percentile-metrics %s: want of %s, with commas between", name, strings.Join(benchMetrics, ", "))
		}
	}
	spec, lengths, err := b.dataset.config(f)
	if err != nil {
		return nil, err
	}
	backend, endpoint := client.Resolve(b.backend)
	endpoint = cmp.Or(b.endpoint, endpoint)
	able, known := client.Able(backend, endpoint)
	if known && !able.Tokens && lengths != nil {
		lengths[1] = 0
	}
	doc := map[string]any{
		"backend": backend, "base_url": base, "seed": b.seed, "dataset": spec,
		"concurrency_prompts": [][]int{{concurrency, b.prompts}},
		"warmup":              b.warmups, "warmup_drain": true, "ignore_eos": b.ignoreEOS,
		"ready_timeout": b.readyTimeout, "save_detailed": b.saveDetailed,
	}
	if lengths != nil {
		doc["input_output"] = [][]int{lengths}
	}
	for key, s := range map[string]string{"model": b.model, "endpoint": endpoint, "tokenizer": b.tokenizer} {
		if s != "" {
			doc[key] = s
		}
	}
	b.transport.into(doc)
	var errs []error
	for key, text := range map[string]string{"request_rate": b.rate, "burstiness": b.burstiness, "percentiles": "[" + b.metricPercentiles + "]", "extra_body": b.extraBody} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			errs = append(errs, fmt.Errorf("%s %q: %w", key, text, err))
		} else if v != nil {
			doc[key] = v
		}
	}
	labels, err := keyValues("metadata", b.metadata, "=")
	errs = append(errs, err)
	headers, err := keyValues("header", b.header, "=")
	errs = append(errs, err)
	doc["labels"], doc["headers"] = labels, headers
	slo, err := keyValues("goodput", strings.Fields(strings.Join(b.goodput, " ")), ":")
	errs = append(errs, err)
	if len(slo) > 0 {
		limits := map[string]any{}
		for k, v := range slo {
			limits[k] = &yaml.Node{Kind: yaml.ScalarNode, Value: v}
		}
		doc["goodput"] = limits
	}
	sampling := map[string]float64{}
	for name, v := range b.sampling {
		if f.Changed(name) {
			sampling[strings.ReplaceAll(name, "-", "_")] = *v
		}
	}
	doc["sampling"] = sampling
	errs = append(errs, b.spelling.into(doc, f, able.Chat))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(doc)
	if err != nil {
		return nil, err
	}
	c, err := plan.Parse("flags", text, configEnv())
	if faults, ok := errors.AsType[conf.Faults](err); ok { // the text is ours: lines and columns say nothing
		errs = nil
		for _, f := range faults {
			if f.Value != "" {
				f.Want = f.Value + ", want " + f.Want
			}
			errs = append(errs, b.dataset.asFlags(&sweep.ConfigError{Err: fmt.Errorf("%s: %s", f.Key, f.Want)}))
		}
		return nil, errors.Join(errs...)
	}
	return c, err
}

// benchMetrics are what --percentile-metrics may name.
var benchMetrics = []string{"ttft", "tpot", "itl", "e2el"}

// printed are the metrics to print.
func (b *benchFlags) printed() []string {
	return strings.FieldsFunc(b.percentileMetrics, func(r rune) bool { return r == ',' || r == ' ' })
}

func keyValues(flag string, list []string, sep string) (map[string]string, error) {
	m := map[string]string{}
	for _, kv := range list {
		k, v, ok := strings.Cut(kv, sep)
		if !ok {
			return nil, fmt.Errorf("--%s %s: want key%svalue", flag, kv, sep)
		}
		m[k] = v
	}
	return m, nil
}

package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/plan"
	"llmsweep/tokenizer"
)

// inputs are what the prompts of some cases are made from: a dataset, and the
// tokenizer that counts them for a server. read comes before any server is asked, ask after it is there;
// what is wrong with them is found by one of the two, before anything is moved.
type inputs struct {
	config   *plan.Config // the first case's; what makes prompts is the same in all
	load     func(name string) (tokenizer.Tokenizer, error)
	progress Progress
	plan     []plan.Case // the cases
	dealt    []plan.Case // all that the dataset's rows are dealt to, these among them: see inputSet
	added    []plan.Case // to these since, in their order

	source  *dataset.Source
	tok     tokenizer.Tokenizer // nil = to be the server's
	absent  error               // why tok is nil, unless the config wants it so
	counter *dataset.Counter
	bare    bool   // the tokenizer has no chat template, and the backend needs one
	asked   bool   // the server has told what only it knows
	fitted  bool   // the dataset's rows are counted
	doubt   string // what the server's counts say against the tokenizer; for each case
	// recounted says that a launched server counts otherwise than for earlier cases.
	recounted string
	server    *client.Client // that the tokenizer asks; nil = it is here
}

// read reads the dataset's files and the tokenizer. Where these two tell all that
// the plan needs, they are fitted too: what cannot be made is then known before
// the server is looked for.
func (in *inputs) read(ctx context.Context) error {
	var err error
	if in.source, err = dataset.Open(in.config.Dataset); err != nil {
		return err
	}
	for i := range in.plan {
		in.plan[i].Config.DatasetContent = in.source.Content()
	}
	if err := in.loadTokenizer(); err != nil || in.tok == nil {
		return err
	}
	if err := in.count(); err != nil {
		return err
	}
	if in.bare && in.config.PromptOverhead == plan.OverheadTokenizer {
		return fmt.Errorf("tokenizer %s: %w; or prompt_overhead: server, and the server counts it", in.tok.ID(), tokenizer.ErrNoTemplate)
	}
	if in.bare || in.config.PromptOverhead == plan.OverheadServer {
		return nil
	}
	return in.fit(ctx)
}

// ask asks the server for what only it knows: the tokenizer, where it is the
// server's; what goes around a prompt; how long one may be.
func (in *inputs) ask(ctx context.Context, server *client.Client, base string) error {
	if in.tok == nil {
		if err := in.loadServer(ctx, server, base); err != nil {
			return err
		}
		if err := in.count(); err != nil {
			return err
		}
	}
	changed, err := in.measure(ctx, server)
	if err != nil {
		return err
	}
	if changed || !in.fitted {
		if err := in.fit(ctx); err != nil {
			return err
		}
	}
	return in.checkWindow(ctx, server, base)
}

func (in *inputs) close() {
	if in.server != nil {
		in.server.Close()
	}
}

// loadTokenizer loads the config's tokenizer, with the chat template's arguments
// that its requests carry. One that is to be had nowhere here is left to a real
// server: its /tokenize may count.
func (in *inputs) loadTokenizer() error {
	c := in.config
	if c.Tokenizer == tokenizer.Server {
		return nil
	}
	tok, err := in.load(c.Tokenizer)
	_, sim := c.Preset()
	switch {
	case err == nil:
		in.tok = tokenizer.WithTemplateArgs(tok, templateArgs(c))
	case errors.Is(err, tokenizer.ErrNotFound) && !sim && !strings.HasPrefix(c.Tokenizer, "/") && !strings.HasPrefix(c.Tokenizer, "."):
		in.absent = err
	default:
		return fmt.Errorf("tokenizer: %w", err)
	}
	return nil
}

// loadServer takes the server's /tokenize as the tokenizer; of several, the first one's.
func (in *inputs) loadServer(ctx context.Context, server *client.Client, base string) error {
	c := in.config
	tok, err := tokenizer.LoadServer(ctx, tokenizer.ServerConfig{
		Do: server.HTTP, BaseURL: client.BaseURLs(base)[0], Model: c.Model,
	})
	switch {
	case err != nil && in.absent != nil:
		return fmt.Errorf("tokenizer: %w; nor can the server count: %w", in.absent, err)
	case err != nil:
		return fmt.Errorf("tokenizer: %w", err)
	}
	if in.absent != nil {
		in.progress.Note(fmt.Sprintf("tokenizer %s is not on this machine: prompts are counted by the server's /tokenize", c.Tokenizer))
	}
	in.tok, in.server = tokenizer.WithTemplateArgs(tok, templateArgs(c)), server
	return nil
}

// count makes the counter of the tokenizer's prompts.
func (in *inputs) count() error {
	var err error
	in.counter, err = dataset.NewCounter(in.tok, in.config.Chat())
	if in.bare = errors.Is(err, tokenizer.ErrNoTemplate); in.bare {
		return nil
	}
	return err
}

// fit counts the dataset's rows, and holds the plan against them.
func (in *inputs) fit(ctx context.Context) error {
	words, err := dataset.NewVocabulary(in.tok)
	if err != nil {
		return err
	}
	err = in.source.Fit(ctx, dataset.NewFitter(words, in.counter), in.progress.Reading)
	in.progress.Reading(0, 0)
	if err != nil {
		return err
	}
	if !in.fitted { // once, though the server's counts may fit them again
		for _, note := range in.source.Notes() {
			in.progress.Note(note)
		}
	}
	in.fitted = true
	return in.deal()
}

// checkFiles faults what is wrong with the files that the config names: of datasets,
// tokenizers and TLS.
func checkFiles(c *plan.Config) error {
	var errs []error
	seen := map[string]bool{}
	for _, v := range c.Variants() {
		if key := specKey(&v.Dataset); !seen[key] {
			seen[key] = true
			_, err := dataset.Open(v.Dataset)
			errs = append(errs, err)
		}
		if path := v.Tokenizer; (strings.HasPrefix(path, "/") || strings.HasPrefix(path, ".")) && !seen["tokenizer "+path] {
			seen["tokenizer "+path] = true
			if _, err := os.Stat(path); err != nil {
				errs = append(errs, fmt.Errorf("tokenizer: %w; want a tokenizer.json, or a folder that holds one", err))
			}
		}
		if o := v.TLS; !seen[fmt.Sprint("tls ", o)] {
			seen[fmt.Sprint("tls ", o)] = true
			errs = append(errs, o.Check())
		}
	}
	return errors.Join(errs...)
}

// deal gives each case its prompts by the config's seed, and faults those whose
// prompts cannot be made.
func (in *inputs) deal() error {
	if err := errors.Join(in.checkLengths(), checkLanes(in.config, in.plan)); err != nil {
		return err
	}
	cases := make([]dataset.Case, len(in.dealt))
	for i := range in.dealt {
		cases[i] = datasetCase(in.dealt[i].Config, &in.dealt[i])
	}
	if err := in.source.Plan(in.config.Seed, cases); err != nil {
		return err
	}
	for i := range in.added {
		in.source.Add(in.config.Seed, datasetCase(in.added[i].Config, &in.added[i]))
	}
	return nil
}

// tokenizerID is the tokenizer's; of one that is to be a server's, as the config
// has it.
func (in *inputs) tokenizerID() string {
	if in.tok == nil {
		return in.config.Tokenizer
	}
	return in.tok.ID()
}

// tokenizerHash is the hash of the tokenizer's content, where that is known before
// the server is up.
func (in *inputs) tokenizerHash() string {
	if hash := in.knownTokenizer(); hash != "" {
		return hash
	}
	return "server"
}

// knownTokenizer is tokenizerHash; "" = not known.
func (in *inputs) knownTokenizer() string {
	if in.tok == nil {
		return ""
	}
	return in.tok.Hash()
}

// redeal deals again, by another seed, what was dealt.
func (in *inputs) redeal() error {
	if !in.fitted { // for a server that is not up: dealt then
		return nil
	}
	return in.deal()
}

// overhead is what goes around a prompt, tokens, and who says so; 0 and "" where no
// prompt could be counted.
func (in *inputs) overhead() (tokens int, by string) {
	if in.counter == nil {
		return 0, ""
	}
	return in.counter.Around(), in.counter.Method()
}

// notes adds to a case's notes what is known of its lengths.
func (in *inputs) notes(of []string) []string {
	if in.doubt == "" {
		return of
	}
	return append([]string{in.doubt}, of...)
}

// checkLengths faults an input length too short for what goes around a prompt.
func (in *inputs) checkLengths() error {
	least := in.counter.Around() + 1
	var errs []error
	said := map[int]bool{}
	for _, pc := range in.plan {
		if pc.Input > 0 && pc.Input < least && !said[pc.Input] {
			said[pc.Input] = true
			i := slices.Index(pc.Config.InputOutput, plan.IOLen{Input: pc.Input, Output: pc.Output})
			errs = append(errs, fmt.Errorf("%s: input_output[%d]: input length %d, want at least %d: special tokens and chat template of %s take the rest",
				in.config.Path, i, pc.Input, least, in.tok.ID()))
		}
	}
	return errors.Join(errs...)
}

// datasetCase is what a case asks of the dataset.
func datasetCase(c *plan.Config, p *plan.Case) dataset.Case {
	return dataset.Case{
		InputLen: p.Input, OutputLen: p.Output, Requests: p.NumPrompts, Warmups: p.Warmup,
		Name: p.Name, Attempt: p.Attempt, Seed: p.Seed, IDPrefix: fmt.Sprintf("%s.%d-", p.Name, p.Attempt),
		TokenIDs: c.PromptTokenIDs, Buffer: c.PromptBuffer,
	}
}

// templateArgs are the chat template's arguments that each request carries.
func templateArgs(c *plan.Config) map[string]any {
	args, _ := c.ExtraBody["chat_template_kwargs"].(map[string]any)
	return args
}

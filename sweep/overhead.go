package sweep

import (
	"context"
	"errors"
	"fmt"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/plan"
)

// measure asks the server for its own count of a few short prompts, and takes
// over what it adds by itself; changed reports that there was such a thing. By
// prompt_overhead: auto a real server is asked, and one that does not tell is an
// error only where its answer is needed.
func (in *inputs) measure(ctx context.Context, server *client.Client) (changed bool, err error) {
	c := in.config
	_, sim := c.Preset()
	must := in.bare || c.PromptOverhead == plan.OverheadServer
	if !must && (c.PromptOverhead == plan.OverheadTokenizer || sim || c.PromptTokenIDs) {
		return false, nil
	}
	before := in.counter.Around()
	within := ctx
	if !must { // a server that is slow to say so holds nothing up
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, probeTimeout)
		defer cancel()
	}
	probe := overheadProbe{in: in, server: server}
	err = in.counter.Measure(func(prompt string) (int, error) { return probe.ask(within, prompt) })
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(probe.failed, client.ErrNoEndpoint): // no request of a case would fare better
		return false, probe.failed
	case err != nil && must:
		return false, fmt.Errorf("prompt_overhead: what goes around a prompt is not known: %w; %s", err, in.otherWays())
	case probe.failed != nil:
		in.progress.Note(fmt.Sprintf("prompt_overhead: prompts are counted by tokenizer %s alone: %v", in.tok.ID(), probe.failed))
	case err != nil:
		in.doubt = fmt.Sprintf("input lengths will be off: %v; set tokenizer to the model's own, or tokenizer: server", err)
		in.progress.Warn(in.doubt)
	case in.counter.Around() != before && !in.bare:
		in.progress.Note(fmt.Sprintf("around a prompt the server counts %d tokens where tokenizer %s counts %d: prompts are made by the server's count",
			in.counter.Around(), in.tok.ID(), before))
	}
	for i := range in.plan {
		in.plan[i].Config.PromptOff = in.counter.Off()
	}
	return in.counter.Around() != before, nil
}

// otherWays is what to do where the server's count is needed and not to be had.
func (in *inputs) otherWays() string {
	if in.bare {
		return fmt.Sprintf("tokenizer %s has no chat template: put a chat_template.jinja beside its tokenizer.json, or set backend: %s", in.tok.ID(), client.OpenAI)
	}
	return "set prompt_overhead: tokenizer to count without the server"
}

// An overheadProbe asks for the server's count of prompts, sent as a case's are.
type overheadProbe struct {
	in     *inputs
	server *client.Client
	asked  int
	failed error // why the server did not tell
}

func (p *overheadProbe) ask(ctx context.Context, prompt string) (int, error) {
	p.asked++
	r := dataset.Request{ID: fmt.Sprint("probe-", p.asked), Prompt: prompt, MaxTokens: 1, Warmup: true}
	if p.in.config.PromptTokenIDs {
		ids, err := p.in.tok.AppendIDs(nil, prompt, true)
		if err != nil {
			return 0, err
		}
		r.Prompt, r.PromptIDs = "", ids
	}
	within, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	n, err := p.server.PromptTokens(within, r)
	if err != nil && within.Err() != nil && !errors.Is(err, client.ErrNoUsage) {
		err = fmt.Errorf("no answer within %s: %w", probeTimeout, err)
	}
	p.failed = err
	return n, err
}

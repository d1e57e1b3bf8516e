package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
)

// checkWindow faults cases whose input and output are longer than the context of
// the server's model. A tokenizer's model_max_length is often not the model's, so
// it is worth a note.
func (in *inputs) checkWindow(ctx context.Context, server *client.Client, base string) error {
	window := contextWindow(ctx, server, base, in.config.Model)
	told := window > 0
	if t, ok := in.tok.(interface{ ModelMaxLength() int }); ok && !told {
		window = t.ModelMaxLength()
	}
	if window <= 0 {
		return nil
	}
	var errs []error
	for _, over := range in.beyond(window) {
		lengths := fmt.Sprintf("case %s: the longest request of dataset %s%s has input %d + output %d = %d tokens",
			over.pc.Name, over.Type, inScenario(over.Longest), over.Input, over.Output, over.Total())
		if told {
			errs = append(errs, fmt.Errorf("%s: %s, and model %s takes %d at %s (max_model_len): %s, or start the server with more",
				in.config.Path, lengths, in.config.Model, window, redact.URL(in.config.BaseURL), shorterHint(over.Type, over.pc)))
		} else {
			in.progress.Warn(fmt.Sprintf("%s, more than the model_max_length of tokenizer %s, %d: the server may refuse them", lengths, in.tok.ID(), window))
		}
	}
	return errors.Join(errs...)
}

// A tooLong is a case and its longest request, which does not fit the context.
type tooLong struct {
	dataset.Longest
	pc *plan.Case
}

// beyond are the cases that do not fit the context; of those that ask for the same
// lengths, which draw or are dealt others each, the one with the longest request.
func (in *inputs) beyond(window int) (worst []tooLong) {
	type same struct {
		scenario string
		asked    plan.IOLen
	}
	at := map[same]int{}
	for i := range in.plan {
		pc := &in.plan[i]
		most := in.source.Longest(datasetCase(pc.Config, pc))
		if most.Total() <= window {
			continue
		}
		key := same{most.Scenario, plan.IOLen{Input: pc.Input, Output: pc.Output}}
		k, known := at[key]
		switch {
		case !known:
			at[key] = len(worst)
			worst = append(worst, tooLong{most, pc})
		case most.Total() > worst[k].Total():
			worst[k] = tooLong{most, pc}
		}
	}
	return worst
}

func inScenario(l dataset.Longest) string {
	if l.Scenario == "" {
		return ""
	}
	return fmt.Sprintf(" (scenario %s)", l.Scenario)
}

// shorterHint is how the requests of a dataset become shorter.
func shorterHint(kind string, pc *plan.Case) string {
	switch kind {
	case dataset.TypeShareGPT:
		if pc.Input == 0 {
			return "lower its max_total_len"
		}
	case dataset.TypeCustom:
		return "take its longest rows out, or lower output_tokens"
	case dataset.TypeTrace:
		return "take its longest rows out, or another trace"
	case dataset.TypeConversation:
		return "ask for fewer turns or shorter ones"
	}
	return "ask for shorter lengths"
}

// contextWindow is the model's max_model_len in GET /v1/models, tokens, as vLLM
// and SGLang tell it; of several servers, the smallest; 0 = not told.
func contextWindow(ctx context.Context, server *client.Client, base, model string) (window int) {
	for _, pages := range pagesOfEach(server, base) {
		var list struct {
			Data []struct {
				ID          string `json:"id"`
				MaxModelLen int    `json:"max_model_len"`
			} `json:"data"`
		}
		body, err := pages.do(ctx, http.MethodGet, "/v1/models")
		if err != nil || json.Unmarshal(body, &list) != nil {
			continue
		}
		for _, m := range list.Data {
			if m.ID == model && m.MaxModelLen > 0 && (window == 0 || m.MaxModelLen < window) {
				window = m.MaxModelLen
			}
		}
	}
	return window
}

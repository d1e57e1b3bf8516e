package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"

	"llmsweep/client"
	"llmsweep/dataset"
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
	said := map[IOLen]bool{}
	for i := range in.plan {
		most := longest(&in.config.Dataset, IOLen{in.plan[i].Input, in.plan[i].Output})
		if most.Input+most.Output <= window || said[most] {
			continue
		}
		said[most] = true
		lengths := fmt.Sprintf("case %s: input %d + output %d = %d tokens", in.plan[i].Name, most.Input, most.Output, most.Input+most.Output)
		if told {
			errs = append(errs, fmt.Errorf("%s: %s, and model %s takes %d at %s (max_model_len): ask for less, or start the server with more",
				in.config.Path, lengths, in.config.Model, window, in.config.BaseURL))
		} else {
			in.progress.Warn(fmt.Sprintf("%s, more than the model_max_length of tokenizer %s, %d: the server may refuse them", lengths, in.tok.ID(), window))
		}
	}
	return errors.Join(errs...)
}

// longest is the most that a request of the case can ask for, as far as the
// config tells; 0 = the dataset's own lengths.
func longest(d *dataset.Spec, asked IOLen) IOLen {
	most := asked
	switch d.Type {
	case dataset.TypeRandom:
		most.Input = longestDrawn(asked.Input, d.RangeRatio.Input, d.Lengths.Input)
		most.Output = longestDrawn(asked.Output, d.RangeRatio.Output, d.Lengths.Output)
	case dataset.TypeConversation: // its last turn has all that was said before
		most.Input += (d.Turns[1] - 1) * (asked.Output + d.NextLen)
	case dataset.TypeMix:
		for i := range d.Scenarios {
			s := &d.Scenarios[i]
			if of := longest(&s.Dataset, IOLen{s.InputLen, s.OutputLen}); of.Input+of.Output > most.Input+most.Output {
				most = of
			}
		}
	}
	return most
}

// longestDrawn is ⌈n·(1+ratio)⌉, or a distribution's most; 0 = it has none.
func longestDrawn(n int, ratio float64, lengths *dataset.Distribution) int {
	const rounding = 1e-9 // 100·1.1 is more than 110
	switch {
	case lengths == nil:
		return int(math.Ceil(float64(n)*(1+ratio) - rounding))
	case lengths.Kind == "values":
		return int(slices.Max(lengths.Values))
	case lengths.Kind == "constant":
		return int(lengths.Mean)
	}
	return int(lengths.Max)
}

// contextWindow is the model's max_model_len in GET /v1/models, tokens, as vLLM
// and SGLang tell it; 0 = not told.
func contextWindow(ctx context.Context, server *client.Client, base, model string) int {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	url := strings.TrimSuffix(strings.TrimSuffix(base, "/"), "/v1") + "/v1/models"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	resp, err := server.HTTP(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	var list struct {
		Data []struct {
			ID          string `json:"id"`
			MaxModelLen int    `json:"max_model_len"`
		} `json:"data"`
	}
	const most = 4 << 20
	if resp.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(&list) != nil {
		return 0
	}
	for _, m := range list.Data {
		if m.ID == model {
			return m.MaxModelLen
		}
	}
	return 0
}

package plan

import (
	"fmt"
	"regexp"
	"strings"

	"llmsweep/client"
	"llmsweep/sweep/conf"
)

// readIOLens reads pairs of an input and an output length; whether that may be 0
// is the backend's to say: see checkBackend.
func readIOLens(dst *[]IOLen) conf.Read {
	return readPairsFrom(dst, "input length", "output length", 0, func(a, b int) IOLen { return IOLen{a, b} })
}

// able is what the config's backend can.
func (c *Config) able() client.Abilities {
	a, _ := client.Able(c.Backend, c.Endpoint)
	return a
}

// Chat reports whether prompts go through the chat template.
func (c *Config) Chat() bool { return c.able().Chat }

// checkBackend faults what the backend has no place for, and settles what only it
// decides: where its key is.
func (r *reader) checkBackend(c *Config, root *conf.Value) {
	if r.Faulted("backend") {
		return
	}
	able := c.able()
	if _, written := root.Get("api_key_env"); !written && c.Backend == client.Anthropic {
		c.APIKeyEnv = "ANTHROPIC_API_KEY"
	}
	if v, written := root.Get("ignore_eos"); written && c.IgnoreEOS == "true" && !able.FixedLen {
		r.Complain("ignore_eos", v, "auto or false: backend "+c.Backend+" has no such field, and output lengths are upper bounds")
	}
	if v, written := root.Get("lora"); written && c.LoRA != nil && !able.Named {
		r.Complain("lora", v, "another backend with it, such as "+client.OpenAI+": requests of "+c.Backend+" do not say which model they are for")
	}
	r.checkOutputLengths(c, able.Tokens, root)
	if !able.Tokens {
		r.checkTokenLimits(c.Backend, root)
		if v, _ := root.Get("search"); c.Search != nil && v != nil {
			if _, written := v.Get("objective"); !written {
				c.Search.Objective = "request_throughput"
			}
		}
	}
}

// checkTokenLimits faults limits that no answer without tokens could meet: they are
// of figures that are undefined there.
func (r *reader) checkTokenLimits(backend string, root *conf.Value) {
	for _, path := range [][]string{{"goodput"}, {"slo"}, {"search", "slo"}} {
		limits, written := root, true
		for _, name := range path {
			if limits, written = limits.Get(name); !written {
				break
			}
		}
		if !written || limits.Kind != conf.KindMapping {
			continue
		}
		for _, e := range limits.Entries {
			if ofTokens.MatchString(e.Key) {
				r.Complain(conf.Join(strings.Join(path, "."), e.Key), e.Value, "a limit on e2el: answers of "+backend+" come in one piece, without "+strings.ToUpper(ofTokens.FindStringSubmatch(e.Key)[1]))
			}
		}
	}
}

// ofTokens matches the names of figures that only generated tokens have.
var ofTokens = regexp.MustCompile(`(?:^|_)(ttft|tpot|itl)(?:_ms)?$`)

// checkOutputLengths faults output lengths of 0, and any other where no output is
// generated. Pairs that conditions leave out are no fault: see expand.
func (r *reader) checkOutputLengths(c *Config, tokens bool, root *conf.Value) {
	lengths, written := root.Get("input_output")
	if !written || r.Faulted("input_output") {
		return
	}
	r.outputs = map[string]IOLen{}
	for i, pair := range lengths.Items {
		key := fmt.Sprintf("input_output[%d][1]", i)
		r.outputs[key] = c.InputOutput[i]
		switch n, _, _ := conf.Whole(pair.Items[1]); {
		case tokens && n == 0:
			r.Complain(key, pair.Items[1], "output length, "+conf.WholeWanted(n, 1, maxCount))
		case !tokens && n > 0:
			r.Complain(key, pair.Items[1], "0: backend "+c.Backend+" generates no tokens")
		}
	}
}

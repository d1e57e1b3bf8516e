package plan

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/wording"
	"llmsweep/tokenizer"
)

// Who counts what goes around a prompt, by the config's prompt_overhead; "" is
// auto: the tokenizer does, and a real server is asked whether it agrees.
const (
	OverheadAuto      = "auto"
	OverheadTokenizer = "tokenizer"
	OverheadServer    = "server"
)

const idsPrefix = "ids:" // of a tokenizer that knows a range of ids alone

var byteSize = regexp.MustCompile(`^([0-9]+) ?(KiB|MiB|GiB)$`)

// readBytes reads a number of bytes, or one with a unit.
func readBytes(dst *int) conf.Read {
	const want, most = "bytes above 0, as in 268435456 or 256MiB", 1 << 40
	shift := map[string]int{"KiB": 10, "MiB": 20, "GiB": 30}
	return func(r *conf.Reader, key string, v *conf.Value) {
		n, hint, ok := conf.Whole(v)
		if s, isText := conf.Text(v); isText {
			if m := byteSize.FindStringSubmatch(s); m != nil {
				count, err := strconv.ParseInt(m[1], 10, 32)
				n, ok = count<<shift[m[2]], err == nil
			}
		}
		if !ok || n < 1 || n > most {
			r.Complain(key, v, want+hint)
			return
		}
		*dst = int(n)
	}
}

// checkPrompts faults a dataset that does not go with the rest of the config,
// and settles what only the dataset decides: whether there are lengths to ask
// for.
func (r *reader) checkPrompts(c *Config, root *conf.Value) {
	r.checkTokenIDs(c, root)
	v, written := root.Get("dataset")
	if !written {
		v = &conf.Value{At: root.At}
	}
	if r.Faulted("dataset") {
		return
	}
	r.checkOwnLengths(c, root)
	r.checkPrefix(&c.Dataset, "dataset", v, c.InputOutput)
	if !r.Faulted("backend") {
		r.checkChat(c.able(), &c.Dataset, "dataset", v)
	}
	if c.paced() {
		r.checkPace(&c.Dataset, v)
	}
}

// checkOwnLengths faults input_output where it is missing, or has no say.
func (r *reader) checkOwnLengths(c *Config, root *conf.Value) {
	own, may := c.Dataset.OwnLengths()
	lengths, written := root.Get("input_output")
	switch {
	case written && !may && r.severalDatasets: // it is for the others
		c.InputOutput = []IOLen{{}}
	case written && !may:
		r.Faults = append(r.Faults, lengths.At.Fault("input_output", "", ownLengthsFault(&c.Dataset)))
	case !written && own:
		c.InputOutput = []IOLen{{}}
	case !written:
		r.RequireKey(root, "input_output", "a list of [input length, output length] pairs, tokens")
	}
}

func ownLengthsFault(s *dataset.Spec) string {
	return "stands beside dataset " + s.Type + ", whose requests have lengths of their own; remove it"
}

// checkPrefix faults a shared beginning that leaves an input nothing of its own.
func (r *reader) checkPrefix(s *dataset.Spec, key string, v *conf.Value, lengths []IOLen) {
	shortest, what := math.MaxInt, "the input length"
	for _, l := range lengths {
		if l.Input > 0 {
			shortest = min(shortest, int(math.Floor(float64(l.Input)*(1-s.RangeRatio.Input))))
		}
	}
	if d := s.Lengths.Input; d != nil {
		shortest = d.LeastLen()
	}
	if len(lengths) > 1 || s.RangeRatio.Input > 0 || s.Lengths.Input != nil {
		what = "the shortest input length"
	}
	if s.PrefixLen > 0 && s.PrefixLen >= shortest {
		r.Faults = append(r.Faults, placeIn(v, "prefix_len").Fault(conf.Join(key, "prefix_len"), strconv.Itoa(s.PrefixLen), fmt.Sprintf("less than %s, %d", what, shortest)))
	}
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		part, partKey := scenarioDataset(v, key, i)
		r.checkPrefix(&sc.Dataset, partKey, part, []IOLen{{sc.InputLen, sc.OutputLen}})
	}
}

// scenarioDataset is where a mix has the dataset of its scenario i.
func scenarioDataset(v *conf.Value, key string, i int) (part *conf.Value, partKey string) {
	scenarios, _ := v.Get("scenarios")
	part, _ = scenarios.Items[i].Get("dataset")
	return part, fmt.Sprintf("%s.scenarios[%d].dataset", key, i)
}

// checkChat faults what the backend's requests cannot carry.
func (r *reader) checkChat(able client.Abilities, s *dataset.Spec, key string, v *conf.Value) {
	why := ""
	switch {
	case s.Type == dataset.TypeConversation && !able.Chat:
		why = "its turns are messages"
	case s.Type == dataset.TypeRandomMM && !able.Images:
		why = "images are parts of a message"
	}
	if why != "" {
		at, typeKey := typeOf(v, key)
		r.Faults = append(r.Faults, at.At.Fault(typeKey, s.Type, "backend: openai-chat with it: "+why))
	}
	for i := range s.Scenarios {
		part, partKey := scenarioDataset(v, key, i)
		r.checkChat(able, &s.Scenarios[i].Dataset, partKey, part)
	}
}

// checkPace faults what has a load of its own, beside a rate or a ramp.
func (r *reader) checkPace(s *dataset.Spec, v *conf.Value) {
	if s.Replay == replayTimes {
		r.Faults = append(r.Faults, placeIn(v, "replay").Fault("dataset.replay", replayTimes,
			"no request_rate and no ramp beside it: the trace has the times; or replay: lengths"))
	}
	for i, sc := range s.Scenarios {
		if sc.Share > 0 {
			scenarios, _ := v.Get("scenarios")
			at := placeIn(scenarios.Items[i], "concurrency_share")
			r.Faults = append(r.Faults, at.Fault(fmt.Sprintf("dataset.scenarios[%d].concurrency_share", i), wording.Rate(sc.Share),
				"no request_rate and no ramp beside it: at a rate no requests in flight are kept for anyone"))
		}
	}
}

// checkTokenIDs faults token ids where they cannot be sent, and a tokenizer that
// knows nothing but ids where there is anything else to do.
func (r *reader) checkTokenIDs(c *Config, root *conf.Value) {
	if able := c.able(); c.PromptTokenIDs && !able.TokenIDs && !r.Faulted("backend") {
		v, _ := root.Get("prompt_token_ids")
		who := "backend " + c.Backend
		if able.Chat {
			who = "chat"
		}
		r.Complain("prompt_token_ids", v, "backend: openai with it: "+who+" takes no token ids")
	}
	v, written := root.Get("tokenizer")
	if !written {
		return
	}
	_, sim := c.Preset()
	switch {
	case c.Tokenizer == tokenizer.Server && sim:
		r.Complain("tokenizer", v, "builtin:qwen3, or nothing, with base_url: "+c.BaseURL+": the simulator counts by it")
	case !strings.HasPrefix(c.Tokenizer, idsPrefix):
	case sim:
		r.Complain("tokenizer", v, "builtin:qwen3, or nothing, with base_url: "+c.BaseURL+": the simulator's answers are text")
	case !c.PromptTokenIDs:
		r.Complain("tokenizer", v, "prompt_token_ids: true with it: a range of ids knows no text")
	case c.Dataset.Type != dataset.TypeRandom && !r.Faulted("dataset"):
		r.Complain("tokenizer", v, "dataset: random with it: a range of ids knows no text")
	}
}

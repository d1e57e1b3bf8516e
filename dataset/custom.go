package dataset

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"llmsweep/tokenizer"
)

// custom is the rows of a user's own file, sent as they are.
type custom struct {
	spec   Spec
	deck   deck
	fitter *Fitter
	rows   []customRow
	chat   int // line of the first row of messages; 0 = there is none
}

// A customRow is a prompt or messages, and what is asked for with them.
type customRow struct {
	prompt       string
	messages     []Message
	outputTokens int            // 0 = the dataset's
	extra        map[string]any // all fields that have no meaning here: they go into the request's body
}

const wantCustom = `a line a row, {"prompt": "…", "output_tokens": 128} say, or a CSV file with such columns`

func openCustom(spec Spec) (kind, string, error) {
	c := &custom{spec: spec}
	read := readJSONL
	switch format := spec.Format; {
	case format == "csv", format == "" && strings.HasSuffix(strings.TrimSuffix(strings.ToLower(spec.Path), ".gz"), ".csv"):
		read = readCSV
	case format != "" && format != "jsonl":
		return nil, "", fmt.Errorf("dataset.format %s: want jsonl or csv", format)
	}
	seen := map[uint64]bool{}
	content, err := readInput(spec.Path, wantCustom, func(in *input) error {
		return read(in, func(line int, f fields) error {
			row, err := c.row(f)
			if err != nil {
				return in.fault(line, "%w", err)
			}
			if row.messages != nil && c.chat == 0 {
				c.chat = line
			}
			if key := row.request().Key(); spec.AllowRepeat || !seen[key] {
				seen[key] = true
				c.rows = append(c.rows, row)
			}
			return nil
		})
	})
	if err != nil {
		return nil, "", err
	}
	if len(c.rows) == 0 {
		return nil, "", fmt.Errorf("%s:1: no rows: want %s", spec.Path, wantCustom)
	}
	c.deck = deck{path: spec.Path, rows: len(c.rows), what: "row", allowRepeat: spec.AllowRepeat}
	if !spec.AllowRepeat {
		c.deck.what = "distinct row"
	}
	return c, content, nil
}

// row takes what it knows out of a row's fields and leaves the others in extra.
func (c *custom) row(f fields) (row customRow, err error) {
	prompt, isPrompt, err := f.takeText("prompt")
	if err != nil {
		return row, err
	}
	messages, isChat, err := f.takeMessages("messages")
	if err != nil {
		return row, err
	}
	switch {
	case isPrompt && isChat:
		return row, errors.New("both prompt and messages: want one of them")
	case !isPrompt && !isChat:
		return row, fmt.Errorf("no prompt or messages among its fields (%s): want one of them", strings.Join(slices.Sorted(maps.Keys(f)), ", "))
	case isPrompt && prompt == "", isChat && len(messages) == 0:
		return row, errors.New("the prompt is empty: want some text")
	}
	tokens, known, err := f.takeTokens("output_tokens")
	if err != nil {
		return row, err
	}
	also, alias, err := f.takeTokens("output_len")
	switch {
	case err != nil:
		return row, err
	case known && alias:
		return row, errors.New("both output_tokens and output_len, which mean the same: want one of them")
	case alias:
		tokens = also
	case !known && c.spec.OutputLen == 0:
		return row, errors.New("no output_tokens: give the row some, or set dataset.output_len for all rows without")
	}
	row = customRow{prompt: prompt, messages: messages, outputTokens: tokens}
	row.extra, err = f.rest()
	return row, err
}

func (r *customRow) request() *Request {
	return &Request{Prompt: r.prompt, Messages: r.messages, Extra: r.extra}
}

func (c *custom) deal(seed uint64, plan []Case) error { return c.deck.deal(seed, plan) }

func (c *custom) fit(_ context.Context, f *Fitter, _ func(done, total int)) error {
	if c.chat > 0 && !f.Chat() {
		return fmt.Errorf("%s:%d: messages want backend openai-chat: completions take a prompt", c.spec.Path, c.chat)
	}
	c.fitter = f
	return nil
}

func (c *custom) maker(of Case) (maker, error) {
	if of.InputLen > 0 {
		return nil, fmt.Errorf("custom: input length %d: want none, the rows of %s have their own", of.InputLen, c.spec.Path)
	}
	return &customMaker{c, of}, nil
}

type customMaker struct {
	*custom
	c Case
}

func (m *customMaker) make(n number, _ *rand.Rand) (draft, error) {
	i, err := m.deck.row(&m.c, n)
	if err != nil {
		return draft{}, err
	}
	row := &m.rows[i]
	r := row.request()
	if r.PromptTokens, err = m.count(r); err != nil {
		return draft{}, fmt.Errorf("custom: %w", err)
	}
	r.InputLen = r.PromptTokens
	switch {
	case row.outputTokens > 0:
		r.MaxTokens = row.outputTokens
	case m.c.OutputLen > 0:
		r.MaxTokens = m.c.OutputLen
	default:
		r.MaxTokens = m.spec.OutputLen
	}
	return draft{Request: *r}, nil
}

// count is the tokens of a prompt as sent; 0 where messages go through a template
// that only the server has.
func (m *customMaker) count(r *Request) (int, error) {
	if r.Messages == nil {
		return m.fitter.Count(r.Prompt)
	}
	tokens, err := m.fitter.Messages(r.Messages)
	if errors.Is(err, tokenizer.ErrNoTemplate) {
		return 0, nil
	}
	return tokens, err
}

// remake has nothing to make: a row is sent as it is, or not at all.
func (m *customMaker) remake(number, *rand.Rand, func(Request) bool) (draft, error) {
	return draft{}, fmt.Errorf("%s: no row is left that differs from all before it in case %s: warm up by fewer requests, or set dataset.allow_repeat: true", m.spec.Path, m.c.Name)
}

package dataset

import (
	"cmp"
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
	file   *customFile
	player player
	fitter *Fitter
}

// A customFile is what the file holds, whatever is taken of it.
type customFile struct {
	deck     deck
	rows     []customRow
	chat     int     // line of the first row of messages; 0 = there is none
	noOutput int     // line of the first row without output_tokens; 0 = there is none
	fitted   *Fitter // that counted the rows; nil = not yet
}

// A customRow is a prompt or messages, and what is asked for with them.
type customRow struct {
	prompt       string
	messages     []Message
	promptTokens int            // as sent; 0 = only the server can count it
	outputTokens int            // 0 = the dataset's
	extra        map[string]any // all fields that have no meaning here: they go into the request's body
	repeats      bool           // a row before it has the prompt or messages
}

const wantCustom = `a line a row, {"prompt": "…", "output_tokens": 128} say, or a CSV file with such columns`

func openCustom(spec Spec, files shelf) (kind, string, error) {
	read := readJSONL
	format := spec.Format
	switch {
	case format == "csv", format == "" && strings.HasSuffix(strings.TrimSuffix(strings.ToLower(spec.Path), ".gz"), ".csv"):
		read, format = readCSV, "csv"
	case format != "" && format != "jsonl":
		return nil, "", fmt.Errorf("dataset.format %s: want jsonl or csv", format)
	default:
		format = "jsonl"
	}
	file, content, err := fromShelf(files, TypeCustom+" "+format, spec.Path, func() (*customFile, string, error) { return readCustomFile(spec.Path, read) })
	if err != nil {
		return nil, "", err
	}
	if file.noOutput > 0 && spec.OutputLen == 0 {
		return nil, "", fmt.Errorf("%s:%d: no output_tokens: give the row some, or set dataset.output_len for all rows without", spec.Path, file.noOutput)
	}
	c := &custom{spec: spec, file: file}
	c.player = player{deck: &file.deck, allowRepeat: spec.AllowRepeat, fits: func(row int, _ *Case) bool {
		return spec.AllowRepeat || !file.rows[row].repeats
	}}
	return c, content, nil
}

// readCustomFile reads all rows. Rows with the same prompt repeat each other,
// whatever else of them differs: the server's prefix cache sees no more.
func readCustomFile(path string, read func(*input, func(line int, f fields) error) error) (*customFile, string, error) {
	c := &customFile{deck: deck{path: path, what: "row"}}
	seen := map[uint64]bool{}
	content, err := readInput(path, wantCustom, func(in *input) error {
		return read(in, func(line int, f fields) error {
			row, err := readCustomRow(f)
			if err != nil {
				return in.fault(line, "%w", err)
			}
			if row.messages != nil && c.chat == 0 {
				c.chat = line
			}
			if row.outputTokens == 0 && c.noOutput == 0 {
				c.noOutput = line
			}
			row.repeats = c.deck.seen(seen, row.request())
			c.rows = append(c.rows, row)
			return nil
		})
	})
	if err == nil && len(c.rows) == 0 {
		err = fmt.Errorf("%s:1: no rows: want %s", path, wantCustom)
	}
	return c, content, err
}

// readCustomRow takes what it knows out of a row's fields and leaves the others in extra.
func readCustomRow(f fields) (row customRow, err error) {
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
	}
	row = customRow{prompt: prompt, messages: messages, outputTokens: tokens}
	row.extra, err = f.rest()
	return row, err
}

func (r *customRow) request() *Request {
	return &Request{Prompt: r.prompt, Messages: r.messages, Extra: r.extra}
}

func (c *custom) dealing() *player { return &c.player }

func (c *custom) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	if c.file.chat > 0 && !f.Chat() {
		return fmt.Errorf("%s:%d: messages want backend openai-chat: completions take a prompt", c.spec.Path, c.file.chat)
	}
	c.fitter = f
	return c.file.fit(ctx, f, progress)
}

// fit counts the rows, once for all datasets that have the file.
func (c *customFile) fit(ctx context.Context, f *Fitter, progress func(done, total int)) error {
	if c.fitted == f {
		return nil
	}
	err := inParallel(ctx, len(c.rows), progress, func(i int) (err error) {
		r := &c.rows[i]
		if r.promptTokens, err = f.countRow(r); err != nil {
			return fmt.Errorf("custom: %w", err)
		}
		return nil
	})
	if err == nil {
		c.fitted = f
	}
	return err
}

// countRow is the tokens of a row's prompt as sent; 0 where messages go through a
// template that only the server has.
func (f *Fitter) countRow(r *customRow) (int, error) {
	if r.messages == nil {
		return f.Count(r.prompt)
	}
	tokens, err := f.Messages(r.messages)
	if errors.Is(err, tokenizer.ErrNoTemplate) {
		return 0, nil
	}
	return tokens, err
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
	row, err := m.row(n)
	if err != nil {
		return draft{}, err
	}
	r := row.request()
	r.PromptTokens, r.InputLen = row.promptTokens, row.promptTokens
	r.MaxTokens = m.outputLen(row)
	return draft{Request: *r}, nil
}

func (m *customMaker) row(n number) (*customRow, error) {
	i, err := m.player.row(&m.c, n)
	if err != nil {
		return nil, err
	}
	return &m.file.rows[i], nil
}

func (m *customMaker) outputLen(row *customRow) int {
	return cmp.Or(row.outputTokens, m.c.OutputLen, m.spec.OutputLen)
}

func (m *customMaker) length(n number) (input, output int, err error) {
	row, err := m.row(n)
	if err != nil {
		return 0, 0, err
	}
	return row.promptTokens, m.outputLen(row), nil
}

// remake has nothing to make: a row is sent as it is, or not at all.
func (m *customMaker) remake(number, *rand.Rand, func(Request) bool) (draft, error) {
	return draft{}, fmt.Errorf("%s: no row is left that differs from all before it in case %s: warm up by fewer requests, or set dataset.allow_repeat: true", m.spec.Path, m.c.Name)
}

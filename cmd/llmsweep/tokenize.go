package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"llmsweep/tokenizer"
)

// tokenizeOptions are the flags of tokenize.
type tokenizeOptions struct {
	tokenizer, baseURL, model, apiKeyEnv    string
	chat, special, printIDs, byLine, asJSON bool
}

func tokenizeCommand() *cobra.Command {
	var o tokenizeOptions
	cmd := &cobra.Command{
		Use:   "tokenize [file…]",
		Short: "Count the tokens of files, or of stdin",
		Long: `tokenize counts the tokens, bytes and characters of files, or of stdin without a
file or for the file -.

  llmsweep tokenize prompt.txt
  llmsweep tokenize --chat --base-url http://localhost:8000 --model my-model prompt.txt
  llmsweep tokenize --lines < questions.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			tok, err := o.open(cmd.Context(), cmd.Flags().Changed("tokenizer"))
			if err != nil {
				return err
			}
			stdout := bufio.NewWriter(cmd.OutOrStdout())
			err = o.run(tok, args, cmd.InOrStdin(), stdout)
			if flushErr := stdout.Flush(); err == nil && flushErr != nil {
				err = withStatus(exitFailed, flushErr)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.tokenizer, "tokenizer", "builtin:qwen3", "builtin:qwen3, a path, or a hub id in the local cache")
	f.StringVar(&o.baseURL, "base-url", "", "let the server at this `URL` count, by its /tokenize")
	f.StringVar(&o.model, "model", "", "with --base-url: `name` of the model that the server serves")
	f.StringVar(&o.apiKeyEnv, "api-key-env", "OPENAI_API_KEY", "with --base-url: environment `variable` that holds the key")
	f.BoolVar(&o.chat, "chat", false, "count each text as a chat of one user message, by the model's template")
	f.BoolVar(&o.special, "special", true, "count what the tokenizer adds to a prompt (BOS, EOS), as completions are sent")
	f.BoolVar(&o.printIDs, "ids", false, "print the ids, a line a file")
	f.BoolVar(&o.byLine, "lines", false, "count each line of the files on its own")
	f.BoolVar(&o.asJSON, "json", false, "print a JSON object a line")
	return cmd
}

// open loads the tokenizer that the flags name; named says that --tokenizer is one.
func (o *tokenizeOptions) open(ctx context.Context, named bool) (tokenizer.Tokenizer, error) {
	switch {
	case o.printIDs && o.byLine:
		return nil, withStatus(exitUsage, errors.New("--ids and --lines: give one of them"))
	case o.baseURL == "" && o.tokenizer == tokenizer.Server:
		return nil, withStatus(exitUsage, fmt.Errorf("--tokenizer %s: which server? Give --base-url too", o.tokenizer))
	case o.baseURL == "":
		tok, err := tokenizer.Load(o.tokenizer, tokenizer.LoadOptions{Getenv: os.Getenv})
		if err != nil {
			return nil, withStatus(exitUsage, err)
		}
		return tok, nil
	case named && o.tokenizer != tokenizer.Server:
		return nil, withStatus(exitUsage, fmt.Errorf("--base-url and --tokenizer %s: give one of them; with --base-url the server counts", o.tokenizer))
	}
	client := http.Client{Transport: &http.Transport{}} // no proxy: counts come from the server itself
	tok, err := tokenizer.LoadServer(ctx, tokenizer.ServerConfig{
		Do: client.Do, BaseURL: o.baseURL, Model: o.model, APIKey: os.Getenv(o.apiKeyEnv),
	})
	if err != nil {
		return nil, withStatus(exitFailed, err)
	}
	return tok, nil
}

// A textCount is what is counted of a text.
type textCount struct {
	Name       string   `json:"name"`
	Line       int      `json:"line,omitempty"` // from 1; 0 = the whole file
	Tokens     int      `json:"tokens"`
	Bytes      int      `json:"bytes"`
	Characters int      `json:"characters"`
	IDs        []uint32 `json:"ids,omitempty"`

	start string // of the text
}

// maxStart is how much of a line is shown beside its count, characters.
const maxStart = 60

// run counts each file and prints; what cannot be read is named at the end.
func (o *tokenizeOptions) run(tok tokenizer.Tokenizer, names []string, stdin io.Reader, stdout io.Writer) error {
	if len(names) == 0 {
		names = []string{"-"}
	}
	var files []textCount // for the table
	var unreadable []error
	for _, name := range names {
		text, err := readText(name, stdin)
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("tokenize: %w; give files of text", err))
			continue
		}
		if !o.byLine {
			c, err := o.count(tok, name, text)
			if err != nil {
				return withStatus(exitFailed, fmt.Errorf("%s: %w", name, err))
			}
			if files = append(files, c); !o.printIDs && !o.asJSON {
				continue
			}
			if err := o.print(stdout, c); err != nil {
				return withStatus(exitFailed, err)
			}
			continue
		}
		if err := o.countLines(tok, name, text, stdout); err != nil {
			return withStatus(exitFailed, err)
		}
	}
	if !o.byLine && !o.printIDs && !o.asJSON {
		if err := printCounts(stdout, files); err != nil {
			return withStatus(exitFailed, err)
		}
	}
	if len(unreadable) > 0 {
		return withStatus(exitFailed, errors.Join(unreadable...))
	}
	return nil
}

func readText(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// countLines prints the count of each line, without its LF or CRLF; a newline at the
// end begins none.
func (o *tokenizeOptions) countLines(tok tokenizer.Tokenizer, name string, text []byte, stdout io.Writer) error {
	for n := 1; len(text) > 0; n++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		c, err := o.count(tok, name, line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		c.Line = n
		if err := o.print(stdout, c); err != nil {
			return err
		}
	}
	return nil
}

// count counts text as the flags say: as it is, or as a chat.
func (o *tokenizeOptions) count(tok tokenizer.Tokenizer, name string, text []byte) (c textCount, err error) {
	c = textCount{Name: name, Bytes: len(text), Characters: utf8.RuneCount(text), start: start(text)}
	special := o.special
	prompt := string(text)
	if o.chat {
		message := []tokenizer.Message{{Role: "user", Content: prompt}}
		counter, counts := tok.(tokenizer.ChatCounter)
		if counts && !o.printIDs {
			c.Tokens, err = counter.CountChat(message)
			return c, err
		}
		special = false // the template has them
		prompt, err = tok.Chat(message)
		if errors.Is(err, tokenizer.ErrNoTemplate) && counts {
			return c, fmt.Errorf("%s counts chats and does not show them, so --chat has no --ids there: count without --ids, or give --tokenizer in place of --base-url", tok.ID())
		}
		if err != nil {
			return c, err
		}
	}
	if !o.printIDs {
		c.Tokens, err = tok.Count(prompt, special)
		return c, err
	}
	c.IDs, err = tok.AppendIDs([]uint32{}, prompt, special)
	c.Tokens = len(c.IDs)
	return c, err
}

// start is the beginning of a text that is shown beside its count.
func start(text []byte) string {
	end := 0
	for range maxStart {
		_, w := utf8.DecodeRune(text[end:])
		end += w
	}
	return string(text[:end])
}

// print prints one count on a line of its own.
func (o *tokenizeOptions) print(stdout io.Writer, c textCount) (err error) {
	switch {
	case o.asJSON:
		err = json.NewEncoder(stdout).Encode(c)
	case o.printIDs:
		line := make([]byte, 0, 7*len(c.IDs)+1)
		for i, id := range c.IDs {
			if i > 0 {
				line = append(line, ' ')
			}
			line = strconv.AppendUint(line, uint64(id), 10)
		}
		_, err = stdout.Write(append(line, '\n'))
	default:
		_, err = fmt.Fprintf(stdout, "%d\t%s\n", c.Tokens, c.start)
	}
	return err
}

// printCounts is the table of whole files, with a total of several.
func printCounts(stdout io.Writer, files []textCount) error {
	if len(files) == 0 {
		return nil
	}
	if len(files) > 1 {
		total := textCount{Name: "total"}
		for _, c := range files {
			total.Tokens += c.Tokens
			total.Bytes += c.Bytes
			total.Characters += c.Characters
		}
		files = append(files, total)
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 0, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "tokens\t  bytes\t  characters\t  name\n") // the table keeps an error for Flush
	for _, c := range files {
		fmt.Fprintf(table, "%d\t  %d\t  %d\t  %s\n", c.Tokens, c.Bytes, c.Characters, c.Name)
	}
	return table.Flush()
}

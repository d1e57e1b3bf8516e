package dataset

import (
	"errors"
	"fmt"

	"llmsweep/tokenizer"
)

// How the tokens around a prompt were found out; recorded with each case.
const (
	BySpecial  = "special tokens" // the tokenizer's own: BOS, EOS
	ByTemplate = "chat template"  // rendered from the tokenizer's chat_template
	ByServer   = "server"         // measured: the server's usage.prompt_tokens of probes
)

// A Counter counts the tokens of a prompt as the server will: special tokens, or
// the chat template, included. It is safe for concurrent use once it is made.
type Counter struct {
	tok    tokenizer.Tokenizer
	chat   bool
	method string
	around int  // tokens around a prompt of one user message
	off    int  // the server's count minus the tokenizer's, added to each count
	bare   bool // no template: a chat prompt is its own tokens and those around it
}

// NewCounter makes the counter of tok's prompts, sent as they are, or if chat as
// messages. A chat prompt of a tokenizer without a template can be counted only
// after Measure: that is tokenizer.ErrNoTemplate, with a Counter that is of use
// all the same. One that knows only ids (ids:FROM-TO) counts no text, and needs
// none where prompts are ids: nothing goes around them.
func NewCounter(tok tokenizer.Tokenizer, chat bool) (*Counter, error) {
	c := &Counter{tok: tok, chat: chat, method: BySpecial}
	if chat {
		c.method = ByTemplate
	}
	if _, ok := tok.(idRange); ok {
		if chat {
			_, err := tok.Chat(nil)
			return nil, err
		}
		return c, nil
	}
	const word = "a"
	plain, err := tok.Count(word, false)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", tok.ID(), err)
	}
	sent, err := c.Count(word)
	if chat && errors.Is(err, tokenizer.ErrNoTemplate) {
		c.bare = true
		return c, err
	}
	if err != nil {
		return nil, err
	}
	c.around = sent - plain
	return c, nil
}

// Tokenizer is what the counter counts by.
func (c *Counter) Tokenizer() tokenizer.Tokenizer { return c.tok }

// Chat reports whether prompts are sent as messages.
func (c *Counter) Chat() bool { return c.chat }

// Around is how many tokens are around a prompt that is sent alone.
func (c *Counter) Around() int { return c.around }

// Off is how many tokens more the server counts in a prompt than the tokenizer,
// less if negative: what Measure found and Count adds.
func (c *Counter) Off() int { return c.off }

// Method says how Around was found out: BySpecial, ByTemplate or ByServer.
func (c *Counter) Method() string { return c.method }

// Count is the tokens of prompt as sent.
func (c *Counter) Count(prompt string) (int, error) {
	switch {
	case c.bare:
		n, err := c.tok.Count(prompt, false)
		if err != nil {
			return 0, fmt.Errorf("tokenizer %s: %w", c.tok.ID(), err)
		}
		return n + c.around, nil
	case c.chat:
		return c.Messages([]Message{{Role: "user", Content: prompt}})
	}
	n, err := c.tok.Count(prompt, true)
	if err != nil {
		return 0, fmt.Errorf("tokenizer %s: %w", c.tok.ID(), err)
	}
	return n + c.off, nil
}

// A chatCounter counts messages, and cannot render them: a server's /tokenize.
type chatCounter interface {
	CountChat(messages []Message) (int, error)
}

// Messages is the tokens of a conversation as sent, through the chat template.
// tokenizer.ErrNoTemplate where there is none.
func (c *Counter) Messages(ms []Message) (int, error) {
	if t, ok := c.tok.(chatCounter); ok {
		n, err := t.CountChat(ms)
		if err != nil {
			return 0, fmt.Errorf("tokenizer %s: counting a chat prompt: %w", c.tok.ID(), err)
		}
		return n + c.off, nil
	}
	text, err := c.tok.Chat(ms)
	if err != nil {
		return 0, fmt.Errorf("tokenizer %s: counting a chat prompt: %w", c.tok.ID(), err)
	}
	n, err := c.tok.Count(text, false)
	if err != nil {
		return 0, fmt.Errorf("tokenizer %s: %w", c.tok.ID(), err)
	}
	return n + c.off, nil
}

// probes are texts of a few lengths whose tokens differ by tokenizer: one that
// counts all of them right but for a constant is the server's own. Each has a
// space: reranking parts a prompt there.
var probes = []string{
	"a b",
	"The quick brown fox jumps over 13 lazy dogs, and nobody minds.",
	"Shall I compare thee to a summer's day? 3.14159 is less than 22/7; naïve café, 你好, \"quoted\" (x != y) { return 42; }",
}

// Measure asks the server for its own count of a few prompts, sent as the case's
// will be, and takes over what it adds or leaves out by itself: a chat template
// that the tokenizer lacks, a BOS that newer libraries add no more. Counts that
// differ by no constant are another tokenizer's: that is an error, with both
// counts, and changes nothing.
func (c *Counter) Measure(ask func(prompt string) (tokens int, err error)) error {
	off, first := 0, true
	for _, p := range probes {
		server, err := ask(p)
		if err != nil {
			return err
		}
		own, err := c.Count(p)
		if err != nil {
			return err
		}
		if first {
			off, first = server-own, false
		}
		if server-own != off {
			return fmt.Errorf("the server counts %d tokens where tokenizer %s counts %d, and by other lengths the difference is another: is it the model's own? (%q)", server, c.tok.ID(), own, p)
		}
	}
	c.around += off
	if !c.bare {
		c.off += off
	}
	if c.bare || off != 0 {
		c.method = ByServer
	}
	return nil
}

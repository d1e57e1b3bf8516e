package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	gonja "github.com/nikolalohinski/gonja/v2"
	gonjaconfig "github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

// A chat renders messages by a model's chat template (Jinja), as transformers'
// apply_chat_template(add_generation_prompt=True) does.
type chat struct {
	template *exec.Template
	bos, eos string
	now      func() time.Time
	literals []string // what the template could look for in a content
	dated    bool     // it writes the date, so that no two renderings need be equal
	args     map[string]any

	mu     sync.Mutex
	frames map[string][]string // by roles: what stands around the contents; nil = not spliced
	argued map[string]*chat    // by arguments: the same template with them
}

func newChat(source string, c *config, now func() time.Time) (*chat, error) {
	settings := gonjaconfig.New()
	settings.TrimBlocks, settings.LeftStripBlocks = true, true // as transformers sets them
	loader, err := loaders.NewMemoryLoader(map[string]string{"/chat_template": source})
	if err != nil {
		return nil, fmt.Errorf("chat template: %w", err)
	}
	t, err := exec.NewTemplate("/chat_template", settings, loader, gonja.DefaultEnvironment)
	if err != nil {
		return nil, fmt.Errorf("chat template: %w; use the completions endpoint", err)
	}
	return &chat{
		template: t, bos: string(c.BOS), eos: string(c.EOS), now: now,
		literals: literals(source), dated: strings.Contains(source, "strftime_now"),
		frames: map[string][]string{}, argued: map[string]*chat{},
	}, nil
}

// with is the template with arguments of its own.
func (c *chat) with(args map[string]any) (*chat, error) {
	key, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("arguments of the chat template: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.argued[string(key)]
	if !ok {
		a = &chat{
			template: c.template, bos: c.bos, eos: c.eos, now: c.now, literals: c.literals, dated: c.dated,
			args: args, frames: map[string][]string{},
		}
		c.argued[string(key)] = a
	}
	return a, nil
}

// render is the prompt for messages. A template is slow, so where it does
// nothing to the contents but copy them, they are spliced into what it gave for
// the same roles before.
func (c *chat) render(messages []Message) (string, error) {
	if !c.plain(messages) {
		return c.execute(messages)
	}
	var key strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&key, "%q ", m.Role)
	}
	c.mu.Lock()
	frame, tried := c.frames[key.String()]
	if !tried {
		frame = c.frame(messages)
		c.frames[key.String()] = frame
	}
	c.mu.Unlock()
	if frame == nil {
		return c.execute(messages)
	}
	return splice(frame, messages), nil
}

// plain reports whether a template cannot tell the contents from the probes of
// frame: none is empty or holds a text that the template mentions.
func (c *chat) plain(messages []Message) bool {
	if c.dated || len(messages) == 0 {
		return false
	}
	for _, m := range messages {
		if m.Content == "" {
			return false
		}
		for _, l := range c.literals {
			if strings.Contains(m.Content, l) {
				return false
			}
		}
	}
	return true
}

// The probes differ in length, case, script and blanks, so that a template that
// trims, folds, cuts, counts or escapes contents gives them away.
var probes = [...]string{
	" \n\tQx7 <&\"'\\> é你🙂\n\n aB  0\r\n%d{{}} \t\n%d ",
	"%d zK\n" + strings.Repeat("Vw <|y|> 9 ", 300) + "\u00a0ſ\n%d",
	"\r\n%d~%d\n",
}

// frame is the text before, between and after the contents of messages with
// these roles, or nil where splicing differs from rendering for a probe.
func (c *chat) frame(messages []Message) []string {
	var frame []string
	for _, probe := range probes {
		filled := make([]Message, len(messages))
		for i, m := range messages {
			filled[i] = Message{m.Role, strings.ReplaceAll(probe, "%d", fmt.Sprintf("#%d#", i))}
		}
		text, err := c.execute(filled)
		if err != nil {
			return nil
		}
		if frame == nil {
			rest := text
			for _, m := range filled {
				before, after, ok := strings.Cut(rest, m.Content)
				if !ok {
					return nil
				}
				frame, rest = append(frame, before), after
			}
			frame = append(frame, rest)
		}
		if splice(frame, filled) != text {
			return nil
		}
	}
	return frame
}

func splice(frame []string, messages []Message) string {
	n := len(frame[len(messages)])
	for i, m := range messages {
		n += len(frame[i]) + len(m.Content)
	}
	var b strings.Builder
	b.Grow(n)
	for i, m := range messages {
		b.WriteString(frame[i])
		b.WriteString(m.Content)
	}
	b.WriteString(frame[len(messages)])
	return b.String()
}

// execute runs the template.
func (c *chat) execute(messages []Message) (string, error) {
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"role": m.Role, "content": m.Content}
	}
	var raised error
	data := map[string]any{
		"messages":              list,
		"add_generation_prompt": true,
		"bos_token":             c.bos,
		"eos_token":             c.eos,
		"raise_exception": func(_ *exec.Evaluator, args *exec.VarArgs) (string, error) {
			raised = errors.New("the chat template refuses these messages")
			if len(args.Args) > 0 {
				raised = fmt.Errorf("the chat template refuses these messages: %s", args.Args[0].String())
			}
			return "", raised
		},
		"strftime_now": func(_ *exec.Evaluator, args *exec.VarArgs) (string, error) {
			if len(args.Args) != 1 {
				return "", errors.New("strftime_now wants one format")
			}
			return strftime(c.now(), args.Args[0].String())
		},
	}
	for name, value := range c.args {
		data[name] = value
	}
	text, err := c.template.ExecuteToString(exec.NewContext(data))
	if raised != nil {
		return "", raised
	}
	if err != nil {
		return "", fmt.Errorf("chat template: %w", err)
	}
	return text, nil
}

var blocks = regexp.MustCompile(`(?s)\{[{%].*?[%}]\}`)

var quoted = regexp.MustCompile(`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`)

// literals are the quoted texts of a template that are more than blanks; the
// probes hold blanks of all kinds.
func literals(source string) []string {
	var all []string
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\'`, "'", `\"`, `"`, `\\`, `\`)
	for _, block := range blocks.FindAllString(source, -1) {
		for _, q := range quoted.FindAllString(block, -1) {
			if l := strings.TrimSpace(unescape.Replace(q[1 : len(q)-1])); l != "" {
				all = append(all, l)
			}
		}
	}
	return all
}

// strftime is Python's, for the directives that chat templates use.
func strftime(t time.Time, format string) (string, error) {
	layouts := map[byte]string{
		'Y': "2006", 'm': "01", 'd': "02", 'B': "January", 'b': "Jan", 'A': "Monday", 'a': "Mon",
		'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'y': "06", 'j': "002", 'Z': "MST", 'z': "-0700",
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := layouts[format[i]]
		switch {
		case format[i] == '%':
			b.WriteByte('%')
		case ok:
			b.WriteString(t.Format(layout))
		default:
			return "", fmt.Errorf("chat template: strftime_now does not know %%%c", format[i])
		}
	}
	return b.String(), nil
}

package client

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

// Prompts are written straight into the body. Through encoding/json and
// go-openai's own encoder a chat of 32,768 tokens, or an image, is copied six
// times and takes longer than the millisecond in which a request is to leave. A
// test holds what is written to go-openai's types.

// takes is an error if the backend has no form for r's prompt.
func (d *dialect) takes(r dataset.Request) error {
	s, name := d.shape, d.cfg.Backend
	switch {
	case !s.ids && r.PromptIDs != nil:
		return fmt.Errorf("backend %s takes no token ids; set backend: %s, or prompt_token_ids: false", name, OpenAI)
	case !s.chat && !s.images && (r.Messages != nil || r.Images != nil):
		return fmt.Errorf("backend %s takes no messages and no images; set backend: %s", name, OpenAIChat)
	case !s.chat && r.Messages != nil:
		return fmt.Errorf("backend %s takes no messages; set backend: %s", name, OpenAIChat)
	case !s.images && r.Images != nil:
		return fmt.Errorf("backend %s takes no images; set backend: %s", name, OpenAIChat)
	case r.Messages != nil && len(r.Messages) == 0:
		return errors.New("a chat without messages; give it one at least")
	case s.unnamed && r.Model != "":
		return fmt.Errorf("backend %s has no place for a request's own model %s; take one whose requests name their model, such as %s", name, r.Model, OpenAI)
	case name == Anthropic && r.MaxTokens == 0:
		return fmt.Errorf("backend %s wants a max_tokens in each request; give an output length", name)
	}
	return nil
}

// promptSize is about how many bytes r's prompt takes in a body: an id below a
// million 7 with its comma, text an eighth more for its escapes.
func promptSize(r dataset.Request) int {
	n := len(r.Prompt)
	for _, m := range r.Messages {
		n += len(m.Role) + len(m.Content) + 64
	}
	n += n/8 + 7*len(r.PromptIDs)
	for _, url := range r.Images {
		n += len(url) + 64
	}
	return n
}

// appendPrompt appends a completion's prompt: token ids or text.
func appendPrompt(out []byte, r dataset.Request) []byte {
	if r.PromptIDs == nil {
		return appendText(out, r.Prompt)
	}
	out = append(out, '[')
	for i, id := range r.PromptIDs {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(id), 10)
	}
	return append(out, ']')
}

// turnsOf are r's messages: its prompt is one of the user.
func turnsOf(r dataset.Request) []dataset.Message {
	if r.Messages != nil {
		return r.Messages
	}
	return []dataset.Message{{Role: openai.ChatMessageRoleUser, Content: r.Prompt}}
}

// appendTurns appends messages as a list of {"role", "content"}, where the last
// one has the images, as parts of its content.
func appendTurns(out []byte, turns []dataset.Message, images []string, parts func(out []byte, text string, images []string) []byte) []byte {
	out = append(out, '[')
	for i, m := range turns {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(append(out, `{"role":`...), m.Role)
		out = append(out, `,"content":`...)
		if len(images) > 0 && i == len(turns)-1 {
			out = parts(out, m.Content, images)
		} else {
			out = appendText(out, m.Content)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

// appendParts appends a content of parts: the text, if there is any, then each of
// the images, by the dialect's own words around them.
func appendParts(out []byte, text string, images []string, textHead string, image func(out []byte, url string) []byte) []byte {
	out = append(out, '[')
	if text != "" {
		out = append(appendText(append(out, textHead...), text), `},`...)
	}
	for i, url := range images {
		if i > 0 {
			out = append(out, ',')
		}
		out = image(out, url)
	}
	return append(out, ']')
}

// dataOf are the media type and the base64 text of a data URL; ok is false for
// any other.
func dataOf(dataURL string) (mediaType, base64 string, ok bool) {
	rest, ok := strings.CutPrefix(dataURL, "data:")
	head, base64, found := strings.Cut(rest, ",")
	mediaType, encoded := strings.CutSuffix(head, ";base64")
	return mediaType, base64, ok && found && encoded
}

// appendText appends s as a JSON string.
func appendText(out []byte, s string) []byte {
	if literal(s) && utf8.ValidString(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	out, _ = appendJSON(out, s) // a string always can be
	return out
}

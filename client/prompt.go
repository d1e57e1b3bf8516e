package client

import (
	"errors"
	"fmt"
	"strconv"
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
	chat := d.cfg.Backend == OpenAIChat
	switch {
	case chat && r.PromptIDs != nil:
		return fmt.Errorf("backend %s takes no token ids; set backend: %s, or prompt_token_ids: false", OpenAIChat, OpenAI)
	case !chat && (r.Messages != nil || r.Images != nil):
		return fmt.Errorf("backend %s takes no messages and no images; set backend: %s", OpenAI, OpenAIChat)
	case r.Messages != nil && len(r.Messages) == 0:
		return errors.New("a chat without messages; give it one at least")
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

// appendMessages appends the messages of a chat, with the images in the last one.
func appendMessages(out []byte, r dataset.Request) []byte {
	messages := r.Messages
	if messages == nil {
		messages = []dataset.Message{{Role: openai.ChatMessageRoleUser, Content: r.Prompt}}
	}
	out = append(out, '[')
	for i, m := range messages {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(append(out, `{"role":`...), m.Role)
		out = append(out, `,"content":`...)
		if len(r.Images) > 0 && i == len(messages)-1 {
			out = appendParts(out, m.Content, r.Images)
		} else {
			out = appendText(out, m.Content)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

// appendParts appends the content of a message with images: its text, if it has
// any, then a part for each of them.
func appendParts(out []byte, text string, images []string) []byte {
	out = append(out, '[')
	if text != "" {
		out = appendText(append(out, `{"type":"text","text":`...), text)
		out = append(out, `},`...)
	}
	for i, url := range images {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(append(out, `{"type":"image_url","image_url":{"url":`...), url)
		out = append(out, `}}`...)
	}
	return append(out, ']')
}

// appendText appends s as a JSON string.
func appendText(out []byte, s string) []byte {
	if literal(s) && utf8.ValidString(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	out, _ = appendJSON(out, s) // a string always can be
	return out
}

package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// A config is the part of a tokenizer_config.json that changes ids or chats.
type config struct {
	Class          string          `json:"tokenizer_class"`
	AddBOS         *bool           `json:"add_bos_token"`
	AddEOS         *bool           `json:"add_eos_token"`
	BOS            token           `json:"bos_token"`
	EOS            token           `json:"eos_token"`
	ChatTemplate   json.RawMessage `json:"chat_template"`
	ModelMaxLength json.Number     `json:"model_max_length"`
}

// A token is spelled "text" or {"content": "text", …}; null is "".
type token string

func (t *token) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '{' {
		var object struct {
			Content string `json:"content"`
		}
		err := json.Unmarshal(text, &object)
		*t = token(object.Content)
		return err
	}
	return json.Unmarshal(text, (*string)(t))
}

// parseConfig reads a tokenizer_config.json; no text is an empty config.
func parseConfig(text []byte) (*config, error) {
	c := new(config)
	if len(bytes.TrimSpace(text)) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("reading tokenizer_config.json: %w", err)
	}
	return c, nil
}

// template is the chat template: a string, or of a list of named ones the
// default. A file of its own (jinja) comes first. "" = none.
func (c *config) template(jinja string) (string, error) {
	if jinja != "" {
		return jinja, nil
	}
	if len(c.ChatTemplate) == 0 || string(c.ChatTemplate) == "null" {
		return "", nil
	}
	var one string
	if json.Unmarshal(c.ChatTemplate, &one) == nil {
		return one, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(c.ChatTemplate, &named); err != nil {
		return "", fmt.Errorf("reading tokenizer_config.json: chat_template is neither a string nor a list of named templates")
	}
	for _, t := range named {
		if t.Name == "default" {
			return t.Template, nil
		}
	}
	return "", nil
}

// maxLength is model_max_length in tokens; 0 = none (some configs write 1e30).
func (c *config) maxLength() int {
	f, err := c.ModelMaxLength.Float64()
	if err != nil || f <= 0 || f > 1<<40 {
		return 0
	}
	return int(f)
}

// rebuilds reports whether transformers makes a new post-processor from
// add_bos_token and add_eos_token, whatever tokenizer.json says. Up to version
// 4 the fast classes of Llama, CodeLlama and Gemma do (update_post_processor in
// their __init__, where add_bos_token is true and add_eos_token false by
// default); PreTrainedTokenizerFast and Qwen2TokenizerFast do not. That is what
// gives DeepSeek-V3, whose tokenizer.json adds nothing, its BOS on servers.
// Version 5 drops both keys where a tokenizer.json exists
// (tokenization_utils_base.py), so a server on it may count one token less.
func (c *config) rebuilds() bool {
	for _, family := range []string{"Llama", "CodeLlama", "Gemma"} {
		if strings.HasPrefix(c.Class, family+"Tokenizer") {
			return true
		}
	}
	return false
}

// around is what special puts before and after a text by the config; ok is
// false where tokenizer.json's post-processor decides.
func (c *config) around(id func(token string) (uint32, bool)) (before, after []uint32, ok bool, err error) {
	if !c.rebuilds() {
		return nil, nil, false, nil
	}
	find := func(key string, t token) ([]uint32, error) {
		n, found := id(string(t))
		if !found {
			return nil, fmt.Errorf("tokenizer_config.json: %s %q is not in the vocabulary", key, string(t))
		}
		return []uint32{n}, nil
	}
	// A token that is null is not added, as in transformers.
	if (c.AddBOS == nil || *c.AddBOS) && c.BOS != "" {
		if before, err = find("bos_token", c.BOS); err != nil {
			return nil, nil, false, err
		}
	}
	if c.AddEOS != nil && *c.AddEOS && c.EOS != "" {
		if after, err = find("eos_token", c.EOS); err != nil {
			return nil, nil, false, err
		}
	}
	return before, after, true, nil
}

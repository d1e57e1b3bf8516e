package tokenizer

import (
	"fmt"
	"slices"
)

// described is what every tokenizer has, whichever library does its work.
type described struct {
	id        string
	hash      string
	flags     []uint8 // by id
	maxLength int
	chat      func() (*chat, error) // parsed on first use; nil = no template
}

func (d *described) ID() string     { return d.id }
func (d *described) Hash() string   { return d.hash }
func (d *described) VocabSize() int { return len(d.flags) }

func (d *described) Special(id uint32) bool {
	return int(id) < len(d.flags) && d.flags[id]&isAdded != 0
}

// ModelMaxLength is the config's model_max_length, tokens; 0 = not said.
func (d *described) ModelMaxLength() int { return d.maxLength }

func (d *described) Chat(messages []Message) (string, error) {
	return d.chatWith(messages, nil)
}

func (d *described) chatWith(messages []Message, args map[string]any) (string, error) {
	if d.chat == nil {
		return "", ErrNoTemplate
	}
	c, err := d.chat()
	if err == nil && len(args) > 0 {
		c, err = c.with(args)
	}
	if err != nil {
		return "", err
	}
	return c.render(messages)
}

// WithTemplateArgs is t with arguments for its chat template, as a request's
// chat_template_kwargs has them (enable_thinking: false).
func WithTemplateArgs(t Tokenizer, args map[string]any) Tokenizer {
	if s, ok := t.(*server); ok && len(args) > 0 {
		return s.withTemplateArgs(args)
	}
	with, ok := t.(chatWither)
	if !ok || len(args) == 0 {
		return t
	}
	return argued{t, with, args}
}

type chatWither interface {
	chatWith(messages []Message, args map[string]any) (string, error)
}

// argued is a tokenizer with arguments for its chat template.
type argued struct {
	Tokenizer
	with chatWither
	args map[string]any
}

func (a argued) Chat(messages []Message) (string, error) { return a.with.chatWith(messages, a.args) }

// newNative makes the tokenizer of a file and its config.
func newNative(f *file, c *config, d described) (*native, error) {
	t := &native{described: d}
	var err error
	if t.normalize, err = normalizers(f.Normalizer); err != nil {
		return nil, err
	}
	var bytes bool
	if t.stages, bytes, err = stages(f.PreTokenizer); err != nil {
		return nil, err
	}
	if f.PreTokenizer.usesFirst() && f.Normalizer.trims() {
		return nil, unsupported("pre_tokenizer", "Metaspace with prepend_scheme first after a normalizer that takes characters away")
	}
	if t.before, t.after, err = postProcess(f.PostProcessor); err != nil {
		return nil, err
	}
	tokens, ids, err := t.addTokens(f)
	if err != nil {
		return nil, err
	}
	if before, after, ok, err := c.around(func(s string) (uint32, bool) { id, ok := ids(s); return id, ok }); err != nil {
		return nil, err
	} else if ok {
		t.before, t.after = before, after
	}
	if t.detokenize, err = newDecoder(f.Decoder, tokens, t.flags); err != nil {
		return nil, err
	}
	t.model, err = f.Model.open(bytes)
	return t, err
}

// open makes the model; bytes says that the pre-tokenizer is ByteLevel.
func (m *modelPart) open(bytes bool) (model, error) {
	switch {
	case m.Type == "BPE":
		return newBPE(m, bytes)
	case bytes:
		return nil, unsupported("pre_tokenizer", "ByteLevel before a "+m.Type)
	case m.Type == "WordPiece":
		return newWordPiece(m)
	case m.Type == "WordLevel":
		return newWordLevel(m)
	}
	return newUnigram(m)
}

// addTokens makes the added tokens findable and returns all tokens by id.
func (t *native) addTokens(f *file) (tokens []string, ids func(string) (uint32, bool), err error) {
	m := &f.Model
	tokens = slices.Clone(m.tokens)
	t.flags = make([]uint8, len(tokens))
	for _, id := range m.ids {
		t.flags[id] |= exists
	}
	byText := map[string]uint32{}
	for _, a := range f.AddedTokens {
		if a.ID >= maxVocab {
			return nil, nil, fmt.Errorf("added token %q has id %d, want less than %d", a.Content, a.ID, maxVocab)
		}
		if id, ok := m.ids[a.Content]; ok {
			a.ID = id // as in the Rust library, the vocabulary's id wins
		}
		for len(tokens) <= int(a.ID) {
			tokens, t.flags = append(tokens, ""), append(t.flags, 0)
		}
		tokens[a.ID] = a.Content
		t.flags[a.ID] |= isAdded | exists
		if a.IsSpecial {
			t.flags[a.ID] |= isSpecial
		}
		byText[a.Content] = a.ID
		if !a.Normalized {
			t.raw.add(a, a.Content)
			continue
		}
		pattern := a.Content
		for _, n := range t.normalize {
			pattern = n(pattern)
		}
		t.late.add(a, pattern)
	}
	return tokens, func(s string) (uint32, bool) {
		if id, ok := byText[s]; ok {
			return id, true
		}
		id, ok := m.ids[s]
		return id, ok
	}, nil
}

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

// newBPE makes the tokenizer of a file and its config.
func newBPE(f *file, c *config, d described) (*bpe, error) {
	t := &bpe{described: d}
	m := &f.Model
	var err error
	if t.normalize, err = normalizers(f.Normalizer); err != nil {
		return nil, err
	}
	if t.stages, t.bytes, err = stages(f.PreTokenizer); err != nil {
		return nil, err
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
	t.pairs = newPairTable(len(m.merges))
	for rank, p := range m.merges {
		t.pairs.put(p.left, p.right, uint32(rank), p.id)
	}
	if err := t.fillSymbols(m); err != nil {
		return nil, err
	}
	if m.IgnoreMerges {
		t.whole = m.ids
		if t.bytes {
			t.whole = make(map[string]uint32, len(m.ids))
			var word []byte
			for token, id := range m.ids {
				word = appendSpelled(word[:0], token)
				t.whole[string(word)] = id
			}
		}
	}
	return t, nil
}

// addTokens makes the added tokens findable and returns all tokens by id.
func (t *bpe) addTokens(f *file) (tokens []string, ids func(string) (uint32, bool), err error) {
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

func (t *bpe) fillSymbols(m *model) error {
	t.fuseUnk, t.byteFallback, t.unk = m.FuseUnk, m.ByteFallback, noToken
	if m.UnkToken != nil {
		id, ok := m.ids[*m.UnkToken]
		if !ok {
			return fmt.Errorf("tokenizer.json: unk_token %q is not in the vocabulary", *m.UnkToken)
		}
		t.unk = id
	}
	for b := range 256 {
		t.byBytes[b], t.fallback[b] = noToken, noToken
		if id, ok := m.ids[string(byteChars[b])]; ok {
			t.byBytes[b] = id
		}
		if id, ok := m.ids[fmt.Sprintf("<0x%02X>", b)]; ok {
			t.fallback[b] = id
		}
	}
	if !t.bytes {
		t.ids = m.ids
	}
	return nil
}

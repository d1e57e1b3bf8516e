// Package tokenizer turns text into a model's token ids and back. It alone knows
// tokenizer.json and tokenizer libraries.
//
// In: a hub id, a path or builtin:qwen3. Out: a Tokenizer whose ids are those of
// the Hugging Face tokenizers library for the same tokenizer.json. Where there is
// no such file, a server's /tokenize can be one (LoadServer), or a range of ids
// stand for it (IDs).
package tokenizer

import "errors"

// ErrNoTemplate reports a tokenizer without a chat template.
var ErrNoTemplate = errors.New("the tokenizer has no chat template; use the completions endpoint, or put a chat_template.jinja beside its tokenizer.json")

// ErrNotFound reports a tokenizer that is in none of the places looked at.
var ErrNotFound = errors.New("tokenizer not found")

// ErrUnsupported reports a tokenizer.json that the pure-Go reader cannot follow
// exactly: another model than BPE, WordPiece, Unigram and WordLevel, or a part
// that it does not know.
var ErrUnsupported = errors.New("unsupported tokenizer.json")

// A Tokenizer is one model's, safe for concurrent use.
type Tokenizer interface {
	// ID is how results name it: "builtin:qwen3", a hub id, a path, "ids:FROM-TO",
	// "server:URL".
	ID() string
	// Hash is the SHA-256 (hex) of its content; of a server's, of the ids that it
	// gives a fixed text.
	Hash() string
	// AppendIDs appends text's ids to dst. Added tokens in text are recognised, as
	// the Rust library does. special adds what the model's own tokenizer adds to a
	// prompt: BOS, EOS (post-processor, add_bos_token).
	AppendIDs(dst []uint32, text string, special bool) ([]uint32, error)
	// Count is len(AppendIDs(nil, text, special)), without the slice.
	Count(text string, special bool) (int, error)
	// Decode is the text of ids; special tokens are left out if skipSpecial.
	Decode(ids []uint32, skipSpecial bool) string
	// VocabSize is one more than the largest id, added tokens included; 0 = unknown.
	VocabSize() int
	// Special reports whether id is an added token (special or not).
	Special(id uint32) bool
	// Chat renders messages by the model's chat template, with the generation
	// prompt; ErrNoTemplate where it has none, or keeps it to itself (ChatCounter). The server counts
	// AppendIDs(Chat(...), special=false).
	Chat(messages []Message) (string, error)
}

// A Message is one turn of a chat.
type Message struct {
	Role    string // system, user, assistant
	Content string
}

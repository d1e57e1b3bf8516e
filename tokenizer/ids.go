package tokenizer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// idsPrefix begins the spec of an IDs.
const idsPrefix = "ids:"

// ErrNoText reports a tokenizer that knows ids alone.
var ErrNoText = errors.New("knows no text; use prompt_token_ids: true and dataset: random, or name a tokenizer that can be loaded")

// IDs stands for a tokenizer that cannot be had: it knows that the ids from From
// up to To, To left out, are tokens of text, and nothing else. Prompts of random
// ids need no more.
type IDs struct{ From, To uint32 }

// parseIDs reads ids:FROM-TO.
func parseIDs(spec string) (IDs, error) {
	first, last, _ := strings.Cut(strings.TrimPrefix(spec, idsPrefix), "-")
	from, errFrom := strconv.ParseUint(first, 10, 32)
	to, errTo := strconv.ParseUint(last, 10, 32)
	if errFrom != nil || errTo != nil || from >= to || to > maxVocab {
		return IDs{}, fmt.Errorf("tokenizer %s: want ids:FROM-TO with 0 ≤ FROM < TO ≤ %d, TO not among them, as in ids:1000-100000", spec, maxVocab)
	}
	return IDs{uint32(from), uint32(to)}, nil
}

// IDRange is the first id and the one behind the last.
func (t IDs) IDRange() (from, to uint32) { return t.From, t.To }

func (t IDs) ID() string { return fmt.Sprintf("%s%d-%d", idsPrefix, t.From, t.To) }

func (t IDs) Hash() string {
	sum := sha256.Sum256([]byte(t.ID()))
	return hex.EncodeToString(sum[:])
}

func (t IDs) noText() error { return fmt.Errorf("tokenizer %s %w", t.ID(), ErrNoText) }

// AppendIDs is always ErrNoText.
func (t IDs) AppendIDs(dst []uint32, _ string, _ bool) ([]uint32, error) { return dst, t.noText() }

// Count is always ErrNoText.
func (t IDs) Count(string, bool) (int, error) { return 0, t.noText() }

// Decode is always empty.
func (t IDs) Decode([]uint32, bool) string { return "" }

func (t IDs) VocabSize() int { return int(t.To) }

// Special holds for every id outside the range: what it is, is not known.
func (t IDs) Special(id uint32) bool { return id < t.From || id >= t.To }

// Chat is always ErrNoText.
func (t IDs) Chat([]Message) (string, error) { return "", t.noText() }

package tokenizer

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// A charsmap is SentencePiece's normalizer as its model files carry it: a trie
// over bytes, laid out as a double array (Darts), whose values are where in
// texts the replacement of a key begins; it ends at a NUL.
type charsmap struct {
	units []uint32
	texts []byte
}

var errCharsmap = errors.New("reading tokenizer.json: normalizer Precompiled: precompiled_charsmap is damaged; take the file from its source again")

// newCharsmap reads base64 of: size of the trie in bytes, its units, the texts.
func newCharsmap(encoded string) (*charsmap, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) < 4 {
		return nil, errCharsmap
	}
	size := uint64(binary.LittleEndian.Uint32(raw)) / 4
	if raw = raw[4:]; 4*size > uint64(len(raw)) || size == 0 {
		return nil, errCharsmap
	}
	c := &charsmap{units: make([]uint32, size), texts: raw[4*size:]}
	for i := range c.units {
		c.units[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	if !utf8.Valid(c.texts) {
		return nil, errCharsmap
	}
	return c, nil
}

// lookup is the replacement of the shortest key that s begins with.
func (c *charsmap) lookup(s string) (text []byte, ok bool) {
	at := offset(c.units[0])
	for i := 0; i < len(s) && s[i] != 0; i++ {
		at ^= uint32(s[i])
		if int(at) >= len(c.units) || c.units[at]&(1<<31|0xFF) != uint32(s[i]) {
			return nil, false
		}
		unit := c.units[at]
		if at ^= offset(unit); int(at) >= len(c.units) {
			return nil, false
		}
		if unit>>8&1 == 1 { // a key ends here
			start := int(c.units[at] & (1<<31 - 1))
			if start > len(c.texts) {
				return nil, false
			}
			text, _, _ = bytes.Cut(c.texts[start:], []byte{0})
			return text, true
		}
	}
	return nil, false
}

// offset is where a unit's children lie, to be XORed with its own place.
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// normalize replaces grapheme clusters of up to five bytes by the replacement
// of their shortest known prefix, if any, and the characters of all others each
// on its own. (Odd, but so the Rust library does, to agree with SentencePiece.)
func (c *charsmap) normalize(s string) string {
	out := make([]byte, 0, len(s)+len(s)/8)
	for state := -1; len(s) > 0; {
		var cluster string
		if len(s) > 1 && s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf && s[0] != '\r' {
			cluster, s, state = s[:1], s[1:], -1 // of ASCII, only CR LF cluster
		} else {
			cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		}
		if len(cluster) < 6 {
			if text, ok := c.lookup(cluster); ok {
				out = append(out, text...)
				continue
			}
		}
		for i, w := 0, 0; i < len(cluster); i += w {
			_, w = utf8.DecodeRuneInString(cluster[i:])
			if text, ok := c.lookup(cluster[i : i+w]); ok {
				out = append(out, text...)
			} else {
				out = append(out, cluster[i:i+w]...)
			}
		}
	}
	return string(out)
}

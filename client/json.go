package client

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of JSON that is read; deeper is malformed.
const maxDepth = 200

// A cursor walks JSON text (RFC 8259) in place, without allocating. Its methods
// report false where the text is malformed. It accepts what encoding/json
// accepts, up to maxDepth; a fuzz test holds it to that.
type cursor struct {
	b     []byte
	i     int
	depth int
	key   []byte // scratch for keys with escapes
}

func (c *cursor) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// peek is the first byte of the next value; 0 = the text is over.
func (c *cursor) peek() byte {
	c.space()
	if c.i == len(c.b) {
		return 0
	}
	return c.b[c.i]
}

// end reports whether nothing but space is left.
func (c *cursor) end() bool { return c.peek() == 0 && c.i == len(c.b) }

func (c *cursor) byte(b byte) bool {
	if c.peek() != b || c.i == len(c.b) {
		return false
	}
	c.i++
	return true
}

// object calls member at the value of each member; it must consume it.
func (c *cursor) object(member func(key []byte) bool) bool {
	if !c.byte('{') {
		return false
	}
	if c.depth++; c.depth > maxDepth {
		return false
	}
	defer func() { c.depth-- }()
	if c.byte('}') {
		return true
	}
	for {
		key, ok := c.str()
		if !ok || !c.byte(':') {
			return false
		}
		if bytes.IndexByte(key, '\\') >= 0 {
			key = appendString(c.key[:0], key)
			c.key = key
		}
		if !member(key) {
			return false
		}
		if c.byte('}') {
			return true
		}
		if !c.byte(',') {
			return false
		}
	}
}

// array calls element at each element; it must consume it.
func (c *cursor) array(element func() bool) bool {
	if !c.byte('[') {
		return false
	}
	if c.depth++; c.depth > maxDepth {
		return false
	}
	defer func() { c.depth-- }()
	if c.byte(']') {
		return true
	}
	for {
		if !element() {
			return false
		}
		if c.byte(']') {
			return true
		}
		if !c.byte(',') {
			return false
		}
	}
}

// str is a string's text between the quotes, escapes left as they are.
func (c *cursor) str() (raw []byte, ok bool) {
	if !c.byte('"') {
		return nil, false
	}
	start := c.i
	for c.i < len(c.b) {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			return c.b[start : c.i-1], true
		case b == '\\':
			if !c.escape() {
				return nil, false
			}
		case b < ' ':
			return nil, false
		default:
			c.i++
		}
	}
	return nil, false
}

func (c *cursor) escape() bool {
	if c.i+1 >= len(c.b) {
		return false
	}
	switch c.b[c.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.i += 2
		return true
	case 'u':
		if _, ok := hex4(c.b[c.i+2:]); ok {
			c.i += 6
			return true
		}
	}
	return false
}

// number is a number's text.
func (c *cursor) number() (text []byte, ok bool) {
	c.space()
	start := c.i
	c.accept('-')
	if !c.accept('0') && !c.digits() {
		return nil, false
	}
	if c.accept('.') && !c.digits() {
		return nil, false
	}
	if c.accept('e') || c.accept('E') {
		if !c.accept('+') {
			c.accept('-')
		}
		if !c.digits() {
			return nil, false
		}
	}
	return c.b[start:c.i], true
}

func (c *cursor) accept(b byte) bool {
	if c.i < len(c.b) && c.b[c.i] == b {
		c.i++
		return true
	}
	return false
}

func (c *cursor) digits() bool {
	start := c.i
	for c.i < len(c.b) && '0' <= c.b[c.i] && c.b[c.i] <= '9' {
		c.i++
	}
	return c.i > start
}

func (c *cursor) word(w string) bool {
	if len(c.b)-c.i < len(w) || string(c.b[c.i:c.i+len(w)]) != w {
		return false
	}
	c.i += len(w)
	return true
}

// skip passes over a value. filled says that it holds something: not null,
// false, "", [] or {}.
func (c *cursor) skip() (filled, ok bool) {
	switch c.peek() {
	case '{':
		ok = c.object(func([]byte) bool {
			filled = true
			_, ok := c.skip()
			return ok
		})
		return filled, ok
	case '[':
		ok = c.array(func() bool {
			filled = true
			_, ok := c.skip()
			return ok
		})
		return filled, ok
	case '"':
		raw, ok := c.str()
		return len(raw) > 0, ok
	case 't':
		return true, c.word("true")
	case 'f':
		return false, c.word("false")
	case 'n':
		return false, c.word("null")
	}
	_, ok = c.number()
	return true, ok
}

// pass is skip where only well-formedness counts.
func (c *cursor) pass() bool {
	_, ok := c.skip()
	return ok
}

// text is the raw string if the value is one, else nil; filled as skip's.
func (c *cursor) text() (raw []byte, filled, ok bool) {
	if c.peek() == '"' {
		raw, ok = c.str()
		return raw, len(raw) > 0, ok
	}
	filled, ok = c.skip()
	return nil, filled, ok
}

// integer is the value if it is a whole number ≥ 0 below 2^53; set says so.
func (c *cursor) integer() (n int, set, ok bool) {
	if b := c.peek(); b != '-' && (b < '0' || b > '9') {
		return 0, false, c.pass()
	}
	text, ok := c.number()
	if !ok || len(text) > 15 {
		return 0, false, ok
	}
	for _, b := range text {
		if b < '0' || b > '9' {
			return 0, false, true
		}
		n = n*10 + int(b-'0')
	}
	return n, true, true
}

// literal reports whether a JSON string holds the text s as it is, if s is UTF-8.
// It takes eight bytes at once: images come by the MB. In each byte of the words
// below the top bit is set where the byte is what is looked for (Bit Twiddling
// Hacks, "determine if a word has a byte less than n"); a false hit is possible
// only above a true one.
func literal[T string | []byte](s T) bool {
	const each = 0x0101010101010101
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		quote, slash := w^each*'"', w^each*'\\'
		if ((w-each*' ')&^w|(quote-each)&^quote|(slash-each)&^slash)&(each<<7) != 0 {
			return false
		}
	}
	for i := range len(s) {
		if b := s[i]; b < ' ' || b == '"' || b == '\\' {
			return false
		}
	}
	return true
}

// appendString appends the text that a raw JSON string stands for. What is not
// UTF-8, and half a surrogate pair, become U+FFFD, as in encoding/json.
func appendString(dst, raw []byte) []byte {
	for len(raw) > 0 {
		switch b := raw[0]; {
		case b == '\\':
			var n int
			dst, n = appendEscape(dst, raw)
			raw = raw[n:]
		case b < utf8.RuneSelf:
			dst = append(dst, b)
			raw = raw[1:]
		default:
			r, n := utf8.DecodeRune(raw)
			dst = utf8.AppendRune(dst, r)
			raw = raw[n:]
		}
	}
	return dst
}

// appendEscape appends what the escape at raw's front stands for, and says how
// long it is.
func appendEscape(dst, raw []byte) ([]byte, int) {
	switch raw[1] {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		r, _ := hex4(raw[2:])
		if utf16.IsSurrogate(r) {
			if len(raw) > 7 && raw[6] == '\\' && raw[7] == 'u' {
				if low, ok := hex4(raw[8:]); ok {
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						return utf8.AppendRune(dst, pair), 12
					}
				}
			}
			r = utf8.RuneError
		}
		return utf8.AppendRune(dst, r), 6
	}
	return append(dst, raw[1]), 2
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, d := range b[:4] {
		v := hexDigit(d)
		if v < 0 {
			return 0, false
		}
		r = r<<4 | rune(v)
	}
	return r, true
}

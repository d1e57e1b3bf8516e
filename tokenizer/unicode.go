package tokenizer

import (
	"sync"
	"unicode"
)

// A class is a set of character classes, as the regexes of pre-tokenizers name
// them; each character has exactly one bit.
type class uint16

const (
	cNewline  class = 1 << iota // \r and \n
	cSpace                      // the rest of \s (White_Space)
	cUpper                      // Lu, Lt
	cLower                      // Ll
	cCaseless                   // Lm, Lo
	cMark                       // M
	cNumber                     // N
	cPunct                      // P
	cSymbol                     // S
	cOther                      // controls, format characters, unassigned

	cBlank  = cNewline | cSpace
	cLetter = cUpper | cLower | cCaseless
)

// Every letter, number, mark, punctuation and symbol lies below classLimit,
// except the variation selectors U+E0100–U+E01EF.
const classLimit = 0x32400

// classTable is the class of each character below classLimit.
type classTable [classLimit]class

// classes is made on first use: filling it takes about a millisecond.
var classes = sync.OnceValue(func() *classTable {
	t := new(classTable)
	for i := range t {
		t[i] = cOther
	}
	for _, part := range []struct {
		class  class
		tables []*unicode.RangeTable
	}{
		{cUpper, []*unicode.RangeTable{unicode.Lu, unicode.Lt}},
		{cLower, []*unicode.RangeTable{unicode.Ll}},
		{cCaseless, []*unicode.RangeTable{unicode.Lm, unicode.Lo}},
		{cMark, []*unicode.RangeTable{unicode.M}},
		{cNumber, []*unicode.RangeTable{unicode.N}},
		{cPunct, []*unicode.RangeTable{unicode.P}},
		{cSymbol, []*unicode.RangeTable{unicode.S}},
		{cSpace, []*unicode.RangeTable{unicode.White_Space}},
	} {
		for _, table := range part.tables {
			for _, r := range table.R16 {
				t.fill(rune(r.Lo), rune(r.Hi), rune(r.Stride), part.class)
			}
			for _, r := range table.R32 {
				t.fill(rune(r.Lo), rune(r.Hi), rune(r.Stride), part.class)
			}
		}
	}
	for _, r := range unicode16 {
		t.fill(r.lo, r.hi, 1, r.class)
	}
	t['\r'], t['\n'] = cNewline, cNewline
	return t
})

func (t *classTable) fill(lo, hi, stride rune, c class) {
	for r := lo; r <= hi && r < classLimit; r += stride {
		t[r] = c
	}
}

func (t *classTable) of(r rune) class {
	if r < classLimit {
		return t[r]
	}
	if 0xE0100 <= r && r <= 0xE01EF {
		return cMark
	}
	return cOther
}

// newRunes are characters lo to hi, all of a class.
type newRunes struct {
	lo, hi rune
	class  class
}

// unicode16 is what Unicode 15.1 and 16 assigned beyond Go 1.26's Unicode 15.
// The tokenizers library (Oniguruma 6.9.10) knows them; taken by running each
// \p{…} of its regex engine over all code points.
var unicode16 = []newRunes{
	{0x897, 0x897, cMark},
	{0x1b4e, 0x1b4f, cPunct},
	{0x1b7f, 0x1b7f, cPunct},
	{0x1c89, 0x1c89, cUpper},
	{0x1c8a, 0x1c8a, cLower},
	{0x2427, 0x2429, cSymbol},
	{0x2ffc, 0x2fff, cSymbol},
	{0x31e4, 0x31e5, cSymbol},
	{0x31ef, 0x31ef, cSymbol},
	{0xa7cb, 0xa7cc, cUpper},
	{0xa7cd, 0xa7cd, cLower},
	{0xa7da, 0xa7da, cUpper},
	{0xa7db, 0xa7db, cLower},
	{0xa7dc, 0xa7dc, cUpper},
	{0x105c0, 0x105f3, cCaseless},
	{0x10d40, 0x10d49, cNumber},
	{0x10d4a, 0x10d4d, cCaseless},
	{0x10d4e, 0x10d4e, cCaseless},
	{0x10d4f, 0x10d4f, cCaseless},
	{0x10d50, 0x10d65, cUpper},
	{0x10d69, 0x10d6d, cMark},
	{0x10d6e, 0x10d6e, cPunct},
	{0x10d6f, 0x10d6f, cCaseless},
	{0x10d70, 0x10d85, cLower},
	{0x10d8e, 0x10d8f, cSymbol},
	{0x10ec2, 0x10ec4, cCaseless},
	{0x10efc, 0x10efc, cMark},
	{0x11380, 0x11389, cCaseless},
	{0x1138b, 0x1138b, cCaseless},
	{0x1138e, 0x1138e, cCaseless},
	{0x11390, 0x113b5, cCaseless},
	{0x113b7, 0x113b7, cCaseless},
	{0x113b8, 0x113c0, cMark},
	{0x113c2, 0x113c2, cMark},
	{0x113c5, 0x113c5, cMark},
	{0x113c7, 0x113ca, cMark},
	{0x113cc, 0x113d0, cMark},
	{0x113d1, 0x113d1, cCaseless},
	{0x113d2, 0x113d2, cMark},
	{0x113d3, 0x113d3, cCaseless},
	{0x113d4, 0x113d5, cPunct},
	{0x113d7, 0x113d8, cPunct},
	{0x113e1, 0x113e2, cMark},
	{0x116d0, 0x116e3, cNumber},
	{0x11bc0, 0x11be0, cCaseless},
	{0x11be1, 0x11be1, cPunct},
	{0x11bf0, 0x11bf9, cNumber},
	{0x11f5a, 0x11f5a, cMark},
	{0x13460, 0x143fa, cCaseless},
	{0x16100, 0x1611d, cCaseless},
	{0x1611e, 0x1612f, cMark},
	{0x16130, 0x16139, cNumber},
	{0x16d40, 0x16d42, cCaseless},
	{0x16d43, 0x16d6a, cCaseless},
	{0x16d6b, 0x16d6c, cCaseless},
	{0x16d6d, 0x16d6f, cPunct},
	{0x16d70, 0x16d79, cNumber},
	{0x18cff, 0x18cff, cCaseless},
	{0x1cc00, 0x1ccef, cSymbol},
	{0x1ccf0, 0x1ccf9, cNumber},
	{0x1cd00, 0x1ceb3, cSymbol},
	{0x1e5d0, 0x1e5ed, cCaseless},
	{0x1e5ee, 0x1e5ef, cMark},
	{0x1e5f0, 0x1e5f0, cCaseless},
	{0x1e5f1, 0x1e5fa, cNumber},
	{0x1e5ff, 0x1e5ff, cPunct},
	{0x1f8b2, 0x1f8bb, cSymbol},
	{0x1f8c0, 0x1f8c1, cSymbol},
	{0x1fa89, 0x1fa89, cSymbol},
	{0x1fa8f, 0x1fa8f, cSymbol},
	{0x1fabe, 0x1fabe, cSymbol},
	{0x1fac6, 0x1fac6, cSymbol},
	{0x1fadc, 0x1fadc, cSymbol},
	{0x1fadf, 0x1fadf, cSymbol},
	{0x1fae9, 0x1fae9, cSymbol},
	{0x1fbcb, 0x1fbef, cSymbol},
	{0x2ebf0, 0x2ee5d, cCaseless},
}

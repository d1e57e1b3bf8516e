package tokenizer

import (
	"math/bits"
)

// noToken marks a byte or character that the vocabulary does not have.
const noToken = ^uint32(0)

// A pairTable maps two neighbouring tokens to their merge, by open addressing:
// an entry is a quarter of a cache line, and a lookup mostly touches one.
type pairTable struct {
	entries []pairEntry
	shift   uint8
}

type pairEntry struct {
	left, right uint32
	rank, id    uint32 // merges are made in order of rank, and give id
}

// newPairTable has room for n pairs at half its size or less.
func newPairTable(n int) pairTable {
	size := max(bits.Len(uint(2*n)), 4)
	t := pairTable{entries: make([]pairEntry, 1<<size), shift: uint8(64 - size)}
	for i := range t.entries {
		t.entries[i].left = noToken
	}
	return t
}

func (t *pairTable) slot(left, right uint32) *pairEntry {
	h := (uint64(left)<<32 | uint64(right)) * 0x9E3779B97F4A7C15
	i := (h ^ h>>29) * 0xBF58476D1CE4E5B9 >> t.shift
	for {
		e := &t.entries[i]
		if e.left == noToken || e.left == left && e.right == right {
			return e
		}
		i = (i + 1) & uint64(len(t.entries)-1)
	}
}

// put adds a merge; of two for the same pair the later counts.
func (t *pairTable) put(left, right, rank, id uint32) {
	*t.slot(left, right) = pairEntry{left, right, rank, id}
}

// rank is noToken where the pair does not merge.
func (t *pairTable) rank(left, right uint32) uint32 {
	if e := t.slot(left, right); e.left != noToken {
		return e.rank
	}
	return noToken
}

func (t *pairTable) id(left, right uint32) uint32 { return t.slot(left, right).id }

// linearLimit is how many symbols are merged by looking through all of them;
// above it a heap is faster.
const linearLimit = 64

// A merger is the scratch space of merges.
type merger struct {
	ranks      []uint32 // of the pair that begins at each symbol
	prev, next []int32
	heap       []uint64 // rank<<32 | symbol
}

// merge joins neighbours, lowest rank first and leftmost among equals, until
// none merges; it works in symbols and returns what is left of it.
func (m *merger) merge(t *pairTable, symbols []uint32) []uint32 {
	if len(symbols) > linearLimit {
		return m.mergeLong(t, symbols)
	}
	ranks := m.ranks[:0]
	for i := 0; i+1 < len(symbols); i++ {
		ranks = append(ranks, t.rank(symbols[i], symbols[i+1]))
	}
	m.ranks = ranks
	for {
		best, at := noToken, -1
		for i, r := range ranks {
			if r < best {
				best, at = r, i
			}
		}
		if at < 0 {
			return symbols
		}
		symbols[at] = t.id(symbols[at], symbols[at+1])
		symbols = append(symbols[:at+1], symbols[at+2:]...)
		ranks = append(ranks[:at], ranks[at+1:]...)
		if at > 0 {
			ranks[at-1] = t.rank(symbols[at-1], symbols[at])
		}
		if at < len(ranks) {
			ranks[at] = t.rank(symbols[at], symbols[at+1])
		}
	}
}

// mergeLong is merge with a heap, for words of any length: SentencePiece-style
// tokenizers merge whole texts.
func (m *merger) mergeLong(t *pairTable, symbols []uint32) []uint32 {
	n := len(symbols)
	m.ranks, m.prev, m.next, m.heap = m.ranks[:0], m.prev[:0], m.next[:0], m.heap[:0]
	for i := range n {
		m.prev = append(m.prev, int32(i-1))
		m.next = append(m.next, int32(i+1))
		rank := noToken
		if i+1 < n {
			rank = t.rank(symbols[i], symbols[i+1])
		}
		m.ranks = append(m.ranks, rank)
		if rank != noToken {
			m.push(uint64(rank)<<32 | uint64(i))
		}
	}
	for len(m.heap) > 0 {
		top := m.pop()
		i := int32(uint32(top))
		if m.ranks[i] != uint32(top>>32) {
			continue // the pair has changed since
		}
		gone := m.next[i]
		symbols[i] = t.id(symbols[i], symbols[gone])
		m.ranks[gone] = noToken
		m.next[i] = m.next[gone]
		if m.next[i] < int32(n) {
			m.prev[m.next[i]] = i
		}
		m.repair(t, symbols, i)
		if m.prev[i] >= 0 {
			m.repair(t, symbols, m.prev[i])
		}
	}
	kept := 0
	for i := int32(0); i < int32(n); i = m.next[i] {
		symbols[kept] = symbols[i]
		kept++
	}
	return symbols[:kept]
}

// repair finds the rank of the pair that begins at symbol i anew.
func (m *merger) repair(t *pairTable, symbols []uint32, i int32) {
	rank := noToken
	if j := m.next[i]; int(j) < len(symbols) {
		rank = t.rank(symbols[i], symbols[j])
	}
	m.ranks[i] = rank
	if rank != noToken {
		m.push(uint64(rank)<<32 | uint64(i))
	}
}

func (m *merger) push(x uint64) {
	h := append(m.heap, x)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up] <= x {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
	m.heap = h
}

func (m *merger) pop() uint64 {
	h := m.heap
	top, x := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	for i := 0; len(h) > 0; {
		down := 2*i + 1
		if down+1 < len(h) && h[down+1] < h[down] {
			down++
		}
		if down >= len(h) || x <= h[down] {
			h[i] = x
			break
		}
		h[i] = h[down]
		i = down
	}
	m.heap = h
	return top
}

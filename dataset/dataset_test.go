package dataset

import (
	"hash/fnv"
	"strings"
	"testing"
)

// The key of a prompt is hash/fnv's; requests that differ in anything the server
// reads have different keys.
func TestKey(t *testing.T) {
	for _, text := range []string{"", "a", "hello", strings.Repeat("é€", 500)} {
		h := fnv.New64a()
		h.Write([]byte(text))
		if got := (&Request{Prompt: text}).Key(); got != h.Sum64() {
			t.Errorf("key of %d bytes = %x, want hash/fnv's %x", len(text), got, h.Sum64())
		}
	}
	different := []Request{
		{Prompt: "ab"},
		{PromptIDs: []uint32{1, 2}},
		{PromptIDs: []uint32{2, 1}},
		{PromptIDs: []uint32{1 << 16, 2}},
		{Messages: []Message{{Role: "user", Content: "ab"}}},
		{Messages: []Message{{Role: "user", Content: "a"}, {Role: "assistant", Content: "b"}}},
		{Messages: []Message{{Role: "system", Content: "ab"}}},
		{Prompt: "ab", Images: []string{"data:,x"}},
	}
	seen := map[uint64]int{}
	for i, r := range different {
		if j, ok := seen[r.Key()]; ok {
			t.Errorf("%+v and %+v have one key", r, different[j])
		}
		seen[r.Key()] = i
	}
}

// Reranking parts each prompt at a space after its first eighth into a query and a
// document; a probe without one would be no whole question.
func TestProbesCanBeParted(t *testing.T) {
	for _, p := range probes {
		if !strings.Contains(p[len(p)/8+1:], " ") {
			t.Errorf("%q has no space to be parted at", p)
		}
	}
}

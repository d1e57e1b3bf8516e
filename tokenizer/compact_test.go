package tokenizer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.String("update", "", "make the compact tokenizers anew from the tokenizer.json.gz in `folder`/NAME")

// compactFolder is where a tokenizer's compact form is stored.
func compactFolder(name string) string {
	if name == "qwen3" {
		return filepath.Join("builtin", name)
	}
	return filepath.Join(testTokenizers, name)
}

// The compact forms hold what the published tokenizer.json held: the SHA-256 of
// the whole content, written in one way, was taken from the originals.
func TestCompactHoldsTheOriginal(t *testing.T) {
	for name, want := range map[string]string{
		"qwen3":       "96f135a160a20691547fcf033c85dae296ae52937530f3f9cd6c4347d80c6859",
		"deepseek_v3": "5689713e09270c49a09362bf8febd235c554b5b8d44d6d972efc5705997587e0",
		"gptoss":      "7800a5fc0eb33cb1f1bdaa271cffdce34335bbaeefa027d2db4ac28af5721273",
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "qwen3" {
				t.Skip("short: the others take seconds under the race detector")
			}
			t.Parallel()
			path := filepath.Join(compactFolder(name), "tokenizer.compact.gz")
			if *update != "" {
				original, err := readGunzip(filepath.Join(*update, name, "tokenizer.json.gz"))
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%s: canonical SHA-256 of the original: %s", name, canonical(t, original))
				writeCompact(t, path, original)
			}
			if got := canonical(t, expand(t, path)); got != want {
				t.Errorf("expanded: SHA-256 %s, want %s", got, want)
			}
		})
	}
}

// writeCompact writes the compact form of a tokenizer.json, gzipped, to path.
func writeCompact(t *testing.T, path string, original []byte) {
	t.Helper()
	f, err := parseFile(original)
	if err != nil {
		t.Fatal(err)
	}
	var top, inner map[string]json.RawMessage
	if err := json.Unmarshal(original, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["model"], &inner); err != nil {
		t.Fatal(err)
	}
	delete(inner, "vocab")
	delete(inner, "merges")
	top["model"] = marshal(t, inner)
	text, err := appendCompact(nil, f, marshal(t, top))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// appendCompact appends the compact form of f, whose skeleton is given.
func appendCompact(dst []byte, f *file, skeleton []byte) ([]byte, error) {
	m := &f.Model
	dst = append(dst, compactMagic...)
	dst = append(binary.AppendUvarint(dst, uint64(len(skeleton))), skeleton...)
	dst = binary.AppendUvarint(dst, uint64(len(m.tokens)))
	for id, token := range m.tokens {
		if at, ok := m.ids[token]; !ok || int(at) != id {
			return nil, fmt.Errorf("id %d has no token of its own, so this vocabulary has no compact form", id)
		}
		dst = binary.AppendUvarint(dst, uint64(len(token)))
	}
	for _, token := range m.tokens {
		dst = append(dst, token...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(m.merges)))
	last := int64(0)
	for _, p := range m.merges {
		dst = binary.AppendVarint(dst, int64(p.id)-last)
		last = int64(p.id)
	}
	for _, p := range m.merges {
		dst = binary.AppendUvarint(dst, uint64(len(m.tokens[p.left])))
	}
	return dst, nil
}

// expand is the tokenizer.json of a compact form.
func expand(t testing.TB, path string) []byte {
	t.Helper()
	text, err := readGunzip(path)
	if err != nil {
		t.Fatal(err)
	}
	f, skeleton, err := parseCompact(text)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := f.text(skeleton)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// canonical is the SHA-256 of a tokenizer.json with its keys sorted, no blanks,
// and its merges as pairs. It shares no code with the reader.
func canonical(t testing.TB, text []byte) string {
	t.Helper()
	var top map[string]any
	if err := json.Unmarshal(text, &top); err != nil {
		t.Fatal(err)
	}
	merges := top["model"].(map[string]any)["merges"].([]any)
	for i, m := range merges {
		if joined, ok := m.(string); ok {
			left, right, _ := strings.Cut(joined, " ")
			merges[i] = []any{left, right}
		}
	}
	sum := sha256.Sum256(marshal(t, top))
	return hex.EncodeToString(sum[:])
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A damaged compact file is an error, never a crash or another tokenizer.
func TestCompactDamaged(t *testing.T) {
	text := []byte(compactMagic)
	if _, _, err := parseCompact(text); err == nil {
		t.Error("the magic alone was taken for a tokenizer")
	}
	whole, err := readGunzip(filepath.Join(compactFolder("qwen3"), "tokenizer.compact.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 5, len(compactMagic) + 1, 4000, len(whole) / 2, len(whole) - 1} {
		if _, _, err := parseCompact(whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes were taken for a tokenizer", n, len(whole))
		}
	}
}

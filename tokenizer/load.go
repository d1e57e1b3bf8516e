package tokenizer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// LoadOptions is what Load depends on beside its argument; the zero value reads
// no environment and uses the real clock.
type LoadOptions struct {
	Getenv func(string) string // HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HOME; nil = all empty
	Now    func() time.Time    // for chat templates that write the date; nil = time.Now
}

// Load finds the tokenizer that spec names, in this order: builtin:qwen3;
// ids:FROM-TO (IDs); a path (what begins with / or . is one, and must exist) to a
// tokenizer.json, gzipped or not, or to a folder with one; a hub id in the local
// hub cache. Nothing is downloaded. A spec that is nowhere gives ErrNotFound, and
// so does Server, which LoadServer makes; a tokenizer of a kind that this build
// cannot follow gives ErrUnsupported.
func Load(spec string, opts LoadOptions) (Tokenizer, error) {
	if strings.HasPrefix(spec, idsPrefix) {
		return parseIDs(spec)
	}
	s, err := find(spec, opts)
	if err != nil {
		return nil, err
	}
	t, err := s.open(opts)
	if err == nil {
		return t, nil
	}
	if errors.Is(err, ErrUnsupported) {
		return s.openOther(opts, err)
	}
	return nil, fmt.Errorf("tokenizer %s: %w", spec, err)
}

// A source is a tokenizer's files, read.
type source struct {
	id      string
	json    []byte // tokenizer.json, or its compact form
	config  []byte // tokenizer_config.json; may be empty
	jinja   []byte // chat_template.jinja; may be empty
	compact bool
}

// open makes the Go reader's tokenizer of s.
func (s *source) open(opts LoadOptions) (*native, error) {
	var f *file
	var err error
	if s.compact {
		f, _, err = parseCompact(s.json)
	} else {
		f, err = parseFile(s.json)
	}
	if err != nil {
		return nil, err
	}
	d, c, err := s.describe(opts)
	if err != nil {
		return nil, err
	}
	return newNative(f, c, d)
}

// describe reads all but the tokenizer itself.
func (s *source) describe(opts LoadOptions) (described, *config, error) {
	c, err := parseConfig(s.config)
	if err != nil {
		return described{}, nil, err
	}
	d := described{id: s.id, hash: s.hash(), maxLength: c.maxLength()}
	template, err := c.template(string(s.jinja))
	if err != nil || template == "" {
		return d, c, err
	}
	now := opts.Now
	if now == nil {
		now = time.Now
	}
	d.chat = sync.OnceValues(func() (*chat, error) { return newChat(template, c, now) })
	return d, c, nil
}

// hash is over the three files, each led by its length.
func (s *source) hash() string {
	h := sha256.New()
	for _, part := range [][]byte{s.json, s.config, s.jinja} {
		fmt.Fprintf(h, "%d\n", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func find(spec string, opts LoadOptions) (*source, error) {
	switch {
	case spec == "":
		return nil, fmt.Errorf("%w: none is named; give a path, a hub id or builtin:qwen3", ErrNotFound)
	case spec == Server:
		return nil, fmt.Errorf("%w: %s is the server's own /tokenize, which a sweep asks at its base_url; elsewhere give a path, a hub id or builtin:qwen3", ErrNotFound, spec)
	case strings.HasPrefix(spec, "builtin:"):
		return builtin(spec)
	case strings.HasPrefix(spec, "/") || strings.HasPrefix(spec, "."):
		return readPath(spec, spec)
	}
	return findInHub(spec, opts)
}

// readPath reads the tokenizer at path: a file, or a folder with one.
func readPath(id, path string) (*source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; give another path, a hub id or builtin:qwen3", ErrNotFound, err)
	}
	s := &source{id: id}
	folder := path
	if info.IsDir() {
		for _, name := range []string{"tokenizer.json", "tokenizer.compact"} {
			if s.json, err = readEither(filepath.Join(path, name)); err == nil || !errors.Is(err, fs.ErrNotExist) {
				break
			}
		}
	} else {
		folder = filepath.Dir(path)
		s.json, err = readGunzip(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: folder %s has no tokenizer.json and no tokenizer.json.gz; give another path, builtin:qwen3, or let the server count", ErrNotFound, path)
	}
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	s.compact = strings.HasPrefix(string(s.json[:min(len(s.json), len(compactMagic))]), compactMagic)
	for _, beside := range []struct {
		name string
		into *[]byte
	}{{"tokenizer_config.json", &s.config}, {"chat_template.jinja", &s.jinja}} {
		*beside.into, err = readEither(filepath.Join(folder, beside.name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("tokenizer %s: %w", path, err)
		}
	}
	return s, nil
}

// readEither reads path, or path.gz.
func readEither(path string) ([]byte, error) {
	text, err := readGunzip(path)
	if errors.Is(err, fs.ErrNotExist) {
		return readGunzip(path + ".gz")
	}
	return text, err
}

func readGunzip(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if text, err = gunzip(text); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return text, nil
}

// otherTokenizers is the next step for who has no tokenizer.
const otherTokenizers = "give a path that begins with / or ., builtin:qwen3, or let the server count"

// findInHub looks for a hub id in the local hub cache.
func findInHub(id string, opts LoadOptions) (*source, error) {
	org, name, ok := strings.Cut(id, "/")
	if !ok || org == "" || name == "" || strings.ContainsAny(name, `/\`) || strings.Contains(id, "..") {
		return nil, fmt.Errorf("%w: %s is no hub id, which is org/name; %s", ErrNotFound, id, otherTokenizers)
	}
	var looked []string
	for _, hub := range hubFolders(opts) {
		model := filepath.Join(hub, "models--"+org+"--"+name)
		if folder, ok := snapshot(model); ok {
			return readPath(id, folder)
		}
		looked = append(looked, model)
	}
	return nil, fmt.Errorf("%w: %s is not in the local hub cache (looked at: %s); %s", ErrNotFound, id, cmp.Or(strings.Join(looked, ", "), "no folder, for HOME is not set"), otherTokenizers)
}

// hubFolders are the places of the hub cache, as huggingface_hub has them.
func hubFolders(opts LoadOptions) []string {
	if opts.Getenv == nil {
		return nil
	}
	if hub := opts.Getenv("HF_HUB_CACHE"); hub != "" {
		return []string{hub}
	}
	if home := opts.Getenv("HF_HOME"); home != "" {
		return []string{filepath.Join(home, "hub")}
	}
	if cache := opts.Getenv("XDG_CACHE_HOME"); cache != "" {
		return []string{filepath.Join(cache, "huggingface", "hub")}
	}
	if home := opts.Getenv("HOME"); home != "" {
		return []string{filepath.Join(home, ".cache", "huggingface", "hub")}
	}
	return nil
}

// snapshot is the folder of a cached model's main revision, or of the newest
// one that has a tokenizer.
func snapshot(model string) (string, bool) {
	has := func(folder string) bool {
		for _, name := range []string{"tokenizer.json", "tokenizer.json.gz"} {
			if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
				return true
			}
		}
		return false
	}
	if revision, err := os.ReadFile(filepath.Join(model, "refs", "main")); err == nil {
		folder := filepath.Join(model, "snapshots", filepath.Base(strings.TrimSpace(string(revision))))
		if has(folder) {
			return folder, true
		}
	}
	newest, found := "", time.Time{}
	entries, _ := os.ReadDir(filepath.Join(model, "snapshots")) // a missing folder has no snapshots
	for _, e := range entries {
		folder := filepath.Join(model, "snapshots", e.Name())
		if info, err := e.Info(); err == nil && has(folder) && (newest == "" || info.ModTime().After(found)) {
			newest, found = folder, info.ModTime()
		}
	}
	return newest, newest != ""
}

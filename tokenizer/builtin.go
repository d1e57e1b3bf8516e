package tokenizer

import (
	"embed"
	"fmt"
)

// builtinFiles holds Qwen3's tokenizer (Apache-2.0, see NOTICE beside it) in
// the compact form, and its config, whose chat template it needs.
//
//go:embed builtin/qwen3
var builtinFiles embed.FS

func builtin(spec string) (*source, error) {
	if spec != "builtin:qwen3" {
		return nil, fmt.Errorf("%w: %s; the only one built in is builtin:qwen3", ErrNotFound, spec)
	}
	s := &source{id: spec, compact: true}
	for _, f := range []struct {
		name string
		into *[]byte
	}{{"tokenizer.compact.gz", &s.json}, {"tokenizer_config.json", &s.config}} {
		text, err := builtinFiles.ReadFile("builtin/qwen3/" + f.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec, err)
		}
		if *f.into, err = gunzip(text); err != nil {
			return nil, fmt.Errorf("%s: %w", spec, err)
		}
	}
	return s, nil
}

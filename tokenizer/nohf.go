//go:build !(hf && cgo)

package tokenizer

import "fmt"

// openOther would open what the Go reader refuses: this build has no other.
func (s *source) openOther(_ LoadOptions, refused error) (Tokenizer, error) {
	return nil, fmt.Errorf("tokenizer %s: %w", s.id, refused)
}

//go:build hf && cgo

package deps

import _ "github.com/daulet/tokenizers"

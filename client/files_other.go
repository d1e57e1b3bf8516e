//go:build !unix

package client

import "math"

// RaiseFileLimit has nothing to raise here.
func RaiseFileLimit() (uint64, error) { return math.MaxUint64, nil }

package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// CaseSeed derives the seed of one attempt at a case from the run's seed: the
// first eight bytes (big endian) of SHA-256 over the seed and the attempt, eight
// bytes each, and the case's name. A case measured alone has the same prompts
// and arrivals as in the whole sweep; a second attempt has others, so that a
// prefix cache filled by the first does not answer it.
func CaseSeed(seed uint64, name string, attempt int) uint64 {
	b := binary.BigEndian.AppendUint64(nil, seed)
	b = binary.BigEndian.AppendUint64(b, uint64(attempt))
	h := sha256.Sum256(append(b, name...))
	return binary.BigEndian.Uint64(h[:8])
}

// promptRand is the generator of one prompt: it depends on nothing but the
// case's seed and the prompt's index, so that prompts made in parallel are the
// same on any number of cores.
func promptRand(seed, index uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, index))
}

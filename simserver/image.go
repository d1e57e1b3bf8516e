package simserver

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	_ "image/jpeg" // the formats that a data URL may have
	_ "image/png"
	"strings"
)

// patch is the side, in pixels, of the square that one token of an image stands
// for: 14-pixel patches merged two by two, as Qwen2-VL's preprocessor does
// (https://arxiv.org/abs/2409.12191, section 2.1).
const patch = 28

// appendImage appends the tokens of an image to ids: one a patch, all of one id
// below vocab that depends on the image. url is a base64 data URL.
func appendImage(ids []uint32, url string, vocab int) ([]uint32, error) {
	kind, data, ok := strings.Cut(url, ";base64,")
	if !ok || !strings.HasPrefix(kind, "data:image/") {
		return nil, fmt.Errorf("want a data:image/…;base64, URL")
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, err
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	h := fnv.New32a()
	h.Write(raw)
	id := h.Sum32() % uint32(vocab)
	for range (c.Width + patch - 1) / patch * ((c.Height + patch - 1) / patch) {
		ids = append(ids, id)
	}
	return ids, nil
}

package dataset

import (
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
)

// The formats of images, as in image/png and image/jpeg media types.
const (
	formatPNG  = "png"
	formatJPEG = "jpeg"
)

// blockSide of an image's blocks of one colour, in pixels. Noise by the pixel is
// nothing like a picture and slow to compress: at 512×512 a PNG of it takes
// 769 KiB and 33 ms, one of blocks of 8×8 22 KiB and 5 ms.
const blockSide = 8

// MaxImageSide is the largest width and height of an image, in pixels: 8192×8192
// are 256 MiB in memory while it is made.
const MaxImageSide = 8192

// check faults images that cannot be made.
func (im *ImageSpec) check() error {
	if im.Count < 1 {
		return fmt.Errorf("random_mm: dataset.images.count %d: want at least 1", im.Count)
	}
	if len(im.Sizes) == 0 {
		return errors.New("random_mm: dataset.images.sizes is empty: want at least one [width, height] in pixels")
	}
	for i, s := range im.Sizes {
		if s[0] < 1 || s[1] < 1 || max(s[0], s[1]) > MaxImageSide {
			return fmt.Errorf("random_mm: dataset.images.sizes[%d] [%d, %d]: want width and height from 1 to %d pixels", i, s[0], s[1], MaxImageSide)
		}
	}
	if im.Format != formatPNG && im.Format != formatJPEG {
		return fmt.Errorf("random_mm: dataset.images.format %q: want %s or %s", im.Format, formatPNG, formatJPEG)
	}
	return nil
}

// draw draws an image of one of the sizes.
func (im *ImageSpec) draw(rng *rand.Rand) *image.RGBA {
	size := im.Sizes[rng.IntN(len(im.Sizes))]
	return drawBlocks(rng, size[0], size[1])
}

// drawBlocks draws an opaque image of blocks, each of one random colour.
func drawBlocks(rng *rand.Rand, width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	row := func(y int) []byte { return m.Pix[y*m.Stride:][:4*width] }
	for y := range height {
		if y%blockSide != 0 {
			copy(row(y), row(y-1))
			continue
		}
		pixels := row(y)
		for x := 0; x < width; x += blockSide {
			colour := rng.Uint32()
			for i := 4 * x; i < 4*min(width, x+blockSide); i += 4 {
				pixels[i], pixels[i+1], pixels[i+2], pixels[i+3] = byte(colour), byte(colour>>8), byte(colour>>16), 0xff
			}
		}
	}
	return m
}

// An imageEncoder writes images as data URLs. It is safe for concurrent use, and
// keeps the tables of PNG's between images.
type imageEncoder struct {
	mediaType string
	encode    func(w io.Writer, m image.Image) error
}

func newImageEncoder(format string) *imageEncoder {
	if format == formatJPEG {
		return &imageEncoder{"image/jpeg", func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }}
	}
	e := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: new(pngBuffers)}
	return &imageEncoder{"image/png", e.Encode}
}

// dataURL is data:image/png;base64,… (RFC 2397).
func (e *imageEncoder) dataURL(m image.Image) (string, error) {
	var b strings.Builder
	b.WriteString("data:" + e.mediaType + ";base64,")
	w := base64.NewEncoder(base64.StdEncoding, &b)
	if err := e.encode(w, m); err != nil {
		return "", fmt.Errorf("encoding an image of %v pixels as %s: %w", m.Bounds().Size(), e.mediaType, err)
	}
	err := w.Close() // a strings.Builder takes everything
	return b.String(), err
}

// pngBuffers is a pool of what encoding a PNG needs, 1 MB each.
type pngBuffers struct{ pool sync.Pool }

func (p *pngBuffers) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *pngBuffers) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var twoSizes = ImageSpec{Count: 2, Sizes: [][2]int{{64, 48}, {20, 9}}, Format: "png"}

// decodeURL decodes a data URL by the standard library, by the type it names.
func decodeURL(t testing.TB, url string) (m image.Image, format string) {
	t.Helper()
	head, body, ok := strings.Cut(url, ";base64,")
	if !ok {
		t.Fatalf("%.60q is no data URL", url)
	}
	b, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		t.Fatal(err)
	}
	m, format, err = image.Decode(bytes.NewReader(b))
	if err != nil || head != "data:image/"+format {
		t.Fatalf("%s holds a %s: %v", head, format, err)
	}
	return m, format
}

func images(all []Request) (urls []string) {
	for _, r := range all {
		urls = append(urls, r.Images...)
	}
	return urls
}

func TestRandomMM(t *testing.T) {
	tok := fake{letters: 26, merge: 3}
	for asked, format := range map[string]string{"png": "png", "jpeg": "jpeg", "": "png"} {
		spec := Spec{Type: TypeRandomMM, Images: twoSizes}
		spec.Images.Format = asked
		all := preparedCase(t, spec, fitter(t, tok, true), Case{InputLen: 12, OutputLen: 5, Requests: 40, Warmups: 10, Seed: 3})
		sizes := map[image.Point]int{}
		for _, r := range all {
			if got := sentTokens(t, tok, r.Prompt, true); got != 12 || r.PromptTokens != 12 || r.InputLen != 0 || r.MaxTokens != 5 || len(r.Images) != 2 {
				t.Errorf("%d tokens of text, said %d and %d, %d out, %d images; want 12, 12, 0, 5, 2", got, r.PromptTokens, r.InputLen, r.MaxTokens, len(r.Images))
			}
			for _, url := range r.Images {
				m, got := decodeURL(t, url)
				if got != format {
					t.Errorf("format %q gave %s", asked, got)
				}
				sizes[m.Bounds().Size()]++
			}
		}
		// 100 draws of two: 50 ± 5 standard deviations of 5.
		if a, b := sizes[image.Pt(64, 48)], sizes[image.Pt(20, 9)]; a+b != 100 || a < 25 || b < 25 {
			t.Errorf("sizes %v, want about half of 100 each", sizes)
		}
		urls := images(all)
		slices.Sort(urls)
		if n := len(slices.Compact(urls)); n != 100 {
			t.Errorf("%d of 100 images differ", n)
		}
	}
}

// An image is blocks of 8×8 pixels, the last ones cut at the edge; a JPEG of it is
// near it, and blocks side by side have different colours.
func TestImagesAreBlocks(t *testing.T) {
	drawn := drawBlocks(promptRand(1, 2), 20, 9)
	for y := range 9 {
		for x := range 20 {
			if drawn.RGBAAt(x, y) != drawn.RGBAAt(x/8*8, y/8*8) || drawn.RGBAAt(x, y).A != 0xff {
				t.Fatalf("pixel %d, %d is %v, its block %v", x, y, drawn.RGBAAt(x, y), drawn.RGBAAt(x/8*8, y/8*8))
			}
		}
	}
	if drawn.RGBAAt(0, 0) == drawn.RGBAAt(8, 0) || drawn.RGBAAt(0, 0) == drawn.RGBAAt(0, 8) {
		t.Error("neighbouring blocks have one colour")
	}
	for format, limit := range map[string]float64{"png": 0, "jpeg": 40} {
		url, err := newImageEncoder(format).dataURL(drawn)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := decodeURL(t, url)
		off := 0.0
		for y := range 9 {
			for x := range 20 {
				r, _, _, _ := m.At(x, y).RGBA()
				off += math.Abs(float64(r>>8)-float64(drawn.RGBAAt(x, y).R)) / (20 * 9)
			}
		}
		if off > limit {
			t.Errorf("%s: red is off by %.1f of 255 on average, limit %v", format, off, limit)
		}
	}
}

// Neither the number of cores nor pooled buffers change a byte.
func TestRandomMMDependsOnTheSeedAlone(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	spec := Spec{Type: TypeRandomMM, Images: twoSizes}
	c := Case{InputLen: 12, Requests: 30, Seed: 3}
	want := images(preparedCase(t, spec, f, c))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !slices.Equal(images(preparedCase(t, spec, f, c)), want) {
		t.Error("the number of cores changed the images")
	}
	c.Seed++
	for i, url := range images(preparedCase(t, spec, f, c)) {
		if url == want[i] {
			t.Errorf("image %d is the same under two seeds", i)
		}
	}
}

// A request that another is like is drawn anew, until it differs or 64 did not.
func TestRandomMMRemake(t *testing.T) {
	p, err := newCase(Spec{Type: TypeRandomMM, Images: twoSizes}, fitter(t, fake{letters: 26}, true), Case{InputLen: 9, Requests: 1})
	if err != nil {
		t.Fatal(err)
	}
	var tried []uint64
	d, err := p.maker.remake(number{}, promptRand(1, redrawn), func(r Request) bool {
		tried = append(tried, r.Key())
		return len(tried) < 4
	})
	if err != nil || len(tried) != 4 || d.Key() != tried[3] {
		t.Errorf("%d tries, %v; want 4, and the last of them", len(tried), err)
	}
	slices.Sort(tried)
	if n := len(slices.Compact(tried)); n != 4 {
		t.Errorf("%d of 4 tries differ", n)
	}
	_, err = p.maker.remake(number{}, promptRand(1, redrawn), func(Request) bool { return true })
	if want := "random_mm: no prompt was found that differs from all before it, in 64 draws: take a longer input, larger images or fewer prompts"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestRandomMMFaults(t *testing.T) {
	chat, plain := fitter(t, fake{letters: 26}, true), fitter(t, fake{letters: 26}, false)
	ok := twoSizes
	for _, tt := range []struct {
		change func(im *ImageSpec)
		f      *Fitter
		input  int
		want   string
	}{
		{func(im *ImageSpec) { im.Count = 0 }, chat, 9, "random_mm: dataset.images.count 0: want at least 1"},
		{func(im *ImageSpec) { im.Sizes = nil }, chat, 9, "random_mm: dataset.images.sizes is empty: want at least one [width, height] in pixels"},
		{func(im *ImageSpec) { im.Sizes = [][2]int{{5, 5}, {0, 5}} }, chat, 9, "random_mm: dataset.images.sizes[1] [0, 5]: want width and height from 1 to 8192 pixels"},
		{func(im *ImageSpec) { im.Sizes = [][2]int{{65535, 65535}} }, chat, 9, "random_mm: dataset.images.sizes[0] [65535, 65535]: want width and height from 1 to 8192 pixels"},
		{func(im *ImageSpec) { im.Format = "gif" }, chat, 9, `random_mm: dataset.images.format "gif": want png or jpeg`},
		{func(*ImageSpec) {}, plain, 9, "random_mm: images are parts of a chat message: want backend: openai-chat"},
		{func(*ImageSpec) {}, chat, 2, "random_mm: input length (of the text, without the images) 2: want at least 3 tokens, 2 for the chat template and 1 for a word"},
	} {
		im := ok
		tt.change(&im)
		_, err := newCase(Spec{Type: TypeRandomMM, Images: im}, tt.f, Case{InputLen: tt.input, Requests: 1})
		if err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

// The texts and the pixels are the same on every machine and for ever. A PNG's
// bytes are not hashed: how they are compressed may change with the Go version.
func TestRandomMMGolden(t *testing.T) {
	m := models(t)[0]
	all := preparedCase(t, Spec{Type: TypeRandomMM, Images: twoSizes}, fitter(t, m.tok, true),
		Case{InputLen: 50, Requests: 20, Warmups: 5, Seed: CaseSeed(0, "bench_io50x10_mc10_np20", 1)})
	h := sha256.New()
	for _, r := range all {
		if got := sentTokens(t, m.tok, r.Prompt, true); got != 50 {
			t.Errorf("%d tokens of text, want 50", got)
		}
		fmt.Fprintln(h, r.Prompt)
		for _, url := range r.Images {
			image, _ := decodeURL(t, url)
			b := image.Bounds()
			fmt.Fprintln(h, b)
			for y := range b.Dy() {
				for x := range b.Dx() {
					r, g, b, _ := image.At(x, y).RGBA()
					h.Write([]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)})
				}
			}
		}
	}
	const want = "956770f89394ba2b18481907172375a7642a577823649ac69d0f5afac344a533"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

// BenchmarkRandomMM makes b.N prompts of 1,024 tokens with an image of 512×512.
func BenchmarkRandomMM(b *testing.B) {
	f := fitter(b, models(b)[0].tok, true)
	for _, format := range []string{"png", "jpeg"} {
		benchPrepare(b, format, f, Spec{Type: TypeRandomMM, Images: ImageSpec{Count: 1, Sizes: [][2]int{{512, 512}}, Format: format}})
	}
}

package simserver

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// A chat with images has the tokens of its text and one for each 28 by 28 pixels
// of an image, begun ones included.
func TestImages(t *testing.T) {
	_, url := start(t, Config{})
	ask := func(parts string) int {
		t.Helper()
		cs := chunks(t, must(t, url+"/v1/chat/completions", "", fmt.Sprintf(
			`{"model":"qwen3-tiny","stream":true,"stream_options":{"include_usage":true},"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"}%s]}]}`, parts)))
		return cs[len(cs)-1].Usage.Prompt
	}
	part := func(w, h int, format string) string {
		var b bytes.Buffer
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		err := png.Encode(&b, img)
		if format == "jpeg" {
			b.Reset()
			err = jpeg.Encode(&b, img, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`,{"type":"image_url","image_url":{"url":"data:image/%s;base64,%s"}}`, format, base64.StdEncoding.EncodeToString(b.Bytes()))
	}
	text := ask("")
	for _, tt := range []struct {
		parts string
		want  int
	}{
		{part(28, 28, "png"), 1},
		{part(29, 28, "png"), 2},
		{part(512, 512, "jpeg"), 19 * 19},
		{part(56, 84, "png") + part(1, 1, "jpeg"), 2*3 + 1},
	} {
		if got := ask(tt.parts) - text; got != tt.want {
			t.Errorf("%d tokens for images, want %d: %.60s", got, tt.want, tt.parts)
		}
	}
	for _, url2 := range []string{"http://example.com/a.png", "data:image/png;base64,AAAA", "data:image/png;base64,%"} {
		resp, answer, err := post(t, url+"/v1/chat/completions", "", fmt.Sprintf(
			`{"model":"qwen3-tiny","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":%q}}]}]}`, url2))
		if err != nil || resp.StatusCode != http.StatusBadRequest || !strings.Contains(answer, "messages[0].content: image_url: ") {
			t.Errorf("%s: %v %s %v, want 400", url2, resp.StatusCode, answer, err)
		}
	}
}

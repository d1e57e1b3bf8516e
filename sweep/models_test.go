package sweep

import (
	"strings"
	"testing"
)

func TestDidYouMean(t *testing.T) {
	served := []string{"org/Model-7B", "embedder"}
	for _, tt := range []struct{ written, want string }{
		{"org/model-7b", "; did you mean org/Model-7B?"},
		{"/models/Model-7B", "; did you mean org/Model-7B?"},
		{"embeder", "; did you mean embedder?"},
		{"gpt", ""},
	} {
		if got := didYouMean(tt.written, served); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.written, got, tt.want)
		}
	}
	if got := listed(strings.Split("a b c d e f g h i j", " ")); got != "a, b, c, d, e, f, g, h and 2 more" {
		t.Errorf("listed: %s", got)
	}
}

package report

import "testing"

// What would be Markdown is escaped; an _ within a word would not be.
func TestMarkdownText(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"bench_io64x8_mc8", "bench_io64x8_mc8"},
		{"a__b", "a__b"},
		{"a_b|c <b>\n*d*", `a_b\|c &lt;b&gt; \*d\*`},
		{"_a_ b", `\_a\_ b`},
		{"__init__", `\_\_init\_\_`},
		{"x_ _y", `x\_ \_y`},
		{`"_"`, `"\_"`},
		{"größe_é", "größe_é"},
		{"a_(b)", `a\_(b)`},
		{"~~x~~ *y* `z`", "\\~\\~x\\~\\~ \\*y\\* \\`z\\`"},
		{"<script>|[a](b)", `&lt;script&gt;\|\[a](b)`},
		{`a\b`, `a\\b`},
	} {
		if got := markdownText(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

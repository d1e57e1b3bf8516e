package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
)

const maxSaid = 300 // characters

var (
	title    = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	unshown  = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	inCutDoc = regexp.MustCompile(`"(?:message|msg|detail|error)"\s*:\s*"((?:[^"\\]|\\.)*)`)
)

// escapes are a terminal's: colours and cursor movements, and titles.
var escapes = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?`)

// Plain is text that somebody else wrote, without what would command the terminal
// that it is shown on: escape sequences, and controls that are no white space.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, escapes.ReplaceAllString(text, ""))
}

// Words is the server's own words out of the body of a failed answer, as plain text
// on one line of at most 300 characters. It knows {"error":{…}}, {"error":"…"},
// {"detail":"…"}, {"detail":[{…}]} (also cut short), HTML, and plain text.
func Words(body string) string {
	said := []rune(strings.Join(strings.Fields(Plain(words(body))), " "))
	if len(said) > maxSaid {
		said = append(said[:maxSaid-1], '…')
	}
	return string(said)
}

// words is Words in full length.
func words(body string) string {
	body = strings.ToValidUTF8(strings.TrimSpace(body), "\uFFFD")
	switch {
	case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		return wordsOfJSON(body)
	case strings.HasPrefix(body, "<"):
		if m := title.FindStringSubmatch(body); m != nil {
			return html.UnescapeString(m[1])
		}
		return html.UnescapeString(unshown.ReplaceAllString(body, " "))
	}
	return body
}

func wordsOfJSON(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) == nil {
		if said := dig(v); said != "" {
			return said
		}
		var b bytes.Buffer
		if json.Compact(&b, []byte(body)) == nil {
			return b.String()
		}
		return body
	}
	// Only the first 1 KiB of a body is kept, so the document may be cut.
	if m := inCutDoc.FindStringSubmatch(body); m != nil {
		var said string
		if json.Unmarshal([]byte(`"`+strings.TrimSuffix(m[1], `\`)+`"`), &said) == nil {
			return said
		}
		return m[1]
	}
	return body
}

// dig is the message in a decoded error document; "" = none known.
func dig(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var all []string
		for _, e := range v {
			if said := dig(e); said != "" {
				all = append(all, said)
			}
		}
		return strings.Join(all, "; ")
	case map[string]any:
		for _, key := range []string{"error", "response", "detail", "message", "msg", "code", "type"} {
			said := dig(v[key])
			if n, ok := v[key].(float64); ok && key == "code" {
				said = fmt.Sprint(n)
			}
			if said != "" {
				return where(v["loc"]) + said
			}
		}
	}
	return ""
}

// where is the place that a validation error names: "body.messages: ".
func where(loc any) string {
	parts, ok := loc.([]any)
	if !ok {
		return ""
	}
	var path []string
	for _, p := range parts {
		path = append(path, fmt.Sprint(p))
	}
	return strings.Join(path, ".") + ": "
}

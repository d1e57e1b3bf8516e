// Package redact keeps secrets out of files, logs and complaints: what stands
// under the name of a secret, what looks like one, and what URLs and commands carry.
package redact

import (
	"regexp"
	"strings"
	"unicode"
)

// Text is a text that stands under a name, or "***" where that, or the text itself,
// is a secret's. What is a variable alone holds none.
func Text(name, text string) string {
	if (SecretName(name) || SecretText(text)) && !onlyVariable.MatchString(text) {
		return "***"
	}
	return URL(text)
}

// URL hides what a URL can carry of secrets: user and password, and the
// query.
func URL(s string) string {
	return urlQuery.ReplaceAllString(urlUser.ReplaceAllString(s, "://***@"), "$1?***")
}

// Command hides secrets that are written out in a command line.
func Command(s string) string {
	return secretOption.ReplaceAllStringFunc(urlUser.ReplaceAllString(s, "://***@"), func(option string) string {
		m := secretOption.FindStringSubmatch(option)
		switch strings.ToLower(m[2]) {
		case "bearer", "basic", "token": // of a header, and what follows is a variable
			return option
		}
		return m[1] + "***"
	})
}

// Words is a mapping of names to texts without its secrets.
func Words(m map[string]string) map[string]string {
	masked := make(map[string]string, len(m))
	for name, text := range m {
		masked[name] = Text(name, text)
	}
	return masked
}

// Free masks texts within a free-form value; name is the key it stands
// under.
func Free(name string, v any) any {
	switch v := v.(type) {
	case string:
		return Text(name, v)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = Free(name, v[i])
		}
		return items
	case map[string]any:
		m := map[string]any{}
		for k := range v {
			m[k] = Free(k, v[k])
		}
		return m
	}
	return v
}

// SecretName reports whether what stands under a name is to be kept out of
// files and errors: Authorization, X-API-Key, access_token, but not max_tokens.
func SecretName(name string) bool {
	var spaced strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	for _, word := range strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch word {
		case "auth", "authorization", "bearer", "cookie", "cookies", "credential", "credentials", "key", "keys", "apikey",
			"passwd", "password", "secret", "secrets", "signature", "token":
			return true
		}
	}
	return false
}

// SecretPath reports whether a key's value is not to be quoted: any header's,
// and what stands under a secret's name.
func SecretPath(key string) bool {
	for i, part := range strings.FieldsFunc(key, func(r rune) bool { return r == '.' || r == '[' }) {
		if i == 0 && part == "headers" || SecretName(part) && part != "prompt_token_ids" && part != "first_token" {
			return true
		}
	}
	return false
}

// SecretText reports whether a text looks like a key or a token, whatever it is
// called.
func SecretText(text string) bool { return keyLike.MatchString(text) }

// Values masks secrets where they stand in a text.
func Values(secrets []string, text string) string {
	const least = 4 // what is shorter is no secret, and stands everywhere
	for _, s := range secrets {
		if len(s) >= least {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

// onlyVariable is a secret that the file itself does not hold.
var onlyVariable = regexp.MustCompile(`^(?i:(bearer|basic|token) +)?\$\{[A-Za-z_][A-Za-z0-9_]*\}$`)

// keyLike is what keys and tokens in wide use begin with.
var keyLike = regexp.MustCompile(`^((?i:bearer|basic) +\S|sk-|hf_|ghp_|github_pat_|eyJ)`)

var (
	urlUser  = regexp.MustCompile(`://\S*@`)
	urlQuery = regexp.MustCompile(`(://\S*?)\?\S+`)
)

// secretOption is an option or a header of a command line whose value is a secret.
// One that a variable holds is none here: the text has its name alone.
var secretOption = regexp.MustCompile(`(?i)((?:--?[\w-]*(?:key|token|password|secret)[=\s]|authorization:\s*(?:(?:bearer|basic|token)\s)?)\s*['"]?)([^\s'"$][^\s'"]*)`)

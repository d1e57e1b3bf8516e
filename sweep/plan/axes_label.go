package plan

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
)

// maxLabel is how long a value's label may be in a file name; maxName, a case's
// name: with what its files' names add it stays below the 255 bytes that file
// systems allow.
const (
	maxLabel = 32
	maxName  = 200
)

// Labels have no _, which begins the next part of a name.
var (
	notInLabels = regexp.MustCompile(`[^A-Za-z0-9.-]+`)
	notInNames  = regexp.MustCompile(`[^A-Za-z0-9._-]+`)
)

// label names the values in file names: by their text where that tells them
// apart, shortly if it can be, else by their position, from 1. A dataset goes by
// its type.
func (k axisKey) label() []string {
	for _, text := range []func(v *conf.Value) string{shortText, longText} {
		labels := make([]string, len(k.values))
		for i, v := range k.values {
			if k.path == "dataset" {
				v, _ = typeOf(v, "")
			}
			if v != nil && v.Kind == conf.KindScalar && !redact.SecretPath(k.path) && !redact.SecretText(v.Text) {
				labels[i] = strings.TrimRight(notInLabels.ReplaceAllString(text(v), "-"), "-")
			}
		}
		if k.path == "dataset" {
			return numberTwins(labels)
		}
		if k.distinct(labels) {
			return labels
		}
	}
	labels := make([]string, len(k.values))
	for i := range labels {
		labels[i] = strconv.Itoa(i + 1)
	}
	return labels
}

// shortText is the last part of what looks like a path or a URL.
func shortText(v *conf.Value) string {
	text := longText(v)
	return text[strings.LastIndexByte(text, '/')+1:]
}

func longText(v *conf.Value) string {
	if v.IsNull() {
		return "default"
	}
	return strings.TrimRight(v.Text, "/")
}

// distinct reports whether the labels can stand in file names, one a value. Some
// file systems make no difference between A and a.
func (k *axisKey) distinct(labels []string) bool {
	of := map[string]string{}
	for i, l := range labels {
		l, text := strings.ToLower(l), k.text(i)
		other, taken := of[l]
		if l == "" || len(l) > maxLabel || taken && other != text {
			return false
		}
		of[l] = text
	}
	return true
}

// numberTwins adds its position to each label that is not the only one of its kind.
func numberTwins(labels []string) []string {
	count := map[string]int{}
	for _, l := range labels {
		count[l]++
	}
	numbered := make([]string, len(labels))
	for i, l := range labels {
		numbered[i] = l
		if count[l] > 1 || l == "" {
			numbered[i] += strconv.Itoa(i + 1)
		}
	}
	return numbered
}

// part is what value i of the axis adds to a case's name: each of its first keys
// with its label. What the name has anyway adds nothing.
func (a *axis) part(i, keys int) string {
	part := ""
	for _, k := range a.keys[:keys] {
		if k.path == "servers" { // by its name, which may hold variables
			continue
		}
		name := lastPart(k.path)
		switch name {
		case "dataset":
			name = "ds"
		case "base_url":
			name = "url"
		}
		if !inName(k.path) {
			part += "_" + notInNames.ReplaceAllString(name, "-") + k.labels[i]
		}
	}
	return part
}

// tellingKeys is how many of the axis' keys, from the first, it takes to tell its
// values apart.
func (a *axis) tellingKeys() int {
	for n := range a.keys {
		seen := map[string]bool{}
		for i := range a.size() {
			seen[(&axis{keys: a.keys[:n+1]}).text(i)] = true
		}
		if len(seen) == a.size() {
			return n + 1
		}
	}
	return len(a.keys)
}

// inName reports whether a case's name has the key's value by itself.
func inName(path string) bool {
	return path == "input_output" || path == "concurrency_prompts" || path == "request_rate"
}

// more is what value i of the axis adds to the coordinates that have no name of
// their own: the text of each key.
func (a *axis) more(i int) map[string]string {
	into := map[string]string{}
	if a.size() == 1 {
		return into
	}
	for _, k := range a.keys {
		switch v := k.values[i]; {
		case inName(k.path), k.path == "servers":
		case v.IsNull():
			into[k.path] = "default"
		case k.path == "dataset":
			if kind, _ := typeOf(v, ""); kind != nil && kind.Text != k.labels[i] {
				into[k.path] = k.labels[i]
			}
		case redact.SecretPath(k.path):
			into[k.path] = strconv.Itoa(i + 1)
		case v.Kind == conf.KindScalar:
			into[k.path] = redact.Text(lastPart(k.path), v.Text)
		default:
			var text strings.Builder
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if e.Encode(redact.Free("", (&conf.Reader{}).Free("", v, true))) != nil { // a number that JSON has not: told where it is read
				text.WriteString(strconv.Itoa(i + 1))
			}
			into[k.path] = strings.TrimSpace(text.String())
		}
	}
	return into
}

package conf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// variableName is what may stand between ${ and }: a shell's variable name.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// IsVariable reports whether a variable can have the name.
func IsVariable(name string) bool { return variableName.MatchString(name) }

// Expand replaces each ${NAME} in text by what lookup says. ${NAME:-default}
// stands for default where NAME is unset or empty, as in a shell; $${ is a plain
// ${. An error names the variable, never a value.
func Expand(text string, lookup func(name string) (string, bool)) (string, error) {
	var b strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			b.WriteString(text)
			return b.String(), nil
		}
		if i > 0 && text[i-1] == '$' { // escaped
			b.WriteString(text[:i-1] + "${")
			text = text[i+2:]
			continue
		}
		b.WriteString(text[:i])
		inner, rest, closed := strings.Cut(text[i+2:], "}")
		if !closed {
			return "", fmt.Errorf("${ without its }; write $${ for a plain ${")
		}
		v, err := variable(inner, lookup)
		if err != nil {
			return "", err
		}
		b.WriteString(v)
		text = rest
	}
}

// variable is the value of what stands between ${ and }.
func variable(inner string, lookup func(name string) (string, bool)) (string, error) {
	name, fallback, hasDefault := strings.Cut(inner, ":-")
	if !variableName.MatchString(name) {
		return "", fmt.Errorf("${ is not followed by a variable's name and }; write $${ for a plain ${")
	}
	if strings.Contains(fallback, "${") {
		return "", fmt.Errorf("the default of ${%s} holds another variable, which is not supported; write it as plain text", name)
	}
	v, ok := lookup(name)
	switch {
	case ok && (v != "" || !hasDefault):
		return v, nil
	case hasDefault:
		return fallback, nil
	}
	return "", fmt.Errorf("${%s} is not set; set it in the environment, or write ${%s:-default}", name, name)
}

func Uses(v *Value, name string) bool {
	switch v.Kind {
	case KindList:
		return slices.ContainsFunc(v.Items, func(item *Value) bool { return Uses(item, name) })
	case KindMapping:
		return slices.ContainsFunc(v.Entries, func(e Entry) bool { return Uses(e.Value, name) })
	}
	return slices.ContainsFunc(variableUse.FindAllStringSubmatch(v.Written, -1), func(m []string) bool { return m[1] == name })
}

var variableUse = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)`)

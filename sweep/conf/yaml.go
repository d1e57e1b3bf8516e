package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A Document is a text of one YAML document.
type Document struct {
	File   string // how positions name it
	Text   []byte
	InFile bool                             // positions have a line and a column, not the name alone
	Lookup func(name string) (string, bool) // of variables; nil = ${NAME} stays as written
	Later  func(key string) bool            // whose values keep their ${NAME}; nil = none
}

// Parse is the document's tree, or what is wrong with its syntax; nil for a text
// without a value.
func (d Document) Parse() (*Value, Faults) {
	file, data, inFile := d.File, d.Text, d.InFile
	if f, bad := unreadable(file, data); bad {
		return nil, Faults{f}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, next yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, Faults{syntaxFault(file, data, inFile, err)}
	}
	b := &treeBuilder{Document: d, done: map[*yaml.Node]*Value{}}
	switch err := dec.Decode(&next); {
	case err == nil:
		b.fault(&next, "", "a second YAML document begins here; write one document a file")
		return nil, b.faults
	case !errors.Is(err, io.EOF):
		return nil, Faults{syntaxFault(file, data, inFile, err)}
	}
	v := b.build(doc.Content[0], "", 0)
	if v.IsNull() && len(b.faults) == 0 {
		return nil, nil
	}
	return v, b.faults
}

// unreadable finds what keeps a text from being YAML at all: its size, bytes
// that are not UTF-8, control characters.
func unreadable(file string, data []byte) (Fault, bool) {
	if len(data) > MaxFileSize {
		return Fault{File: file, Want: fmt.Sprintf("%d bytes are too many for a config; the limit is %d", len(data), MaxFileSize)}, true
	}
	at := Position{file, 1, 0}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		at.Column++
		switch {
		case r == utf8.RuneError && size == 1:
			return at.Fault("", "", "not UTF-8; save the file as UTF-8"), true
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f:
			return at.Fault("", "", fmt.Sprintf("the control character %#02x; remove it", r)), true
		case r == '\n':
			at.Line, at.Column = at.Line+1, 0
		}
		i += size
	}
	return Fault{}, false
}

var (
	yamlLine      = regexp.MustCompile(`^line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
	leadingTab    = regexp.MustCompile(`(?m)^ *\t`)
)

// yamlHints say what the library's complaints come from, as a rule.
var yamlHints = map[string]string{
	"could not find expected ':'":                           "; write key: value, with a space after the colon",
	"did not find expected ',' or ']'":                      "; a [ is not closed, or a comma is missing",
	"did not find expected ',' or '}'":                      "; a { is not closed, or a comma is missing",
	"did not find expected '-' indicator":                   "; indent this line as those of the list before it",
	"did not find expected alphabetic or numeric character": "; put a text that begins with * or & in quotes",
	"did not find expected key":                             "; indent this line as those before it",
	"found character that cannot start any token":           "; put a text that begins with @, % or ` in quotes",
	"found unexpected end of stream":                        "; a quote is not closed",
	"mapping values are not allowed in this context":        "; indent this line as those before it, or put a text with a colon in quotes",
}

// syntaxFault gives the library's complaint a place: it names a line at most,
// counts from 0 where its parser (not its scanner) complains, and leaves a line
// of 0 out.
func syntaxFault(file string, data []byte, inFile bool, err error) Fault {
	words := strings.TrimPrefix(err.Error(), "yaml: ")
	at := Position{File: file, Line: 1}
	if m := yamlLine.FindStringSubmatch(words); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
		words = strings.TrimPrefix(words, m[0])
		if strings.HasPrefix(words, "did not find") {
			at.Line++
		}
	}
	complaint := "not YAML: " + words + yamlHints[words]
	if m := unknownAnchor.FindStringSubmatch(words); m != nil {
		complaint = "*" + m[1] + " names nothing; write &" + m[1] + " before the value that it stands for"
		if i := bytes.Index(data, []byte("*"+m[1])); i >= 0 {
			at = placeOf(file, data, i)
		}
	} else if loc := leadingTab.FindIndex(data); loc != nil {
		at = placeOf(file, data, loc[1]-1)
		complaint = "a tab in the indentation; YAML wants spaces"
	}
	if !inFile {
		at = Position{File: file}
	}
	return at.Fault("", "", complaint)
}

// placeOf is the position of data[i].
func placeOf(file string, data []byte, i int) Position {
	start := bytes.LastIndexByte(data[:i], '\n') + 1
	return Position{file, 1 + bytes.Count(data[:i], []byte("\n")), 1 + utf8.RuneCount(data[start:i])}
}

package report

import "strings"

// A link is a piece of text; with an Href it leads to a case's JSON.
type link struct{ Text, Href string }

// caseDelimiters end a case's name in a sentence.
const caseDelimiters = " ,;:()"

// traced cuts a sentence where the names of cases begin and end; hrefs are where each
// case's file is.
func traced(line string, hrefs map[string]string) (pieces []link) {
	text := ""
	for line != "" {
		end := strings.IndexAny(line, caseDelimiters)
		if end < 0 {
			end = len(line)
		}
		if href, ok := hrefs[line[:end]]; ok {
			pieces = append(pieces, link{Text: text}, link{line[:end], href})
			text, line = "", line[end:]
			continue
		}
		end = min(end+1, len(line))
		text, line = text+line[:end], line[end:]
	}
	return append(pieces, link{Text: text})
}

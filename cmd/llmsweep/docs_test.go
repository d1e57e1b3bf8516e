package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docFiles are README and docs with their text.
func docFiles(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, "../../README.md") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(data)
	}
	return texts
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInLinks = regexp.MustCompile(`[^\pL\pN_ -]`)
)

// Every link within README and docs leads to a file and a heading that are there,
// and README leads to each page.
func TestDocsLinks(t *testing.T) {
	texts := docFiles(t)
	for file, text := range texts {
		for _, m := range docLink.FindAllStringSubmatch(text, -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			to := file
			if path != "" {
				to = filepath.Join(filepath.Dir(file), path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s: there is no such file", file, m[1])
				continue
			}
			var anchors []string
			for _, h := range docHeading.FindAllStringSubmatch(texts[to], -1) {
				anchors = append(anchors, strings.ReplaceAll(notInLinks.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
			}
			if anchor != "" && !slices.Contains(anchors, anchor) {
				t.Errorf("%s: %s: there is no such heading", file, m[1])
			}
		}
		if name := filepath.Base(file); name != "README.md" && !strings.Contains(texts["../../README.md"], "(docs/"+name+")") {
			t.Errorf("README does not lead to %s", name)
		}
	}
}

// Every command line of llmsweep in a block of README and docs has a command and
// flags that there are.
func TestDocsCommands(t *testing.T) {
	lines := 0
	for file, text := range docFiles(t) {
		for i, block := range strings.Split(text, "```") {
			if i%2 == 0 {
				continue // outside of blocks
			}
			for line := range strings.Lines(block) {
				line, ours := strings.CutPrefix(strings.TrimPrefix(line, "$ "), "llmsweep ")
				if !ours {
					continue
				}
				lines++
				if i := strings.Index(line, "  "); i >= 0 {
					line = line[:i] // what it does
				}
				line, _, _ = strings.Cut(line, " #")
				line, _, _ = strings.Cut(line, " | ")
				if err := readCommandLine(line); err != nil {
					t.Errorf("%s: llmsweep %s: %v", file, line, err)
				}
			}
		}
	}
	if lines < 25 {
		t.Errorf("%d command lines found, want at least 25", lines)
	}
}

// readCommandLine finds the command of a line and reads its flags.
func readCommandLine(line string) error {
	words := benchArgs(shellWords(line))
	cmd, rest, err := rootCommand().Find(words)
	if err != nil {
		return err
	}
	return cmd.ParseFlags(rest)
}

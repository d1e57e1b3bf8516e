package dataset

import "path/filepath"

// A shelf keeps the files that the scenarios of a mix have read, so that those
// with one file have its rows, counts and deck in common, whatever else their
// datasets say. A nil shelf keeps nothing.
type shelf map[string]shelved

type shelved struct {
	file    any
	content string // SHA-256 (hex)
}

// fromShelf is the file of a kind at path, read if the shelf has neither the path
// nor the same content by another.
func fromShelf[F any](s shelf, kind, path string, read func() (F, string, error)) (file F, content string, err error) {
	byPath := kind + " at " + filepath.Clean(path)
	if had, ok := s[byPath]; ok {
		return had.file.(F), had.content, nil
	}
	if file, content, err = read(); err != nil || s == nil {
		return file, content, err
	}
	byContent := kind + " of " + content
	if had, ok := s[byContent]; ok {
		file = had.file.(F)
	}
	s[byPath] = shelved{file, content}
	s[byContent] = s[byPath]
	return file, content, nil
}

package aggregate

import (
	"os"
	"path/filepath"
	"testing"
)

// A case that is named twice, by its folder, its file and a link, is one row: it is no
// repeat of itself.
func TestACaseNamedTwiceIsOneRow(t *testing.T) {
	dir, _ := ownRun(t)
	link := filepath.Join(t.TempDir(), "link")
	check(t, os.Symlink(dir, link))
	once, _ := Load([]string{dir})
	twice, broken := Load([]string{dir, dir + string(filepath.Separator), link, once[0].File})
	if len(twice) != len(once) || len(once) == 0 {
		t.Errorf("%d rows of a folder with %d, broken: %v", len(twice), len(once), broken)
	}
}

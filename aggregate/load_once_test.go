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

// So it is where it is named by a copy of its folder, and where a CSV has its row twice:
// two of the same would be repeats without any spread.
func TestACopyOfACaseIsNoRepeat(t *testing.T) {
	dir, _ := ownRun(t)
	copied := filepath.Join(t.TempDir(), "copy")
	check(t, os.CopyFS(copied, os.DirFS(dir)))
	once, _ := Load([]string{dir})
	both, broken := Load([]string{dir, copied})
	if len(broken) > 0 || len(both) != len(once) {
		t.Errorf("%d rows of a folder with %d and its copy, broken: %v", len(both), len(once), broken)
	}

	path := filepath.Join(t.TempDir(), "twice.csv")
	f, err := os.Create(path)
	check(t, err)
	check(t, WriteCSV(f, append(once, once...)))
	check(t, f.Close())
	side, _, err := ReadSide("twice.csv", path, false)
	check(t, err)
	if len(side.Rows) != len(once) {
		t.Errorf("%d rows of a CSV with each of %d twice", len(side.Rows), len(once))
	}
}

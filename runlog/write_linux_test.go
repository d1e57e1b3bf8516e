package runlog

import "testing"

// Some file systems cannot sync a folder (shared folders of virtual machines, /proc):
// that is no reason to lose a night on one.
func TestFolderThatCannotBeSynced(t *testing.T) {
	if err := syncFolder("/proc"); err != nil {
		t.Error(err)
	}
	if err := syncFolder("/proc/nowhere"); err == nil {
		t.Error("a folder that is not there was synced")
	}
}

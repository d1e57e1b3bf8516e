package sweep

import "golang.org/x/sys/unix"

// kernel is the running kernel's release; "" = not known.
func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

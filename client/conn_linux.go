package client

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A receiver reads a socket by recvmsg, whose control message holds, of TCP, the
// kernel's receive time of the newest segment read. It goes through
// syscall.RawConn, so the runtime's poller and deadlines work as usual.
type receiver struct {
	raw  syscall.RawConn
	call func(fd uintptr) bool // step, bound once: no allocation per read

	msg   unix.Msghdr
	iov   unix.Iovec
	oob   [8]uint64 // control messages; aligned for cmsghdr
	wait  bool
	flags uintptr
	n     int
	err   syscall.Errno
}

// attach takes the connection over for reading and asks for kernel stamps.
func (r *receiver) attach(c socket) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	r.raw, r.call = raw, r.step
	r.msg.Iov = &r.iov
	r.msg.SetIovlen(1)
	// Without stamps the reader's own clock serves; a refusal is no failure.
	return raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
}

// upTo is p cut after the first blank line of what is there to read, so that the
// next read ends with it, and found says whether there is one. A late reader
// thereby gets the stamp of the segment that a first token came in, not of the
// newest that came since.
// An error is the socket's own, which tells it only once.
func (r *receiver) upTo(p []byte) (cut []byte, found bool, err error) {
	r.flags = unix.MSG_PEEK
	n, _, err := r.read(p, false)
	r.flags = 0
	if err != nil {
		return nil, false, err
	}
	if i := blankLine(p[:n]); i > 0 {
		return p[:i], true, nil
	}
	return p, false, nil
}

// read fills p from one recvmsg; kernel is its receive time in Unix ns, 0 = none.
// With nowt and nothing to read the error is os.ErrDeadlineExceeded.
func (r *receiver) read(p []byte, nowt bool) (n int, kernel int64, err error) {
	if len(p) == 0 {
		return 0, 0, nil
	}
	r.iov.Base = &p[0]
	r.iov.SetLen(len(p))
	r.wait = !nowt
	err = r.raw.Read(r.call)
	r.iov.Base = nil
	switch {
	case err != nil:
		return 0, 0, err
	case r.err == syscall.EAGAIN:
		return 0, 0, os.ErrDeadlineExceeded
	case r.err != 0:
		return 0, 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("recvmsg", r.err)}
	case r.n == 0:
		return 0, 0, io.EOF
	}
	return r.n, r.stamp(), nil
}

// step is one non-blocking recvmsg; false asks the poller to wait and call again.
func (r *receiver) step(fd uintptr) bool {
	for {
		r.msg.Control = (*byte)(unsafe.Pointer(&r.oob))
		r.msg.SetControllen(int(unsafe.Sizeof(r.oob)))
		n, _, errno := unix.Syscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&r.msg)), r.flags)
		if errno == syscall.EINTR {
			continue
		}
		r.n, r.err = int(n), errno
		return errno != syscall.EAGAIN || !r.wait
	}
}

// stamp is the receive time in the last control message, Unix ns; 0 = none.
func (r *receiver) stamp() int64 {
	oob := unsafe.Slice((*byte)(unsafe.Pointer(&r.oob)), r.msg.Controllen)
	for len(oob) >= unix.SizeofCmsghdr {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return 0
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})) {
			ts := (*unix.Timespec)(unsafe.Pointer(&data[0]))
			return ts.Nano()
		}
		oob = rest
	}
	return 0
}

// acked reports whether the peer's kernel acknowledged more than the first n
// bytes that were written. The kernel's count includes the SYN as one byte.
func (r *receiver) acked(n int64) bool {
	more := true
	err := r.raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			more = info.Bytes_acked > uint64(n)+1
		}
	})
	return more || err != nil
}

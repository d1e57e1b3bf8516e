package client

import "errors"

// chunks walks a body in HTTP/1.1 chunked coding (RFC 9112, section 7.1), cut
// anywhere. Its zero value is at the start of a body.
type chunks struct {
	state chunkState
	left  uint64 // bytes of the chunk's data still to come
	line  int    // bytes of the size or trailer line so far
}

type chunkState byte

const (
	chunkSize    chunkState = iota // hex digits
	chunkSpace                     // blanks after them
	chunkExt                       // an extension, which is ignored
	chunkSizeLF                    // the line feed after a size line
	chunkData                      // the data
	chunkDataCR                    // CR after the data
	chunkDataLF                    // LF after the data
	chunkTrailer                   // the lines after the last chunk
	chunkTrailerLF
	chunkDone
)

const maxChunkLine = 4096

var errChunk = errors.New("malformed chunked coding")

// walk takes the coded bytes in p and moves the data in them to p's front. It
// returns how much data that is, how many bytes of p it used, and whether the
// body has ended; what is left of p then belongs to no body.
func (c *chunks) walk(p []byte) (n, used int, done bool, err error) {
	for used < len(p) && c.state != chunkDone {
		if c.state == chunkData {
			k := int(min(c.left, uint64(len(p)-used)))
			n += copy(p[n:], p[used:used+k])
			used += k
			if c.left -= uint64(k); c.left == 0 {
				c.state = chunkDataCR
			}
			continue
		}
		if k := c.leap(p[used:]); k > 0 {
			used += k
			continue
		}
		if !c.step(p[used]) {
			return n, used, false, errChunk
		}
		used++
	}
	return n, used, c.state == chunkDone, nil
}

// leap takes what lies between two chunks' data in its usual shape, CRLF, a size
// in plain hex digits, CRLF, as far as p shows it whole. It returns how many bytes
// that is; 0 leaves them to step.
func (c *chunks) leap(p []byte) (used int) {
	if c.state == chunkDataCR && len(p) > 1 && p[0] == '\r' && p[1] == '\n' {
		c.state, c.line = chunkSize, 0
		used = 2
	}
	if c.state != chunkSize || c.line > 0 {
		return used
	}
	var size uint64
	for i, b := range p[used:] {
		d := hexDigit(b)
		if d >= 0 && i < 8 {
			size = size<<4 | uint64(d)
			continue
		}
		if size > 0 && b == '\r' && used+i+1 < len(p) && p[used+i+1] == '\n' {
			c.state, c.left = chunkData, size
			used += i + 2
		}
		break
	}
	return used
}

// step takes one byte that is not data; false means malformed.
func (c *chunks) step(b byte) bool {
	if c.line++; c.line > maxChunkLine {
		return false
	}
	switch c.state {
	case chunkSize:
		d := hexDigit(b)
		if d < 0 {
			return c.line > 1 && c.sizeEnd(b)
		}
		c.left = c.left<<4 | uint64(d)
		return c.line <= 16
	case chunkSpace:
		return c.sizeEnd(b) && c.state != chunkExt
	case chunkExt:
		if b == '\r' {
			c.state = chunkSizeLF
		}
		return b != '\n'
	case chunkSizeLF:
		c.line = 0
		c.state = chunkData
		if c.left == 0 {
			c.state = chunkTrailer
		}
		return b == '\n'
	case chunkDataCR:
		c.state = chunkDataLF
		return b == '\r'
	case chunkDataLF:
		c.line = 0
		c.state = chunkSize
		return b == '\n'
	case chunkTrailer:
		if b == '\r' {
			c.state = chunkTrailerLF
		}
		return b != '\n'
	case chunkTrailerLF:
		c.state = chunkTrailer
		if c.line == 2 { // an empty line
			c.state = chunkDone
		}
		c.line = 0
		return b == '\n'
	}
	return false
}

// sizeEnd takes the byte after the hex digits.
func (c *chunks) sizeEnd(b byte) bool {
	switch b {
	case '\r':
		c.state = chunkSizeLF
	case ';':
		c.state = chunkExt
	case ' ', '\t':
		c.state = chunkSpace
	default:
		return false
	}
	return true
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= b && b <= 'f':
		return int(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}

package launch

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llmsweep/client"
)

// tailBytes is how much of a log's end is read at most.
const tailBytes = 16 << 10

// startLog is openLog of a log that need not be there yet, nor its folder.
func startLog(path, what string) (log *os.File, from int64, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, 0, err
	}
	return openLog(path, what)
}

// openLog opens a server's log for appending, and begins with a line of the time
// and of what happens. What the server says is from byte from on. A folder that was
// deleted meanwhile is not made anew.
func openLog(path, what string) (log *os.File, from int64, err error) {
	log, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, 0, err
	}
	_, err = fmt.Fprintf(log, "=== %s %s\n", time.Now().Format(time.RFC3339), what)
	if err == nil {
		from, err = log.Seek(0, io.SeekEnd)
	}
	if err != nil {
		log.Close()
		return nil, 0, err
	}
	return log, from, nil
}

// tailLog is the last lines of a log from byte from on, as a terminal would show
// them. Only the file's end is read; "" = there is nothing.
func tailLog(path string, from int64, lines int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	return tailOf(f, from, lines)
}

// tailOf is tailLog of an open file.
func tailOf(f *os.File, from int64, lines int) string {
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	if info.Size() < from {
		from = 0 // someone made it shorter
	}
	begin := max(from, info.Size()-tailBytes)
	text, err := io.ReadAll(io.NewSectionReader(f, begin, info.Size()-begin))
	if err != nil {
		return ""
	}
	all := strings.Split(string(text), "\n")
	if begin > from && len(all) > 1 {
		all = all[1:] // it was cut somewhere
	}
	var shown []string
	for _, line := range all {
		if line = plainLine(line); line != "" {
			shown = append(shown, line)
		}
	}
	return strings.Join(shown[max(0, len(shown)-lines):], "\n")
}

// plainLine is a line without colours and other controls; of a progress bar that
// was drawn over and over, what was drawn last.
func plainLine(line string) string {
	line = strings.TrimRight(line, "\r\n\t ")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	return client.Plain(strings.ToValidUTF8(line, "·"))
}

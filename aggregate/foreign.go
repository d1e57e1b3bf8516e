package aggregate

import (
	"regexp"
	"strconv"

	"llmsweep/runlog"
)

// axesName is how our cases and the Python sweep script's are named.
var axesName = regexp.MustCompile(`^bench_io(\d+)x(\d+)_mc(\d+)_np(\d+)(?:_.*)?$`)

// foreign works out what vLLM's own files leave out: the lengths from the file's
// name, else from what was measured, if it was the same for all requests.
func (r *Row) foreign(name string, f *runlog.CaseFile) {
	if m := axesName.FindStringSubmatch(name); m != nil {
		r.InputLen, r.OutputLen = atoi(m[1]), atoi(m[2])
		if r.MaxConcurrency == nil {
			r.MaxConcurrency = atoi(m[3])
		}
		return
	}
	var in, out []int
	if f.Arrays != nil {
		in, out = f.Arrays.InputLens, f.Arrays.OutputLens
	}
	r.InputLen = lengthOf(in, f.TotalInputTokens, f.Completed)
	r.OutputLen = lengthOf(out, f.TotalOutputTokens, f.Completed)
}

// lengthOf is the length that all requests share; nil where they differ or where
// the total does not say.
func lengthOf(lens []int, total int64, completed int) *int {
	if len(lens) > 0 {
		for _, n := range lens {
			if n != lens[0] {
				return nil
			}
		}
		return positive(lens[0])
	}
	if completed == 0 || total%int64(completed) != 0 {
		return nil
	}
	return positive(int(total / int64(completed)))
}

func atoi(s string) *int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil
	}
	return &n
}

package conf

import "strings"

// Nearest is the one of names that was probably meant: the nearest by edit distance,
// where that is near; else the one that goes on where the text ends, with its unit
// (p99_ttft for p99_ttft_ms); "" = none.
func Nearest(written string, names []string) string {
	written = strings.ToLower(written)
	best, bestDistance := "", 1+max(1, len(written)/3)
	for _, name := range names {
		if d := Distance(written, strings.ToLower(name)); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	for _, name := range names {
		if best == "" && len(written) > 2 && strings.HasPrefix(name, written+"_") {
			best = name
		}
	}
	return best
}

// DidYouMean asks for the nearest of names, to be put behind a complaint; "" where
// none is near.
func DidYouMean(written string, names []string) string {
	if near := Nearest(written, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Distance is the number of letters to insert, delete, change or swap with
// a neighbour to turn a into b (Damerau–Levenshtein, optimal string alignment).
func Distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := above[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}

package conf

import (
	"strconv"
	"strings"

	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// Quote is a value as it was written, shortly: variables stay ${NAME}.
func Quote(v *Value) string {
	switch v.Kind {
	case KindMapping:
		return "a mapping"
	case KindList:
		return wording.Short(quoteList(v, 0))
	}
	switch {
	case v.IsNull() && v.Written == "":
		return "nothing"
	case v.Quoted || v.Written == "":
		return strconv.Quote(wording.Short(redact.URL(v.Written)))
	}
	return wording.Short(redact.URL(v.Written))
}

func quoteList(v *Value, depth int) string {
	const most = 8 // the rest would be cut anyway
	var parts []string
	for i, item := range v.Items {
		if i == most || depth == 3 {
			parts = append(parts, "…")
			break
		}
		if item.Kind == KindList {
			parts = append(parts, quoteList(item, depth+1))
		} else {
			parts = append(parts, Quote(item))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

package plan

import (
	"regexp"

	"llmsweep/sweep/conf"
)

var (
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110's token
	lineBreak  = regexp.MustCompile(`[\r\n\x00]`)
)

func readHeaders(c *Config) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		c.Headers, c.written.headers = r.Words(key, v, func(e conf.Entry, path string) bool {
			switch {
			case !headerName.MatchString(e.Key):
				r.Faults = append(r.Faults, e.At.Fault(path, "", "not a header's name; it is made of letters, digits and -"))
				return false
			case lineBreak.MatchString(e.Value.Text):
				r.Complain(path, e.Value, "text on one line")
				return false
			}
			return true
		})
	}
}

func readLabels(dst *map[string]string) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		*dst, _ = r.Words(key, v, func(e conf.Entry, path string) bool {
			if e.Key == "" {
				r.Faults = append(r.Faults, e.At.Fault(path, "", "a label without a name; write name: text"))
			}
			return e.Key != ""
		})
	}
}

// readFreeForm reads a mapping whose keys are the server's business; its values
// are what JSON has.
func readFreeForm(dst, asWritten *map[string]any) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			r.Complain(key, v, "a mapping of body fields to values")
			return
		}
		*dst = r.Free(key, v, false).(map[string]any)
		*asWritten = r.Free(key, v, true).(map[string]any)
	}
}

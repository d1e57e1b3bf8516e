package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/metrics"
	"llmsweep/sweep/conf"
)

// Upper limits, far above what a machine can do: past them a number is a slip,
// and sums over a plan would overflow.
const (
	maxCount = 10_000_000 // tokens of a length, prompts, requests in flight
	maxCases = 100_000
	maxSpan  = 10 * 365 * 24 * time.Hour
)

var unbounded = math.Inf(1)

// The defaults; 0 would be none.
var defaultTimeouts = client.Timeouts{
	Connect:    10 * time.Second,
	FirstToken: 600 * time.Second,
	Idle:       120 * time.Second,
	Request:    time.Hour,
}

// A check says what is wrong with a text beyond its type: ok, or a hint to add
// to what is wanted ("" = none).
type check func(text string) (hint string, ok bool)

func readText(dst *string, valid check, want string) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		s, isText := conf.Text(v)
		if !isText {
			hint := ""
			if v.Kind == conf.KindScalar {
				hint = "; write it in quotes"
			}
			r.complain(key, v, want+hint)
			return
		}
		if hint, ok := valid(s); !ok {
			if v.FromVariables() {
				hint = "" // it may quote what a variable holds
			}
			r.complain(key, v, want+hint)
			return
		}
		*dst = s
	}
}

func readOneOf(dst *string, words ...string) func(*reader, string, *conf.Value) {
	want := words[0]
	if n := len(words); n > 1 {
		want = strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind != conf.KindScalar || !slices.Contains(words, v.Text) {
			r.complain(key, v, want)
			return
		}
		*dst = v.Text
	}
}

func readFlag(dst *bool) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		if v.Kind != conf.KindScalar || v.Tag != "!!bool" {
			r.complain(key, v, "true or false"+conf.UnquoteHint(v, "!!bool"))
			return
		}
		*dst = strings.EqualFold(v.Text, "true")
	}
}

func readWhole(dst *int, least, most int) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		n, hint, ok := conf.Whole(v)
		if !ok || n < int64(least) || n > int64(most) {
			r.complain(key, v, wholeWanted(n, least, most)+hint)
			return
		}
		*dst = int(n)
	}
}

// wholeWanted names the upper limit only to who passed it.
func wholeWanted(n int64, least, most int) string {
	want := "a whole number, 0 or more"
	if least > 0 {
		want = fmt.Sprintf("a whole number above %d", least-1)
	}
	if n > int64(most) {
		want += fmt.Sprintf(", at most %d", most)
	}
	return want
}

func readNumber(dst *float64, ok func(float64) bool, want string) func(*reader, string, *conf.Value) {
	return func(r *reader, key string, v *conf.Value) {
		x, hint, isNumber := conf.Number(v)
		if !isNumber || !ok(x) {
			r.complain(key, v, want+hint)
			return
		}
		*dst = x
	}
}

func readMilliseconds(dst *float64) func(*reader, string, *conf.Value) {
	return readNumber(dst, func(x float64) bool { return x > 0 && x <= 1e12 }, "milliseconds, a number above 0")
}

func readGoodput(dst *metrics.SLO) func(*reader, string, *conf.Value) {
	return readNested(
		configField{"ttft", readMilliseconds(&dst.TTFT)},
		configField{"tpot", readMilliseconds(&dst.TPOT)},
		configField{"itl", readMilliseconds(&dst.ITL)},
		configField{"e2el", readMilliseconds(&dst.E2EL)},
	)
}

// duration reads Go's durations; a bare number is seconds.
func readDuration(dst *time.Duration) func(*reader, string, *conf.Value) {
	const want = "a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"
	return func(r *reader, key string, v *conf.Value) {
		var d time.Duration
		hint, ok := "", false
		if s, isText := conf.Text(v); isText && v.Tag == "!!str" {
			parsed, err := time.ParseDuration(s)
			d, ok = parsed, err == nil
		} else if seconds, h, isNumber := conf.Number(v); isNumber && seconds >= 0 && seconds <= maxSpan.Seconds() {
			d, ok = time.Duration(math.Round(seconds*1e9)), true
		} else {
			hint = h
		}
		if !ok || d < 0 || d > maxSpan {
			r.complain(key, v, want+hint)
			return
		}
		*dst = d
	}
}

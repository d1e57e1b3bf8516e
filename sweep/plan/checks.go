package plan

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
	"llmsweep/tokenizer"
)

var (
	simPreset    = regexp.MustCompile(`^sim:[A-Za-z0-9][A-Za-z0-9._-]*$`)
	unprintable  = regexp.MustCompile(`[[:cntrl:]]`)
	anySpace     = regexp.MustCompile(`\s`)
	hostWithPort = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?(/\S*)?$`)
)

func notEmpty(s string) (string, bool) {
	return "", strings.TrimSpace(s) != "" && !unprintable.MatchString(s)
}

func isPath(s string) (string, bool) {
	return "", strings.HasPrefix(s, "/") && !unprintable.MatchString(s) && !anySpace.MatchString(s)
}

func isHeaderName(s string) (string, bool) { return "", headerName.MatchString(s) }

// isVariableName also lets "" pass: no key is sent.
func isVariableName(s string) (string, bool) {
	return "", s == "" || conf.IsVariable(s) && !redact.SecretText(s)
}

func checkTokenizer(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, "builtin:"):
		return "", s == "builtin:qwen3"
	case strings.HasPrefix(s, idsPrefix):
		_, err := tokenizer.Load(s, tokenizer.LoadOptions{}) // reads no file
		return "", err == nil
	}
	return notEmpty(s)
}

func checkBaseURL(s string) (string, bool) {
	if strings.HasPrefix(s, "sim:") {
		return "", simPreset.MatchString(s)
	}
	if !strings.Contains(s, "://") {
		if hostWithPort.MatchString(s) {
			return "; did you mean http://" + s + "?", false
		}
		return "", false
	}
	if path, ok := strings.CutPrefix(s, "unix://"); ok {
		return "; a socket's path is absolute, as in unix:///run/server.sock; a prefix of the server's paths belongs to endpoint", len(path) > 1 && !strings.ContainsAny(path, "?#%") && path[0] == '/' && !anySpace.MatchString(path)
	}
	u, hint, ok := parseURL(s, "http", "https")
	switch {
	case !ok:
		return hint, false
	case u.User != nil:
		return "; a password does not belong here: send it by headers, as ${NAME}", false
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "; it ends with the path, before any ? or #", false
	}
	return "", true
}

func checkProxy(s string) (string, bool) {
	if s == "none" || s == "env" {
		return "", true
	}
	_, hint, ok := parseURL(s, "http", "https", "socks5")
	return hint, ok
}

// parseURL is an absolute URL of one of the schemes, with a host and, if it has
// a port, a possible one.
func parseURL(s string, schemes ...string) (u *url.URL, hint string, ok bool) {
	u, err := url.Parse(s)
	if err != nil || anySpace.MatchString(s) || unprintable.MatchString(s) {
		return nil, "", false
	}
	known := false
	for _, scheme := range schemes {
		known = known || u.Scheme == scheme
	}
	if !known || u.Hostname() == "" {
		return nil, "", false
	}
	if p := u.Port(); p != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return nil, "; a port is a number from 1 to 65535", false
		}
	}
	return u, "", true
}

var unbounded = math.Inf(1)

// Upper limits, far above what a machine can do: past them a number is a slip,
// and sums over a plan would overflow.
const (
	maxCount = 10_000_000 // tokens of a length, prompts, requests in flight
	maxCases = 100_000
)

package client

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A plan is a config's addresses and files, read.
type plan struct {
	servers []server
	proxy   func(*http.Request) (*url.URL, error) // nil = none is asked for
	tls     *tls.Config
}

// check reports all that is wrong with a config, and reads its addresses and files.
func (cfg *Config) check() (p plan, err error) {
	var faults []error
	fault := func(key string, value any, want string) {
		faults = append(faults, fmt.Errorf("%s: %v, want %s", key, value, want))
	}
	if find(cfg.Backend) == nil {
		fault("backend", cfg.Backend, "one of "+strings.Join(Backends(), ", "))
	}
	if !slices.Contains([]string{"auto", "true", "false"}, cfg.IgnoreEOS) {
		fault("ignore_eos", cfg.IgnoreEOS, "auto, true or false")
	}
	if !slices.Contains([]string{HTTP1, HTTP2, Auto}, cfg.Protocol) {
		fault("protocol", cfg.Protocol, "http1, http2 or auto")
	}
	p.servers, err = parseServers(cfg.BaseURL)
	faults = append(faults, err)
	p.tls, err = cfg.TLS.load(cfg.RootCAs)
	faults = append(faults, err)
	switch cfg.Proxy {
	case "", "none":
	case "env":
		p.proxy = http.ProxyFromEnvironment
	default:
		u, err := url.Parse(cfg.Proxy)
		if err != nil || u.Host == "" {
			fault("proxy", "(not shown: it may hold a password)", "none, env or a URL")
		} else {
			p.proxy = http.ProxyURL(u)
		}
	}
	if p.proxy != nil && slices.ContainsFunc(p.servers, func(s server) bool { return s.socket != "" }) {
		fault("proxy", "set", "none with a unix: base_url")
	}
	for name, value := range cfg.Headers {
		if !headerName(name) {
			fault("headers", name, "a name of letters, digits and hyphens")
		} else if !headerValue(value) {
			fault("headers."+name, "(not shown)", "a value on one line")
		}
	}
	if name := cfg.SessionHeader; name != "" && (!headerName(name) || slices.Contains(ownHeaders, http.CanonicalHeaderKey(name))) {
		fault("session_header", name, "a name of letters, digits and hyphens, other than "+strings.Join(ownHeaders, ", "))
	}
	if !headerValue(cfg.APIKey) {
		fault("api key", "(not shown)", "a value on one line")
	}
	return p, errors.Join(faults...)
}

// endpoint is where requests go. A base that already ends in /v1, as other
// tools want it, is not given a second one.
func endpoint(base *url.URL, cfg Config) *url.URL {
	if cfg.Endpoint != "" {
		return below(base, cfg.Endpoint)
	}
	return below(base, find(cfg.Backend).shapes[0].pathFor(cfg.Model))
}

// below is the address of path under base.
func below(base *url.URL, path string) *url.URL {
	prefix := strings.TrimSuffix(base.String(), "/")
	if strings.HasSuffix(prefix, "/v1") {
		path = strings.TrimPrefix(path, "/v1")
	}
	u, err := url.Parse(prefix + "/" + strings.TrimPrefix(path, "/"))
	if err != nil {
		return base.JoinPath(path)
	}
	return u
}

// hostPort is the address to dial.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// header is the headers of each request; those of the config replace ours.
func (cfg *Config) header(user *url.Userinfo) http.Header {
	h := http.Header{}
	h.Set("Accept-Encoding", "identity")
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "llmsweep")
	if user != nil {
		password, _ := user.Password()
		r := http.Request{Header: h}
		r.SetBasicAuth(user.Username(), password)
	}
	b := find(cfg.Backend)
	b.headers(h, b.shape(cfg.Endpoint), cfg.APIKey)
	for name, value := range cfg.Headers {
		h.Set(name, value)
	}
	return h
}

// ownHeaders are set for each request anew.
var ownHeaders = []string{"Host", "Content-Length", "Transfer-Encoding", "X-Request-Id"}

// sessionHeader is the name of the header that carries a session's id; "" = none
// does, because each request has one of that name in h.
func (cfg *Config) sessionHeader(h http.Header) string {
	name := http.CanonicalHeaderKey(cmp.Or(cfg.SessionHeader, "X-Session-Id"))
	if h.Get(name) != "" {
		return ""
	}
	return name
}

// requestHead is the request line and the headers that every request shares.
func requestHead(u *url.URL, h http.Header) string {
	var b strings.Builder
	host := u.Host
	if v := h.Get("Host"); v != "" {
		host = v
	}
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), host)
	_ = h.WriteSubset(&b, map[string]bool{"Host": true, "Content-Length": true, "X-Request-Id": true}) // a Builder takes all
	return b.String()
}

// headerName reports whether s is a token (RFC 9110, section 5.6.2).
func headerName(s string) bool {
	for _, b := range []byte(s) {
		letter := 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(b)) {
			return false
		}
	}
	return s != ""
}

// headerValue reports whether s can stand in a header line.
func headerValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// secrets is what must not appear in errors, whoever quotes it.
func (cfg *Config) secrets(servers []server) []string {
	var all []string
	if cfg.APIKey != "" {
		all = append(all, cfg.APIKey)
	}
	for _, s := range servers {
		if password, ok := s.user.Password(); ok && password != "" {
			all = append(all, password)
		}
	}
	for name, value := range cfg.Headers {
		for _, part := range []string{"auth", "key", "token", "secret", "cookie"} {
			if strings.Contains(strings.ToLower(name), part) && len(value) >= 8 {
				all = append(all, value, strings.TrimPrefix(value, "Bearer "))
				break
			}
		}
	}
	return all
}

// Redact is s without the secrets that the client's requests carry.
func (c *Client) Redact(s string) string {
	for _, secret := range c.secrets {
		s = strings.ReplaceAll(s, secret, "[secret]")
	}
	return s
}

// redactError is err without secrets, and with sockets under their own names:
// itself where it has nothing to change.
func (c *Client) redactError(err error) error {
	if err == nil {
		return nil
	}
	if said := c.named(c.Redact(err.Error())); said != err.Error() {
		return errors.New(said)
	}
	return err
}

package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// socketHost ends the names under which net/http knows Unix sockets: it dials by
// name. The server sees "localhost".
const socketHost = ".localhost"

// A server is one of those that a client's requests go to.
type server struct {
	name   string   // as BaseURL has it, without credentials
	base   *url.URL // http(s)://…, without credentials
	user   *url.Userinfo
	socket string // path of its Unix socket, which base names for net/http; "" = none
}

// BaseURLs are the servers that a base_url names: one, or several with commas
// between.
func BaseURLs(baseURL string) []string {
	all := strings.Split(baseURL, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// parseServers reads a base_url. The error says what one is to look like.
func parseServers(baseURL string) ([]server, error) {
	var all []server
	var faults []error
	for i, text := range BaseURLs(baseURL) {
		s, err := parseServer(text, i+1)
		faults = append(faults, err)
		all = append(all, s)
	}
	return all, errors.Join(faults...)
}

// parseServer reads the base URL of server n, counted from 1.
func parseServer(text string, n int) (server, error) {
	u, err := url.Parse(text)
	switch {
	case err == nil && u.Scheme == "unix" && u.Host == "" && len(u.Path) > 1 && u.RawQuery == "" && u.Fragment == "":
		base := &url.URL{Scheme: "http", Host: fmt.Sprintf("unix-%d%s", n, socketHost)}
		return server{name: text, base: base, socket: u.Path}, nil
	case err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"):
		s := server{base: u, user: u.User}
		u.User = nil
		s.name = u.String()
		return s, nil
	}
	if err != nil || u.User != nil {
		text = "(not shown: it may hold a password)"
	}
	return server{}, fmt.Errorf("base_url: %s, want http(s)://host[:port][/prefix] or unix:///path/of.sock", text)
}

// page is where u, an address on the server as its base URL is written, is to be
// asked for; nil = u is on no server of this name.
func (s *server) page(u *url.URL) *url.URL {
	if s.socket != "" && u.Scheme == "unix" && strings.HasPrefix(u.Path+"/", s.socket+"/") {
		rest := *u
		rest.Scheme, rest.Host, rest.Path, rest.RawPath = s.base.Scheme, s.base.Host, strings.TrimPrefix(u.Path, s.socket), ""
		return &rest
	}
	if u.Scheme == s.base.Scheme && u.Host == s.base.Host {
		return u
	}
	return nil
}

// header is h as the server's requests have it.
func (s *server) header(h http.Header) http.Header {
	if s.socket == "" || h.Get("Host") != "" {
		return h
	}
	h = h.Clone()
	h.Set("Host", "localhost")
	return h
}

// address is what is dialled.
func (s *server) address() (network, addr string) {
	if s.socket != "" {
		return "unix", s.socket
	}
	return "tcp", hostPort(s.base)
}

// dialer dials for net/http: the sockets among the servers by their path.
func dialer(servers []server, d *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	sockets := map[string]string{}
	for i := range servers {
		if s := &servers[i]; s.socket != "" {
			sockets[hostPort(s.base)] = s.socket
		}
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if path := sockets[addr]; path != "" {
			network, addr = "unix", path
		}
		return d.DialContext(ctx, network, addr)
	}
}

// named is s with Unix sockets under their own names.
func (c *Client) named(s string) string {
	for i := range c.servers {
		if v := &c.servers[i]; v.socket != "" {
			s = strings.ReplaceAll(s, v.base.String(), v.name)
		}
	}
	return s
}

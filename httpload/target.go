package httpload

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A target is a URL taken apart as scripts see it.
type target struct {
	scheme, host, port string // port is "" where the URL has none
	path               string // with the query
	user               *url.Userinfo
}

func parseTarget(raw string) (target, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return target{}, fmt.Errorf("URL %s: want http(s)://host[:port][/path]", ShownURL(raw))
	}
	return target{scheme: u.Scheme, host: u.Hostname(), port: u.Port(), path: u.RequestURI(), user: u.User}, nil
}

// service is the port to dial.
func (t *target) service() string {
	if t.port == "" {
		return t.scheme
	}
	return t.port
}

// authority is the Host header.
func (t *target) authority() string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.port != "" {
		host += ":" + t.port
	}
	return host
}

// tls is nil for plain HTTP.
func (t *target) tls(insecure bool) *tls.Config {
	if t.scheme != "https" {
		return nil
	}
	return &tls.Config{ServerName: t.host, InsecureSkipVerify: insecure, NextProtos: []string{"http/1.1"}}
}

// authorization is the header that the URL's user asks for, if it has one.
func (t *target) authorization() []Header {
	if t.user == nil {
		return nil
	}
	password, _ := t.user.Password()
	both := base64.StdEncoding.EncodeToString([]byte(t.user.Username() + ":" + password))
	return []Header{{"Authorization", "Basic " + both}}
}

// lookup is the addresses of a host and a service, "ip:port" each.
func lookup(ctx context.Context, host, service string) ([]string, error) {
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err == nil {
		var ips []string
		if ips, err = net.DefaultResolver.LookupHost(ctx, host); err == nil {
			for i, ip := range ips {
				ips[i] = net.JoinHostPort(ip, strconv.Itoa(port))
			}
			return ips, nil
		}
	}
	return nil, fmt.Errorf("unable to resolve %s:%s: %w; check the URL", host, service, err)
}

// connectWait bounds the probe of an address.
const connectWait = 10 * time.Second

// resolve is the first of the target's addresses that takes a connection.
func (t *target) resolve(ctx context.Context) (string, error) {
	addrs, err := lookup(ctx, t.host, t.service())
	if err != nil {
		return "", err
	}
	for _, addr := range addrs {
		if err = probe(ctx, addr); err == nil {
			return addr, nil
		}
	}
	return "", fmt.Errorf("unable to connect to %s:%s: %w; start the server, or check host and port", t.host, t.service(), cause(err))
}

func probe(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}

// Limits of the machine that sends: no fault of the server's.
var (
	errOwnFiles = errors.New("too many open files on this side; raise ulimit -n, or take fewer connections")
	errOwnPorts = errors.New("no local port is free; take fewer connections, or a server that keeps them open")
)

// cause is a network error without the addresses that the caller names.
func cause(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the server closed the connection")
	}
	if errors.Is(err, syscall.EMFILE) {
		return errOwnFiles
	}
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return errOwnPorts
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// ShownURL is a URL as files and reports may have it: without a password, and
// without what a query holds under a secret's name.
func ShownURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not shown: it is no URL, and may hold a password)"
	}
	if u.RawQuery != "" {
		parts := strings.Split(u.RawQuery, "&")
		for i, part := range parts {
			if name, value, ok := strings.Cut(part, "="); ok && value != "" && secretName(name) {
				parts[i] = name + "=xxxxx"
			}
		}
		u.RawQuery = strings.Join(parts, "&")
	}
	return u.Redacted()
}

// secretName reports whether what stands under a name is likely a secret.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"auth", "key", "token", "secret", "passw", "sig", "cookie"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

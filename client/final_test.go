package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hangUp takes connections, reads what a client says first, and ends them: by a reset,
// as a port that is forwarded to nobody does, or in order.
func hangUp(t *testing.T, reset bool) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			if reset {
				_ = conn.(*net.TCPConn).SetLinger(0)
			}
			conn.Close()
		}
	}()
	return ln.Addr().String()
}

// silently serves TLS as servers do that say nothing to plain HTTP: they hang up.
func silently(t *testing.T, c *tls.Config) string {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if conn.(*tls.Conn).Handshake() == nil {
					_, _ = io.Copy(io.Discard, conn)
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// What waiting does not change is told from what a server says that is starting, by
// both ways to ask.
func TestFinal(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	expired, _, _ := ours.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1e9, 0)})
	forClients, _, _ := ours.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	good := &tls.Config{Certificates: []tls.Certificate{ours.server(t, "")}}
	secure := func(c *tls.Config) string { return serveTLS(t, c, true, streamer) }
	says := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	old := httptest.NewUnstartedServer(http.HandlerFunc(streamer))
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.Start()
	t.Cleanup(old.Close)
	plain := strings.TrimPrefix(old.URL, "http://")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()

	const toHTTPS = "the server speaks TLS there: set base_url to https://"
	for _, tt := range []struct {
		name, url string
		protocol  string // "" = http1
		says      string // part of what is final; "" = it may pass
	}{
		{"unknown authority", secure(&tls.Config{Certificates: []tls.Certificate{others.server(t, "")}}), "", "name the authority's certificate by tls.ca"},
		{"another name", secure(&tls.Config{Certificates: []tls.Certificate{ours.server(t, "llm.test")}}), "", "tls.server_name"},
		{"expired", secure(&tls.Config{Certificates: []tls.Certificate{expired}}), "", "renew the server's certificate"},
		{"not for servers", secure(&tls.Config{Certificates: []tls.Certificate{forClients}}), "", "have the server's certificate made anew"},
		{"wants a certificate", secure(&tls.Config{Certificates: good.Certificates, ClientAuth: tls.RequireAnyClientCert}), "", "give tls.cert and tls.key"},
		{"HTTPS to plain HTTP", "https://" + plain, "", "set base_url to http://"},
		{"plain HTTP to one that says so", strings.Replace(secure(good), "https", "http", 1), "", toHTTPS},
		{"plain HTTP to one that hangs up", "http://" + silently(t, good), "", toHTTPS},
		{"no HTTP/2", "http://" + plain, HTTP2, "set protocol: http1"},
		{"the key is refused", says(http.StatusUnauthorized), "", "set the API key"},

		{"refused", "http://" + free.Addr().String(), "", ""},
		{"refused, by TLS", "https://" + free.Addr().String(), "", ""},
		{"reset", "http://" + hangUp(t, true), "", ""},
		{"reset, by TLS", "https://" + hangUp(t, true), "", ""},
		{"closed", "http://" + hangUp(t, false), "", ""},
		{"closed, by TLS", "https://" + hangUp(t, false), "", ""},
		{"closed, by HTTP/2", "http://" + hangUp(t, false), HTTP2, ""},
		{"loading", says(http.StatusServiceUnavailable), "", ""},
		{"nobody behind the proxy", says(http.StatusBadGateway), "", ""},
		{"no such page", says(http.StatusNotFound), "", ""},
		{"not understood", says(http.StatusBadRequest), "", ""},
		{"forbidden", says(http.StatusForbidden), "", ""},
	} {
		c := newClient(t, Config{BaseURL: tt.url, TLS: TLSOptions{CA: ours.file}, Protocol: tt.protocol})
		for way, ask := range map[string]func(context.Context) error{"page": c.Ready, "probe": c.Probe} {
			err := c.Final(t.Context(), ask(t.Context()))
			if err == nil || IsFinal(err) != (tt.says != "") || !strings.Contains(err.Error(), tt.says) || strings.Count(err.Error(), "; ") > 1 {
				t.Errorf("%s, by %s: final %v, %v; want %q in it, once", tt.name, way, IsFinal(err), err, tt.says)
			}
		}
	}
	if c := newClient(t, Config{BaseURL: old.URL}); c.Final(t.Context(), c.Ready(t.Context())) != nil {
		t.Error("a server that is ready has an error")
	}
}

package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An authority signs certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its certificate, PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	var pair tls.Certificate
	pair, a.file, _ = a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue signs a certificate, by itself while the authority has none. Without times
// it is valid now.
func (a *authority) issue(t *testing.T, template *x509.Certificate) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return pair, certFile, keyFile
}

// server issues a certificate for 127.0.0.1, or for a name alone.
func (a *authority) server(t *testing.T, name string) tls.Certificate {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "server"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if name == "" {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		template.DNSNames = []string{name}
	}
	pair, _, _ := a.issue(t, template)
	return pair
}

// streamer answers each request with a good stream, and /v1/models with m.
func streamer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/models" {
		_, _ = io.WriteString(w, `{"data":[{"id":"m"}]}`)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, good)
}

// serveTLS starts a server of HTTP/1.1, and of HTTP/2 where both is set.
func serveTLS(t *testing.T, c *tls.Config, both bool, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS, s.EnableHTTP2 = c, both
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// The fast road, net/http's and the plain client check the same certificates and
// show the same one; what fails says the next step.
func TestTLSOptions(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	trusted := x509.NewCertPool()
	trusted.AddCert(ours.cert)
	_, cert, key := ours.issue(t, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	_, wrongCert, wrongKey := others.issue(t, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	expired, _, _ := ours.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1e9, 0)})

	open := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t, "")}}, true, streamer)
	named := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t, "llm.test")}}, true, streamer)
	old := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{expired}}, true, streamer)
	mutual := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.server(t, "")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted}, true, streamer)
	plain := httptest.NewServer(http.HandlerFunc(streamer))
	defer plain.Close()

	for _, tt := range []struct {
		name, url string
		options   TLSOptions
		says      string // part of the error; "" = it goes well
	}{
		{"our authority", open, TLSOptions{CA: ours.file}, ""},
		{"no authority", open, TLSOptions{}, "name the authority's certificate by tls.ca"},
		{"another authority", open, TLSOptions{CA: others.file}, "name the authority's certificate by tls.ca"},
		{"insecure", open, TLSOptions{Insecure: true}, ""},
		{"another name", named, TLSOptions{CA: ours.file}, "tls.server_name"},
		{"that name", named, TLSOptions{CA: ours.file, ServerName: "llm.test"}, ""},
		{"expired", old, TLSOptions{CA: ours.file}, "renew the server's certificate"},
		{"client certificate", mutual, TLSOptions{CA: ours.file, Cert: cert, Key: key}, ""},
		{"no client certificate", mutual, TLSOptions{CA: ours.file}, "give tls.cert and tls.key"},
		{"another's client certificate", mutual, TLSOptions{CA: ours.file, Cert: wrongCert, Key: wrongKey}, "give tls.cert and tls.key"},
		{"no TLS", "https://" + plain.Listener.Addr().String(), TLSOptions{CA: ours.file}, "http://"},
	} {
		for _, protocol := range []string{HTTP1, HTTP2} {
			c := newClient(t, Config{BaseURL: tt.url, TLS: tt.options, Protocol: protocol})
			_, err := c.Models(t.Context())
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s, %s, models: %v, want %q", tt.name, protocol, err, tt.says)
			}
			trace := c.Do(t.Context(), request)
			switch {
			case (trace.Err == nil) != (tt.says == ""), trace.Err != nil && !strings.Contains(trace.Err.Error(), tt.says):
				t.Errorf("%s, %s: %v, want %q", tt.name, protocol, trace.Err, tt.says)
			case trace.Err != nil && trace.Err.Class != TLS:
				t.Errorf("%s, %s: class %s, want tls", tt.name, protocol, trace.Err.Class)
			case trace.Err == nil && (trace.TLSDone <= trace.Connected || trace.Sent < trace.TLSDone || len(trace.Arrivals) != 2):
				t.Errorf("%s, %s: connected %d, TLS done %d, sent %d, arrivals %v", tt.name, protocol, trace.Connected, trace.TLSDone, trace.Sent, trace.Arrivals)
			}
			if noted := strings.Contains(strings.Join(c.Notes(), "\n"), "tls.insecure"); noted != tt.options.Insecure {
				t.Errorf("%s, %s: notes %q", tt.name, protocol, c.Notes())
			}
		}
	}
}

// Files that cannot be read or are something else are faults of the config.
func TestTLSFiles(t *testing.T) {
	a := newAuthority(t)
	_, cert, key := a.issue(t, &x509.Certificate{})
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		options TLSOptions
		says    string
	}{
		{TLSOptions{CA: empty + "-not"}, "tls.ca: open "},
		{TLSOptions{CA: empty}, "holds no certificate; want a PEM file"},
		{TLSOptions{Cert: cert}, "cert and key belong together"},
		{TLSOptions{Key: key}, "cert and key belong together"},
		{TLSOptions{Cert: cert, Key: empty}, "tls.cert, tls.key: "},
		{TLSOptions{Cert: a.file, Key: key}, "private key does not match public key"},
	} {
		_, err := New(Config{Backend: OpenAI, BaseURL: "https://h", TLS: tt.options})
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt.options, err, tt.says)
		}
	}
}

// A server behind a proxy that wants a key, over TLS with an authority of its own:
// the proxy sees a tunnel alone, and neither errors nor notes hold the key.
func TestTLSThroughProxyWithKey(t *testing.T) {
	a := newAuthority(t)
	const key = "sk-very-secret-key"
	server := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{a.server(t, "")}}, false, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+key || r.Header.Get("X-Team") != "a" {
			t.Errorf("headers %v", r.Header)
		}
		if r.Header.Get("X-Fail") != "" {
			http.Error(w, "no such key: "+r.Header.Get("Authorization"), http.StatusUnauthorized)
			return
		}
		streamer(w, r)
	})
	var tunnels []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tunnels = append(tunnels, r.Method+" "+r.Host+" "+r.Header.Get("Authorization"))
		to, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer to.Close()
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer from.Close()
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from) }()
		_, _ = io.Copy(from, to)
	}))
	t.Cleanup(proxy.Close)
	host := strings.TrimPrefix(server, "https://")
	for _, fail := range []bool{false, true} {
		headers := map[string]string{"X-Team": "a"}
		if fail {
			headers["X-Fail"] = "yes"
		}
		c := newClient(t, Config{BaseURL: server, Proxy: proxy.URL, APIKey: key, Headers: headers, TLS: TLSOptions{CA: a.file, Insecure: fail}})
		trace := c.Do(t.Context(), request)
		if (trace.Err == nil) == fail {
			t.Errorf("fail %v: %v", fail, trace.Err)
		}
		said := strings.Join(c.Notes(), "\n")
		if trace.Err != nil {
			said += trace.Err.Error()
		}
		_, err := c.Models(t.Context())
		if (err == nil) == fail {
			t.Errorf("fail %v, models: %v", fail, err)
		} else if err != nil {
			said += err.Error()
		}
		if strings.Contains(said, key) {
			t.Errorf("the key is told: %s", said)
		}
		c.Close()
	}
	if len(tunnels) == 0 {
		t.Fatal("the proxy was not used")
	}
	for _, tunnel := range tunnels {
		if tunnel != "CONNECT "+host+" " {
			t.Errorf("the proxy saw %q", tunnel)
		}
	}
}

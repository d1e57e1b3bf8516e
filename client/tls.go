package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// TLSOptions are how a server's certificate is checked, and which one is shown to it.
// Files are PEM. The zero value trusts the system's roots.
type TLSOptions struct {
	CA         string `yaml:"ca"`          // file of the authorities to trust, in place of the system's; "" = those
	Cert       string `yaml:"cert"`        // file of the client's certificate, its chain behind it; "" = none is shown
	Key        string `yaml:"key"`         // file of its private key
	ServerName string `yaml:"server_name"` // that the certificate is to be for; "" = the host of base_url
	Insecure   bool   `yaml:"insecure"`    // check nothing: anyone can be the server
}

// Check says what is wrong with the files.
func (o *TLSOptions) Check() error {
	_, err := o.load(nil)
	return err
}

// load reads the files. roots stand in for a CA of its own; nil = the system's.
func (o *TLSOptions) load(roots *x509.CertPool) (*tls.Config, error) {
	c := &tls.Config{ServerName: o.ServerName, RootCAs: roots, InsecureSkipVerify: o.Insecure}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("tls.ca: %w; want a PEM file of the authority's certificate", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca: %s holds no certificate; want a PEM file, with -----BEGIN CERTIFICATE-----", o.CA)
		}
	}
	switch {
	case o.Cert == "" && o.Key == "":
		return c, nil
	case o.Cert == "" || o.Key == "":
		return nil, errors.New("tls: cert and key belong together; give both, or neither")
	}
	pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
	if err != nil {
		return nil, fmt.Errorf("tls.cert, tls.key: %w; want PEM files of a certificate and its private key", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}

// advised is an error of TLS with the next step; any other as it is.
func advised(err error) error {
	if step := tlsAdvice(err); step != "" {
		return fmt.Errorf("%w; %s", err, step)
	}
	return err
}

// tlsAdvice is what to do about an error of TLS; "" = it is none.
func tlsAdvice(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "name the authority's certificate by tls.ca, or set tls.insecure: true to check nothing"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "set tls.server_name to a name that the certificate is for"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "renew the server's certificate, or set tls.insecure: true to check nothing"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "have the server's certificate made anew, or set tls.insecure: true to check nothing"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "the server does not speak TLS there: set base_url to http://"
	}
	switch alert(err) {
	case "tls: certificate required":
		return "the server wants a certificate of its clients: give tls.cert and tls.key"
	case "tls: bad certificate", "tls: unknown certificate authority", "tls: unknown certificate":
		return "the server refuses the client's certificate: give tls.cert and tls.key of an authority that it trusts"
	case "tls: no application protocol":
		return "the server does not offer that version of HTTP: set protocol: auto"
	}
	return ""
}

// alert is the TLS alert (RFC 8446, section 6) by which the peer, or we, ended the
// connection, in crypto/tls' words, which has no exported type for it; "" = none.
func alert(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "remote error" || e.Op == "local error") {
		return e.Err.Error()
	}
	return ""
}

// overtaken is what to do about a connection of TLS that ended before its first
// answer: in TLS 1.3 a server refuses a client's certificate after the handshake,
// and the end of the connection may overtake its alert. "" = it ended otherwise.
func overtaken(err error) string {
	if isReset(err) || strings.Contains(err.Error(), "http2: client conn could not be established") { // no exported type
		return "if the server wants a certificate of its clients, give tls.cert and tls.key of an authority that it trusts"
	}
	return ""
}

// isTLS reports whether err is one of TLS, not of the connection below it.
func isTLS(err error) bool {
	return alert(err) != "" || tlsAdvice(err) != ""
}

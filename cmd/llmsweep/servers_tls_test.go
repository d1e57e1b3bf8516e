package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"llmsweep/runlog"
	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

// beSecure has the address that a child serves by TLS, to clients with a certificate.
const beSecure = "LLMSWEEP_TEST_SECURE"

// serveSecurely is a launched server that speaks TLS. Its first life ends with its 7th
// completion, which leaves the file died in its folder.
func serveSecurely(address string) {
	tok, err := tokenizer.Load(os.Getenv(smallTokenizer), tokenizer.LoadOptions{})
	check(err)
	sim, err := simserver.New(simserver.Config{Model: "m", Tokenizer: tok})
	check(err)
	var completions atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat("died"); err != nil && strings.HasSuffix(r.URL.Path, "/completions") && completions.Add(1) == 7 {
			check(os.WriteFile("died", nil, 0o644))
			os.Exit(3)
		}
		sim.ServeHTTP(w, r)
	}))
	s.Listener.Close()
	s.Listener, err = net.Listen("tcp", address)
	check(err)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	select {}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// TestSecureServerIsStartedAgain: the TLS keys of an entry hold for its server's
// readiness, for its load, when it is started again after its death, and in the run
// that goes on; the other entry speaks plainly.
func TestSecureServerIsStartedAgain(t *testing.T) {
	dir := t.TempDir()
	own := httptest.NewTLSServer(nil) // has the certificate of all such servers
	defer own.Close()
	key, err := x509.MarshalPKCS8PrivateKey(own.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "own.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate().Raw})))
	writeFile(t, dir, "own.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	secure := fmt.Sprintf("  - {name: secure, base_url: 'https://%s', tls: {ca: own.pem, cert: own.pem, key: own.key}, launch: 'exec %s', env: {%s: '%s', TEST_DIR: '%s'}}\n", address, exe, beSecure, address, dir)
	writeConfig(t, dir, "%sservers:\n%s%s", threeLoads, secure, entry(t, dir, "plain", "--preset fast"))
	const ok, failed = runlog.StatusMeasured, runlog.StatusFailed
	_, stderr := sweepIn(t, dir, exitFailed)
	if got := statuses(t, dir, "secure"); !slices.Equal(got, []string{ok, failed, ok}) {
		t.Errorf("by TLS: %q\n%s", got, stderr)
	}
	if got := statuses(t, dir, "plain"); !slices.Equal(got, []string{ok, ok, ok}) {
		t.Errorf("plain: %q\n%s", got, stderr)
	}
	if n := strings.Count(stderr, "server secure ended; starting it again"); n != 1 {
		t.Errorf("started again %d times\n%s", n, stderr)
	}
	checkNoServers(t, dir)
	_, stderr = sweepIn(t, dir, exitOK)
	if !strings.Contains(stderr, "going on: 5 of 6 cases stay as they are, 1 to run") {
		t.Errorf("not gone on with:\n%s", stderr)
	}
	checkNoServers(t, dir)

	_, stderr = sweepIn(t, dir, exitFailed, "--only", "*mc2*", "--set", "servers=["+strings.TrimPrefix(strings.TrimSpace(strings.Replace(secure, ", cert: own.pem, key: own.key", ", server_name: other", 1)), "- ")+"]", "--set", "ready_timeout=1h", "--fresh")
	if !strings.Contains(stderr, "server secure answers, and can never be ready so: ") || !strings.Contains(stderr, "not other; set tls.server_name to a name that the certificate is for") {
		t.Errorf("with a name that the certificate is not for:\n%s", stderr)
	}
	checkNoServers(t, dir)
}

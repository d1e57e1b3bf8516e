package launch

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"llmsweep/sweep/redact"
)

// dialTimeout is for a host that does not answer at all.
const dialTimeout = 2 * time.Second

// hostPort is where a base_url is dialled.
func hostPort(baseURL string) (string, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("base_url %s: a server that is launched needs one like http://localhost:8010", redact.URL(baseURL))
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// occupied reports whether someone listens at an address, and whether here, on
// this machine. On another one an open port may be a load balancer's with no
// server behind it: there ready tells; nil = it cannot be asked, and nobody is
// assumed.
func occupied(ctx context.Context, address string, ready func(context.Context) error) (yes, here bool) {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false, false
	}
	defer conn.Close()
	local, remote := conn.LocalAddr().(*net.TCPAddr), conn.RemoteAddr().(*net.TCPAddr)
	if remote.IP.IsLoopback() || remote.IP.Equal(local.IP) { // a machine reaches itself from the address it dials
		return true, true
	}
	return ready != nil && askReady(ctx, ready) == nil, false
}

// holder is who listens at an address that is occupied, as far as can be seen.
func holder(address string, here bool) string {
	if !here {
		return "a server that answers"
	}
	_, port, _ := net.SplitHostPort(address) // of hostPort's making
	if n, err := strconv.Atoi(port); err == nil {
		if pid, name := listener(n); pid != 0 {
			return fmt.Sprintf("pid %d (%s)", pid, name)
		}
	}
	return "a process that this user cannot see"
}

package sweep

import (
	"net"
	"strings"
	"testing"
	"time"

	"llmsweep/client"
)

// A server that takes connections and never answers: the question ends, and the
// error says what was seen.
func TestProbeOfASilentServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: "http://" + ln.Addr().String(), Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = probe(t.Context(), c, 100*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "did not answer within") || !strings.Contains(err.Error(), "ready_timeout") {
		t.Errorf("error %v", err)
	}
}

func TestMaskedLabels(t *testing.T) {
	c := &Config{Labels: map[string]string{"token": "mysecret", "other": "sk-abcdef", "gpu": "h100"}}
	got := c.maskedLabels()
	if got["token"] != "***" || got["other"] != "***" || got["gpu"] != "h100" {
		t.Errorf("labels %v", got)
	}
}

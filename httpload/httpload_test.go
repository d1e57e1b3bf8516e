package httpload

import (
	"strings"
	"testing"
	"time"
)

// All faults are told at once.
func TestCheck(t *testing.T) {
	good := Options{URL: "http://127.0.0.1:1/", Threads: 1, Connections: 1, Duration: time.Second, Timeout: time.Second}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	bad := Options{URL: "ftp://x", Method: "GET /x", Timeout: time.Second, Rate: 1, Corrected: true}
	err := bad.Check()
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for _, want := range []string{"URL ftp://x: want http(s)", `method "GET /x": want a word`, "threads 0", "connections 0", "duration 0s", "corrected: with a rate"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"
)

// The server counts, by its /tokenize, what the tokenizer that it was started
// with counts.
func TestTokenizeByServer(t *testing.T) {
	url, _ := simulator(t, "--model", "m")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "     2     11          11  -"},
		{[]string{"--chat"}, "    10     11          11  -"},
		{[]string{"--ids"}, "9707 1879"},
	} {
		cmd := llmsweep(t, t.TempDir(), append([]string{"tokenize", "--base-url", url, "--model", "m"}, tt.args...)...)
		cmd.Stdin = strings.NewReader("Hello world")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.want) {
			t.Errorf("%v: %v\n%s\nwant %q", tt.args, err, out, tt.want)
		}
	}
	cmd := llmsweep(t, t.TempDir(), "tokenize", "--base-url", url, "--model", "m", "--chat", "--ids")
	cmd.Stdin = strings.NewReader("Hello world")
	if out, err := cmd.CombinedOutput(); fmt.Sprint(err) != "exit status 1" || !strings.Contains(string(out), "so --chat has no --ids there: count without --ids") {
		t.Errorf("ids of a chat: %v\n%s", err, out)
	}
	cmd = llmsweep(t, t.TempDir(), "tokenize", "--base-url", url, "--model", "other")
	if out, err := cmd.CombinedOutput(); fmt.Sprint(err) != "exit status 1" || !strings.Contains(string(out), "does not exist") {
		t.Errorf("another model: %v\n%s", err, out)
	}
}

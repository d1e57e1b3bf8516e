package client

import (
	"strings"
	"testing"
)

func TestRoom(t *testing.T) {
	for _, tt := range []struct {
		name   string
		n      int
		remote string
		room   room
		says   string // part of the error; "" = there is room
	}{
		{"nothing known", 1e6, "h:1", room{}, ""},
		{"just fits: 926 + 10 + 64", 926, "h:1", room{files: 1000, inUse: 10, ports: 926}, ""},
		{"a file short", 927, "h:1", room{files: 1000, inUse: 10, ports: 5000}, "need 1001 open files (10 are in use, 64 in reserve) and this process may have 1000"},
		{"a port short", 927, "h:1", room{files: 5000, inUse: 10, ports: 926}, "927 connections at once to h:1 need a local port each and this machine has 926"},
		{"several destinations share ports", 927, "", room{files: 5000, ports: 926}, ""},
		{"files come first", 10000, "h:1", room{files: 1000, ports: 926}, "open files"},
		{"no load", 0, "h:1", room{files: 1000, inUse: 936, ports: 1}, ""},
	} {
		err := tt.room.check(tt.n, tt.remote)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

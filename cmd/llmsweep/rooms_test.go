package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms says what each room may import of the others: upstream only, to where
// the data came from. cmd/llmsweep may import any, and nobody imports it. What
// holds for a room holds for its folders, which may not import the room itself.
var rooms = map[string][]string{
	"stats":     {},
	"tokenizer": {},
	"telemetry": {},
	"dataset":   {"tokenizer"},
	"client":    {"dataset"},
	"loadgen":   {"dataset", "client"},
	"metrics":   {"dataset", "client", "stats"},
	"runlog":    {"metrics"},
	"aggregate": {"runlog", "metrics", "stats"},
	"diagnosis": {"aggregate", "telemetry", "stats"},
	"report":    {"aggregate", "diagnosis", "telemetry", "runlog", "metrics", "stats"},
	"simserver": {"tokenizer"},
	"httpload":  {"loadgen", "client", "runlog", "stats"},
	"sweep":     {"dataset", "tokenizer", "loadgen", "client", "metrics", "stats", "runlog", "telemetry"},
	"cluster":   {},
}

// plans says what the folder that knows a sweep before anything is sent may import of
// those beside it: none that starts a process or asks a server.
var plans = []string{"conf", "redact", "search", "wording"}

func TestRoomsImportDownstreamOnly(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "llmsweep/...")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		room := roomOf(p.ImportPath)
		seen[room] = true
		if room == "cmd" {
			continue
		}
		allowed, ok := rooms[room]
		if !ok {
			t.Errorf("%s: not a room of the design", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			switch to := roomOf(path); {
			case to == room && !below(p.ImportPath, path):
				t.Errorf("%s imports %s, which is above it", p.ImportPath, path)
			case p.ImportPath == "llmsweep/sweep/plan" && to == room && !slices.Contains(plans, strings.TrimPrefix(path, "llmsweep/sweep/")):
				t.Errorf("%s imports %s; of its room it may import %v", p.ImportPath, path, plans)
			case to != "" && to != room && !slices.Contains(allowed, to):
				t.Errorf("%s imports %s; %s may import %v", p.ImportPath, path, room, allowed)
			case to != "" && to != room && strings.Count(path, "/") > 1:
				t.Errorf("%s imports %s, a folder within a room: those are for their own room, and for the command", p.ImportPath, path)
			}
		}
		// A test may look at more than its room, but never at the command.
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if roomOf(path) == "cmd" {
				t.Errorf("a test of %s imports %s", p.ImportPath, path)
			}
		}
	}
	for _, room := range []string{"cmd", "sweep", "dataset", "tokenizer", "loadgen", "client", "metrics", "stats", "runlog", "aggregate", "simserver"} {
		if !seen[room] {
			t.Errorf("room %s is missing", room)
		}
	}
}

// below reports whether a package may import another one of its room: a folder is
// there for the room, and for the folders beside it, but never knows the room.
func below(importer, imported string) bool {
	return imported != importer && !strings.HasPrefix(importer, imported+"/")
}

func TestBelow(t *testing.T) {
	for _, tt := range []struct {
		importer, imported string
		want               bool
	}{
		{"llmsweep/sweep", "llmsweep/sweep/launch", true},
		{"llmsweep/sweep/launch", "llmsweep/sweep/redact", true},
		{"llmsweep/sweep/plan", "llmsweep/sweep", false},
		{"llmsweep/sweep/launch", "llmsweep/sweep", false},
		{"llmsweep/sweep/a/b", "llmsweep/sweep/a", false},
		{"llmsweep/sweep/launcher", "llmsweep/sweep/launch", true},
	} {
		if got := below(tt.importer, tt.imported); got != tt.want {
			t.Errorf("%s imports %s: %v, want %v", tt.importer, tt.imported, got, tt.want)
		}
	}
}

// roomOf is the room that an import path belongs to; "" = none of ours.
func roomOf(path string) string {
	rest, ok := strings.CutPrefix(path, "llmsweep/")
	if !ok {
		return ""
	}
	room, _, _ := strings.Cut(rest, "/")
	return room
}

package main

import (
	"runtime/debug"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"llmsweep/client"
	"llmsweep/simserver"
	"llmsweep/sweep/selftest"
)

// Every command's help fits a screen, says what it is for, and gives an example.
func TestHelp(t *testing.T) {
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example + "\n" + cmd.UsageString()) {
			if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > helpWidth {
				t.Errorf("%s: a line of %d columns: %s", cmd.Name(), n, line)
			}
		}
		if !strings.Contains(cmd.Long+cmd.Example, "  llmsweep ") && cmd.Name() != "version" {
			t.Errorf("%s: no example", cmd.Name())
		}
		if cmd.Short == "" || cmd.Long == "" && cmd.Example == "" && cmd.Name() != "version" {
			t.Errorf("%s: does not say what it is for", cmd.Name())
		}
	}
}

// The self-test's help has its rule, whatever its line breaks.
func TestHelpOfSelftest(t *testing.T) {
	if long := strings.Join(strings.Fields(selftestCommand().Long), " "); !strings.Contains(long, selftest.TrustRule) {
		t.Errorf("no %q in\n%s", selftest.TrustRule, long)
	}
}

// Every example of the help is a command line that the program takes.
func TestHelpExamples(t *testing.T) {
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			line, example := strings.CutPrefix(line, "  llmsweep ")
			if !example {
				continue
			}
			line, _, _ = strings.Cut(line, "  ") // what it does
			line, _, _ = strings.Cut(line, " | ")
			line, _, _ = strings.Cut(line, " > ")
			line, _, _ = strings.Cut(line, " < ")
			if err := readCommandLine(line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// shellWords splits a command line at spaces outside of '…'.
func shellWords(line string) (words []string) {
	inside := false
	for _, w := range strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			inside = !inside
		}
		return !inside && (r == ' ' || r == '\n')
	}) {
		words = append(words, strings.ReplaceAll(w, "'", ""))
	}
	return words
}

func TestBuiltVersion(t *testing.T) {
	of := func(module string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: module}, Settings: settings}
	}
	commit, dirty := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, tt := range []struct {
		info         *debug.BuildInfo
		linked, want string
	}{
		{nil, "", "dev"},
		{of("(devel)"), "", "dev"},
		{of(""), "", "dev"},
		{of("v1.2.3"), "", "v1.2.3"},
		{of("v1.2.3", commit), "v9", "v9"},
		{of("(devel)", commit), "", "0123456"},
		{of("(devel)", commit, dirty), "", "0123456-dirty"},
	} {
		if got := builtVersion(tt.info, tt.linked); got != tt.want {
			t.Errorf("%+v, linked %q: %q, want %q", tt.info, tt.linked, got, tt.want)
		}
	}
}

// Config files, presets and backends are completed.
func TestCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"run ":                       "yaml\nyml\n:8\n", // those endings
		"validate --online some.yam": "yaml\nyml\n:8\n",
		"simulate --preset ":         strings.Join(simserver.Presets(), "\n") + "\n:4\n", // and no files
		"bench --backend ":           strings.Join(client.Backends(), "\n") + "\n:4\n",
	} {
		root := rootCommand()
		var out strings.Builder
		root.SetOut(&out)
		root.SetErr(new(strings.Builder))
		root.SetArgs(append([]string{cobra.ShellCompRequestCmd}, strings.Split(args, " ")...))
		if err := root.Execute(); err != nil || out.String() != want {
			t.Errorf("%s: %v, %q, want %q", args, err, out.String(), want)
		}
	}
}

// A flag's value that cannot be read is told in words of the command line.
func TestFlagFaults(t *testing.T) {
	for args, want := range map[string]string{
		"bench --max-concurrency x":       `invalid argument "x" for "--max-concurrency" flag: want a whole number; llmsweep bench --help lists the flags`,
		"bench --seed -1":                 `invalid argument "-1" for "--seed" flag: want a whole number of 0 or more; llmsweep bench --help lists the flags`,
		"bench --port 1e99":               `invalid argument "1e99" for "--port" flag: want a whole number; llmsweep bench --help lists the flags`,
		"aggregate --gpu-hour two":        `invalid argument "two" for "--gpu-hour" flag: want a number; llmsweep aggregate --help lists the flags`,
		"aggregate --gpu-hour inf":        "--gpu-hour, --machine-hour, --gpus: want numbers of 0 or more, prices up to 1e9",
		"aggregate --slo p99_ttft_ms=inf": "--slo p99_ttft_ms=inf: want a limit, a number of 0 or more",
		"run --fresh=maybe":               `invalid argument "maybe" for "--fresh" flag: want true or false; llmsweep run --help lists the flags`,
		"run --no-such":                   "unknown flag: --no-such; llmsweep run --help lists the flags",
	} {
		root := rootCommand()
		root.SetArgs(strings.Split(args, " "))
		if err := root.Execute(); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", args, err, want)
		}
	}
}

package main

import (
	"cmp"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// parseFault is what Go says of a flag's value, and wantedBy what is wanted there.
var (
	parseFault = regexp.MustCompile(`strconv\.Parse(\w+): parsing .*: (?:invalid syntax|value out of range)$`)
	wantedBy   = map[string]string{"Int": "want a whole number", "Uint": "want a whole number of 0 or more", "Float": "want a number", "Bool": "want true or false"}
)

// helpWidth is how many columns the help of a command's flags takes; what is longer
// goes on where it began.
const helpWidth = 120

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "llmsweep",
		Short: "Benchmark LLM inference servers: one YAML file in, one CSV out",
		Long: `llmsweep drives an LLM inference server over a grid of input/output lengths and
concurrencies, on prompts of exact length, and writes one JSON a case and one CSV.

  llmsweep init > config.yaml     a commented config
  llmsweep plan config.yaml       what would run, and for how long
  llmsweep run config.yaml        run it; run it again to go on after a break`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate(versionLine())
	root.AddCommand(runCommand(), planCommand(), validateCommand(), initCommand(), benchCommand(),
		aggregateCommand(), exportCommand(), compareCommand(), trendCommand(), reportCommand(), httpCommand(),
		tokenizeCommand(), simulateCommand(), selftestCommand(), versionCommand())
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth)))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		text := parseFault.ReplaceAllStringFunc(err.Error(), func(fault string) string { return wantedBy[parseFault.FindStringSubmatch(fault)[1]] })
		return fmt.Errorf("%s; %s --help lists the flags", text, cmd.CommandPath())
	})
	return root
}

func versionLine() string {
	return fmt.Sprintf("llmsweep %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}

// configFiles completes a command's argument with config files.
func configFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeFlag completes a flag with words, once it is there.
func completeFlag(cmd *cobra.Command, flag string, words []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
}

// builtVersion is the version that the linker set; else the module's, or the commit
// that Go found at the build.
func builtVersion(info *debug.BuildInfo, linked string) string {
	if linked != "" || info == nil {
		return cmp.Or(linked, "dev")
	}
	var commit, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 7)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	switch {
	case commit != "":
		return commit + dirty
	case info.Main.Version != "(devel)":
		return cmp.Or(info.Main.Version, "dev")
	}
	return "dev"
}

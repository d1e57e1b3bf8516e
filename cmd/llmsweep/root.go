package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

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
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
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

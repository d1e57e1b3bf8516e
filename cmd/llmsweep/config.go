package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/simserver"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// configFile is the config that a command runs on when none is named.
const configFile = "config.yaml"

// loadConfig reads the config that args name, with --set over it.
func loadConfig(args, sets []string) (*plan.Config, error) {
	c, err := plan.Read(configPath(args), configEnv(), sets...)
	if err != nil {
		return nil, withStatus(exitUsage, err)
	}
	return c, nil
}

func configPath(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return configFile
}

func configEnv() plan.Env {
	return plan.Env{LookupEnv: os.LookupEnv, Now: time.Now(), Presets: simserver.Presets()}
}

func setFlag(cmd *cobra.Command) *[]string {
	return cmd.Flags().StringArray("set", nil, "take `key=value` in place of what the config says; may be repeated")
}

func planCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan [config.yaml]",
		Short: "Print the cases in running order, touching nothing",
		Example: `  llmsweep plan config.yaml
  llmsweep plan config.yaml --set 'concurrency_prompts=[[8, 10x]]'`,
		ValidArgsFunction: configFiles,
		Args:              cobra.MaximumNArgs(1),
	}
	sets := setFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := loadConfig(args, *sets)
		if err != nil {
			return err
		}
		return sweep.PrintPlan(cmd.OutOrStdout(), c, c.Cases(), sweep.LastSpans(c))
	}
	return cmd
}

func validateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate [config.yaml]",
		Short: "Name all faults of a config; with --online, of tokenizer and server too",
		Long: `Validate reads the config and looks at the files that it names (dataset, tokenizer,
certificates), and tells all that is wrong. With --online it also loads the
tokenizer, asks the server, and makes sure that each case's prompts can be made. A
server that the run launches is not started: its commands are read by a shell, its
program is looked for, its port has to be free.
Nothing is measured, and no results folder is made.

Exit status: 0 no faults; 1 the server cannot be reached or has another model, or
the port of one to be launched is taken; 2 the config, or what it names, is wrong.`,
		Example: `  llmsweep validate config.yaml
  llmsweep validate --online config.yaml`,
		ValidArgsFunction: configFiles,
		Args:              cobra.MaximumNArgs(1),
	}
	sets := setFlag(cmd)
	online := cmd.Flags().Bool("online", false, "load the tokenizer and ask the server too")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := loadConfig(args, *sets)
		if err != nil {
			return err
		}
		exe, err := os.Executable()
		if err != nil {
			return withStatus(exitFailed, err)
		}
		r := sweep.Runner{Config: c, Version: version, Executable: exe, Getenv: os.Getenv, Now: time.Now, Progress: newProgress(cmd.ErrOrStderr())}
		if err := r.Validate(cmd.Context(), *online); err != nil {
			return beforeBegin(err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: no faults, %s\n", c.Path, cases(len(c.Cases())))
		return nil
	}
	return cmd
}

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [file]",
		Short: "Write a commented config, to stdout or to a file that is not there yet",
		Example: `  llmsweep init config.yaml
  llmsweep init | less`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprint(cmd.OutOrStdout(), plan.Template())
				return err
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if err != nil {
				return withStatus(exitUsage, err)
			}
			if _, err := f.WriteString(plan.Template()); err != nil {
				f.Close()
				return withStatus(exitFailed, err)
			}
			if err := f.Close(); err != nil {
				return withStatus(exitFailed, err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s; next: llmsweep plan %s\n", args[0], args[0])
			return nil
		},
	}
}

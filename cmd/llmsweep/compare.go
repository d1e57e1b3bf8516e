package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"llmsweep/aggregate"
	"llmsweep/report"
	"llmsweep/runlog"
)

// errNoGates reports a JUnit file without a test case.
var errNoGates = errors.New("--junit: there are no gates to report; give --fail-on, or gate: in the config")

// compareFlags are how a comparison is judged and where it goes.
type compareFlags struct {
	resultsDir, definitions, config string
	failOn                          []string
	all, strict, paired             bool
	markdown, junit, json           string
}

func (f *compareFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.resultsDir, "results-dir", "results", "where @prev and @latest are looked for: a results `folder`")
	fs.StringVar(&f.definitions, "definitions", "llmsweep", "llmsweep, or `vllm`: compute our cases' figures anew from their records, by vLLM's rules")
	fs.StringVar(&f.config, "config", "", "take gates from this `file`; else from the config of the last run named")
	fs.StringArrayVar(&f.failOn, "fail-on", nil, "a `gate`, in place of the config's, such as 'p99_ttft_ms > +5%'; may be repeated")
	fs.BoolVar(&f.strict, "strict", false, "exit with 3 also where a gate cannot tell")
	fs.BoolVar(&f.all, "all", false, "show all figures, not only those that changed")
	fs.StringVar(&f.markdown, "markdown", "", "write Markdown to this `file`; - is stdout")
	fs.StringVar(&f.junit, "junit", "", "write the gates as JUnit XML to this `file`; - is stdout")
	fs.StringVar(&f.json, "json", "", "write JSON to this `file`; - is stdout")
}

func compareCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compare BASE NEW…",
		Short: "Say what changed between runs, beyond their noise; break a gate when it got worse",
		Long: `Compare matches the cases of two or more runs and says which figures changed, by
how much, with confidence intervals and p-values. A run is a results folder, one of
its history, an aggregate_results.csv, a case JSON (vllm bench serve's, too), or

  @latest   the run in --results-dir where it is complete, else the newest in its history
  @prev     the run before that

With gates (--fail-on, or gate: in a config) it exits with 3 when a figure got worse
by more than the tolerance and by more than noise. --ab config.yaml runs a config
of two servers first, case by case in turns, and compares these.

Exit status: 0 compared, no gate broken; 1 a file was skipped; 2 the runs cannot be
compared; 3 a gate is broken, or with --strict cannot tell.`,
		Example: `  llmsweep compare nightly/monday nightly/tuesday
  llmsweep compare @prev @latest --fail-on 'p99_ttft_ms > +5%'
  llmsweep compare --ab two-servers.yaml --markdown summary.md`,
	}
	var flags compareFlags
	flags.register(cmd.Flags())
	ab := cmd.Flags().String("ab", "", "run this `config` of two servers, interleaved, and compare them")
	sets := setFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := flags.check(); err != nil {
			return withStatus(exitUsage, err)
		}
		switch {
		case *ab != "" && len(args) > 0:
			return withStatus(exitUsage, errors.New("--ab runs its config and compares its two servers; name no runs beside it"))
		case *ab != "":
			return compareAB(cmd, *ab, *sets, flags)
		case len(args) < 2:
			return withStatus(exitUsage, errors.New("want two runs or more: llmsweep compare BASE NEW, as in llmsweep compare @prev @latest"))
		case len(*sets) > 0:
			return withStatus(exitUsage, errors.New("--set is for --ab: it changes a config that is run"))
		}
		sides, broken, err := flags.read(cmd.ErrOrStderr(), args)
		if err != nil {
			return withStatus(exitUsage, errors.Join(append(broken, err)...))
		}
		if err := flags.compare(cmd.OutOrStdout(), cmd.ErrOrStderr(), sides); err != nil {
			return err
		}
		if len(broken) > 0 {
			return withStatus(exitFailed, fmt.Errorf("%w\nskipped: %d", errors.Join(broken...), len(broken)))
		}
		return nil
	}
	return cmd
}

// read reads the runs that args name; the first is BASE.
func (f *compareFlags) read(stderr io.Writer, args []string) (sides []*aggregate.Side, broken []error, err error) {
	told := map[string]bool{}
	for _, name := range args {
		path, note, err := aggregate.Resolve(name, f.resultsDir)
		if note != "" && !told[note] {
			fmt.Fprintln(stderr, note)
			told[note] = true
		}
		if err != nil {
			return nil, broken, err
		}
		s, b, err := aggregate.ReadSide(name, path, f.definitions == "vllm")
		broken = append(broken, b...)
		if err != nil {
			return nil, broken, err
		}
		sides = append(sides, s)
	}
	return sides, broken, nil
}

// check faults what is wrong before anything is read or run.
func (f *compareFlags) check() error {
	if f.definitions != "llmsweep" && f.definitions != "vllm" {
		return fmt.Errorf("--definitions %s: want llmsweep or vllm", f.definitions)
	}
	onStdout := 0
	for _, path := range []string{f.markdown, f.junit, f.json} {
		if path == "-" {
			onStdout++
		}
	}
	if onStdout > 1 {
		return errors.New("stdout is one of --markdown, --junit and --json; write the others to files")
	}
	_, err := f.asked()
	return err
}

// asked are the gates of the command line, else of --config.
func (f *compareFlags) asked() (gates []runlog.Gate, err error) {
	texts := f.failOn
	if len(texts) == 0 && f.config != "" {
		c, err := loadConfig([]string{f.config}, nil)
		if err != nil {
			return nil, err
		}
		texts = c.Gate
	}
	for _, text := range texts {
		g, err := runlog.ParseGate(text)
		if err != nil {
			return nil, fmt.Errorf("--fail-on: %w", err)
		}
		gates = append(gates, g)
	}
	return gates, nil
}

// gates are those asked for, else of the config of the last run.
func (f *compareFlags) gates(sides []*aggregate.Side) ([]runlog.Gate, error) {
	if len(f.failOn) == 0 && f.config == "" {
		return sides[len(sides)-1].Gates()
	}
	return f.asked()
}

// compare writes the comparison to where it was asked for; the error is a gate's.
func (f *compareFlags) compare(stdout, stderr io.Writer, sides []*aggregate.Side) error {
	gates, err := f.gates(sides)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	all, err := aggregate.Compare(sides, aggregate.CompareOptions{Gates: gates, Paired: f.paired})
	if err != nil {
		return withStatus(exitUsage, err)
	}
	if len(gates) == 0 && f.junit != "" {
		return withStatus(exitUsage, errNoGates)
	}
	if err := f.write(stdout, all); err != nil {
		return withStatus(exitFailed, err)
	}
	return gateStatus(stderr, all.Gates, f.strict)
}

func (f *compareFlags) write(stdout io.Writer, all *aggregate.Comparisons) error {
	taken := false // stdout, by another form than the terminal's
	for _, form := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{f.markdown, func(w io.Writer) error { return report.CompareMarkdown(w, all, f.all) }},
		{f.junit, func(w io.Writer) error { return report.CompareJUnit(w, all, f.strict) }},
		{f.json, func(w io.Writer) error { return report.CompareJSON(w, all) }},
	} {
		switch form.path {
		case "":
		case "-":
			taken = true
			if err := form.write(stdout); err != nil {
				return err
			}
		default:
			if err := runlog.WriteFile(form.path, form.write); err != nil {
				return err
			}
		}
	}
	if taken {
		return nil
	}
	return report.CompareTerminal(stdout, all, f.all, columns(stdout))
}

// gateStatus is the exit status of the gates.
func gateStatus(stderr io.Writer, gates []aggregate.GateResult, strict bool) error {
	n := map[string]int{}
	for _, g := range gates {
		n[g.Outcome]++
	}
	var said []string
	for _, outcome := range []string{aggregate.GateBroken, aggregate.GateUnknown} {
		if n[outcome] > 0 {
			said = append(said, fmt.Sprintf("%d %s", n[outcome], outcome))
		}
	}
	message := fmt.Sprintf("gate: %s of %d", strings.Join(said, ", "), len(gates))
	switch {
	case n[aggregate.GateBroken] > 0 || strict && n[aggregate.GateUnknown] > 0:
		return withStatus(exitGate, errors.New(message))
	case n[aggregate.GateUnknown] > 0:
		fmt.Fprintln(stderr, message+"; with --strict that is a broken gate")
	}
	return nil
}

// Command llmsweep benchmarks LLM inference servers: one YAML file declares a
// grid of input/output lengths and concurrencies, and the sweep writes one JSON
// a case and folds them into a CSV.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"llmsweep/sweep/launch"
)

// version is set by the linker; without it, it is what Go knows of the build.
var version string

func init() {
	info, _ := debug.ReadBuildInfo()
	version = builtVersion(info, version)
}

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it: the run outlives its terminal
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		cancel(stopped{<-signals})
		for <-signals == syscall.SIGHUP { // a terminal that closes sends several
		}
		// The user will not wait for things to end in order.
		fmt.Fprintln(os.Stderr, "interrupted twice: ended at once; of a run, the same command goes on from here")
		launch.EndNow()
		os.Exit(exitInterrupted)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// A stopped is the cause of all that a signal cut short.
type stopped struct{ by os.Signal }

func (s stopped) Error() string { return "stopped by " + s.what() }

// what is the signal in words.
func (s stopped) what() string {
	switch s.by {
	case os.Interrupt:
		return "Ctrl-C"
	case syscall.SIGHUP:
		return "the end of its terminal"
	}
	return "a signal: " + s.by.String()
}

func (stopped) Unwrap() error { return context.Canceled }

// run is the program without its process; it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(benchArgs(args))
	root.SetIn(stdin)
	out := &output{w: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	return out.status(exitStatus(root.ExecuteContext(ctx), stderr), stderr)
}

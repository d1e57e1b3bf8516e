package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/report"
	"llmsweep/runlog"
)

// reportFile is the page in a results folder.
const reportFile = "report.html"

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report [dir]",
		Short: "Make a self-contained HTML page of a run, or serve it while the run goes on",
		Long: `Report reads a results folder (results, unless another is named) and writes its
findings, charts, tables and configuration as one HTML file that opens without a
network. With --serve it serves the page on loopback instead, and follows a run.`,
		Example: `  llmsweep report
  llmsweep report results -o night.html
  llmsweep report --serve`,
		Args: cobra.MaximumNArgs(1),
	}
	output := cmd.Flags().StringP("output", "o", "", "write the page to this `file` (default DIR/report.html); - is stdout")
	serve := cmd.Flags().String("serve", "", "serve the page on this loopback `address` until Ctrl-C, and follow the run")
	cmd.Flags().Lookup("serve").NoOptDefVal = "127.0.0.1:0"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir := "results"
		if len(args) > 0 {
			dir = args[0]
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return withStatus(exitUsage, fmt.Errorf("report %s: there is no such folder; name the results folder of a run", dir))
		}
		tool := "llmsweep " + version
		if cmd.Flags().Changed("serve") {
			if *output != "" {
				return withStatus(exitUsage, errors.New("--serve and --output: want one of them"))
			}
			return serveReport(cmd.Context(), cmd.OutOrStdout(), *serve, &report.HTMLSource{Dir: dir, Live: true, Tool: tool})
		}
		return writeReport(cmd.OutOrStdout(), *output, &report.HTMLSource{Dir: dir, Tool: tool})
	}
	return cmd
}

// writeReport writes the page and names it on stdout; or writes it to stdout.
func writeReport(stdout io.Writer, output string, source *report.HTMLSource) error {
	path := output
	if path == "" {
		path = filepath.Join(source.Dir, reportFile)
	}
	if output != "-" {
		source.Out = filepath.Dir(path)
	}
	page, err := source.Load()
	if err != nil {
		return withStatus(exitFailed, err)
	}
	if output == "-" {
		return page.Write(stdout)
	}
	if err := runlog.WriteFile(path, page.Write); err != nil {
		return withStatus(exitFailed, err)
	}
	fmt.Fprintln(stdout, path)
	return nil
}

// serveReport serves the page on a loopback address until ctx ends, which is how it
// is meant to end.
func serveReport(ctx context.Context, stdout io.Writer, address string, source *report.HTMLSource) error {
	if err := wantLoopback(address); err != nil {
		return withStatus(exitUsage, err)
	}
	if _, err := source.Load(); err != nil { // before anybody opens the page
		return withStatus(exitFailed, err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return withStatus(exitFailed, fmt.Errorf("--serve %s: %w; take another port, or 0 for a free one", address, err))
	}
	server := &http.Server{Handler: &report.HTMLHandler{Source: source}, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	fmt.Fprintf(stdout, "http://%s/ shows %s; Ctrl-C ends it\n", l.Addr(), source.Dir)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return withStatus(exitFailed, fmt.Errorf("--serve %s: %w", address, err))
	}
	return nil
}

// wantLoopback refuses an address that other machines could reach.
func wantLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--serve %s: want HOST:PORT on loopback, as in --serve=127.0.0.1:0", address)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--serve %s: want a loopback address, as in --serve=127.0.0.1:0; results are not shown to other machines", address)
}

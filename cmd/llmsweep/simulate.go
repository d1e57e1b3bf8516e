package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	config        simserver.Config
	tokenizer     string
	host          string
	port          int
	faults        []string
	apiKeyEnv     string
	exitWithStdin bool
}

func simulateCommand() *cobra.Command {
	var o simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Serve a simulated LLM, with faults on demand",
		Long: `simulate serves a simulated inference server in vLLM's wire shape: completions,
chat, models, metrics, tokenize. It prints one JSON line with its base_url when it
listens, and ends at Ctrl-C.

Faults are KIND[:key=value,...]: status html empty garbage exit stall_first stall
truncate reset error_event malformed close_idle; keys code retry_after after ping
times skip share.

  llmsweep simulate --preset fast
  llmsweep simulate --fault 'status:code=503,times=2' --fault truncate:after=5,share=0.1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return simulate(cmd.Context(), o, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.config.Preset, "preset", "default", "machine to simulate: "+strings.Join(simserver.Presets(), ", "))
	completeFlag(cmd, "preset", simserver.Presets())
	f.StringVar(&o.config.Model, "model", "sim", "name of the served model")
	f.StringVar(&o.tokenizer, "tokenizer", "builtin:qwen3", "tokenizer that counts and writes: builtin:qwen3, a path, or a hub id in the local cache")
	f.StringVar(&o.host, "host", "127.0.0.1", "address to listen on; others than loopback let the network in")
	f.IntVar(&o.port, "port", 0, "port to listen on; 0 = a free one")
	f.Uint64Var(&o.config.Seed, "seed", 0, "seed of texts, lengths and faults")
	f.IntVar(&o.config.MaxNumSeqs, "max-num-seqs", 0, "requests running at once; 0 = the preset's")
	f.IntVar(&o.config.MaxModelLen, "max-model-len", 0, "context window, tokens; 0 = the preset's")
	f.DurationVar(&o.config.TTFT, "ttft", 0, "pace: first token this long after the request, whatever the load")
	f.DurationVar(&o.config.ITL, "itl", 0, "pace: time between tokens")
	f.StringArrayVar(&o.faults, "fault", nil, "fault to inject (repeatable)")
	f.StringVar(&o.apiKeyEnv, "api-key-env", "", "environment variable that holds the API key to ask for")
	f.BoolVar(&o.exitWithStdin, "exit-with-stdin", false, "end when stdin ends, so that no parent leaves it behind")
	return cmd
}

// simulate serves until ctx ends, or stdin where that is asked for.
func simulate(ctx context.Context, o simulateOptions, stdin io.Reader, stdout, stderr io.Writer) error {
	log := slog.New(slog.NewTextHandler(stderr, nil))
	sim, err := newSimulator(o)
	if err != nil {
		return err
	}
	defer sim.Close()
	listener, err := net.Listen("tcp", net.JoinHostPort(o.host, strconv.Itoa(o.port)))
	if err != nil {
		return fmt.Errorf("simulate: %w; choose another --port, or 0 for a free one", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.exitWithStdin {
		go func() {
			_, _ = io.Copy(io.Discard, stdin) // any end of it will do
			cancel()
		}()
	}
	server := &http.Server{Handler: sim, ConnContext: simserver.ConnContext, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() }) // answers under way are cut
	defer stopped()
	baseURL := "http://" + listener.Addr().String()
	if err := announce(stdout, baseURL, sim.Config()); err != nil {
		_ = listener.Close()
		return err
	}
	if !o.exitWithStdin {
		c := sim.Config()
		fmt.Fprintf(stderr, "Try it, and end it with Ctrl-C:\n  curl -N %s/v1/completions -H 'Content-Type: application/json' -d '{\"model\":%q,\"prompt\":\"Hello\",\"max_tokens\":16,\"stream\":true}'\n", baseURL, c.Model)
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("simulate: %w", err)
	}
	return nil
}

func newSimulator(o simulateOptions) (*simserver.Server, error) {
	c := o.config
	for _, text := range o.faults {
		f, err := simserver.ParseFault(text)
		if err != nil {
			return nil, err
		}
		c.Faults = append(c.Faults, f)
	}
	if o.apiKeyEnv != "" {
		if c.APIKey = os.Getenv(o.apiKeyEnv); c.APIKey == "" {
			return nil, fmt.Errorf("--api-key-env %s: the variable is not set; export it, or leave the flag out", o.apiKeyEnv)
		}
	}
	c.OnExit = func() { os.Exit(exitFailed) } // fault "exit" is a crash: nothing is cleaned up
	tok, err := tokenizer.Load(o.tokenizer, tokenizer.LoadOptions{Getenv: os.Getenv})
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	c.Tokenizer = tok
	return simserver.New(c)
}

// announce is the one line on stdout that a parent process waits for.
func announce(stdout io.Writer, baseURL string, c simserver.Config) error {
	return json.NewEncoder(stdout).Encode(struct {
		BaseURL string `json:"base_url"`
		PID     int    `json:"pid"`
		Model   string `json:"model"`
		Preset  string `json:"preset"`
	}{baseURL, os.Getpid(), c.Model, c.Preset})
}

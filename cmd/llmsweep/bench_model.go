package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"llmsweep/client"
)

// askAgain is how long a server that is not up yet is left alone.
const askAgain = time.Second

// findModel takes, where no model is named, the first one that the server lists, as
// vLLM does. The simulator has any.
func (b *benchFlags) findModel(ctx context.Context, f *pflag.FlagSet) error {
	if b.model != "" || b.spelling.served != "" || strings.HasPrefix(b.baseURL, "sim:") {
		return nil
	}
	b.model = "unknown" // for the other flags' sake: they are checked, and say how to ask
	c, err := b.config(f)
	b.model = ""
	if err != nil {
		return withStatus(exitUsage, err)
	}
	server, err := client.New(client.Config{
		Backend: c.Backend, BaseURL: c.BaseURL, APIKey: os.Getenv(c.APIKeyEnv), Headers: c.Headers, TLS: c.TLS, Timeouts: c.Timeouts,
	})
	if err != nil {
		return withStatus(exitUsage, err)
	}
	defer server.Close()
	for until := time.Now().Add(c.ReadyTimeout); ; {
		all, err := server.Models(ctx)
		switch {
		case err == nil && len(all.IDs) == 0:
			return withStatus(exitUsage, errors.New("--model: missing, and the server lists none; give the model's name as the server knows it"))
		case err == nil:
			b.model = all.IDs[0]
			return nil
		case ctx.Err() != nil || !time.Now().Add(askAgain).Before(until):
			return beforeBegin(errors.Join(err, context.Cause(ctx)))
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
		}
	}
}

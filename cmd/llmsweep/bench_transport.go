package main

import (
	"strings"

	"github.com/spf13/pflag"
)

// transportFlags are those of vllm bench serve about how servers are reached and
// which of their models answer.
type transportFlags struct {
	lora     []string
	insecure bool
}

func (b *transportFlags) register(f *pflag.FlagSet) {
	f.StringArrayVar(&b.lora, "lora-modules", nil, "`names` of LoRA modules that requests are for, each as likely; several with spaces between")
	f.BoolVar(&b.insecure, "insecure", false, "do not check the server's TLS certificate")
}

// into adds the flags to a config's keys.
func (b *transportFlags) into(doc map[string]any) {
	if names := strings.Fields(strings.Join(b.lora, " ")); len(names) > 0 {
		doc["lora"] = names
	}
	if b.insecure {
		doc["tls"] = map[string]any{"insecure": true}
	}
}

package plan

import (
	"encoding/json"
	"strings"
	"testing"
)

// Faults of the keys that say how servers are reached, each where it stands.
func TestTransportFaults(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"tls: {cert: c.pem}", "tls: cert and key belong together; give both, or neither"},
		{"tls: {ca: 1}", "tls.ca: 1, want a PEM file of the authority's certificate; write it in quotes"},
		{"tls: {cacert: f}", "tls.cacert: unknown key; did you mean cert?"},
		{"tls: {insecure: 1}", "tls.insecure: 1, want true or false"},
		{"tls: ca.pem", "tls: ca.pem, want a mapping with keys of ca, cert, key, server_name, insecure"},
		{"protocol: h2", "protocol: h2, want http1, http2 or auto"},
		{"lora: {a: 0}", "lora.a: 0, want a weight, a number above 0"},
		{"lora: [a, b, a]", "lora[2]: a, want each adapter once"},
		{"lora: a", "lora: a, want adapters with their weights, as in {adapter-a: 3, adapter-b: 1}, or a list of adapters"},
		{"ready: health", "ready: health, want auto, probe, a page of the server such as /health, or a URL"},
		{"model_check: warn", "model_check: warn, want true or false"},
		{"servers: [{name: a, base_url: 'unix:///s', launch: x}]", "base_url: \"unix:///s\", want http://host:port, where the one server that is launched listens"},
		{"servers: [{name: a, base_url: ['http://a', 'http://b'], launch: x}]", "want http://host:port, where the one server that is launched listens"},
		{"matrix: {base_url: [['http://a:1', 'http://a:1']]}", "base_url[1]: \"http://a:1\", want each server once"},
		{"matrix: {base_url: [['http://a:1', 'sim:fast']]}", "base_url[1]: \"sim:fast\", want http://host:port, https://host:port or unix:///path/of.sock; a simulator"},
		{"matrix: {base_url: [[]]}", "want a list of base URLs, at least one"},
	} {
		_, err := Parse("c.yaml", []byte(base+tt.text+"\n"), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\ngot:  %v\nwant: %s", tt.text, err, tt.want)
		}
	}
}

// A list of base URLs stays one in files, and varies as a whole; servers have
// variables within theirs.
func TestSeveralBaseURLs(t *testing.T) {
	c := parse(t, "", "base_url=[http://a:1, unix:///run/b.sock]")
	if c.BaseURL != "http://a:1,unix:///run/b.sock" || !c.SeveralServers() {
		t.Errorf("base_url %q", c.BaseURL)
	}
	text, err := json.Marshal(c.Redacted()["base_url"])
	if err != nil || string(text) != `["http://a:1","unix:///run/b.sock"]` {
		t.Errorf("in files %s, %v", text, err)
	}
	if one := parse(t, "", "base_url=[http://a:1]"); one.BaseURL != "http://a:1" || one.SeveralServers() || one.Redacted()["base_url"] != "http://a:1" {
		t.Errorf("a list of one: %q", one.BaseURL)
	}
	varied := parse(t, "matrix: {base_url: [[http://a:1, http://b:2], http://c:3]}\n").Cases()
	if len(varied) != 2 || varied[0].Config.BaseURL != "http://a:1,http://b:2" || varied[1].Config.BaseURL != "http://c:3" || varied[0].Name == varied[1].Name {
		t.Errorf("%d cases: %+v", len(varied), varied)
	}
	servers := parse(t, "matrix: {n: [1, 2]}\nservers: [{name: 's${n}', base_url: ['http://a:${n}', 'http://b:${n}'], tls: {ca: 'ca${n}.pem'}, protocol: http2}]\n").Cases()
	if len(servers) != 2 || servers[1].Config.BaseURL != "http://a:2,http://b:2" || servers[1].Config.TLS.CA != "ca2.pem" || servers[1].Config.Protocol != "http2" {
		t.Errorf("%d cases of servers, the last at %s with %+v", len(servers), servers[len(servers)-1].Config.BaseURL, servers[len(servers)-1].Config.TLS)
	}
}

// A simulator that there is not is a fault of the config, where the presets are
// known.
func TestPresetFault(t *testing.T) {
	env := testEnv(nil)
	text := []byte("base_url: sim:defualt\ninput_output: [[1, 1]]\nconcurrency_prompts: [[1, 1]]\n")
	if _, err := Parse("c", text, env); err != nil {
		t.Errorf("without presets: %v", err)
	}
	env.Presets = []string{"default", "fast"}
	_, err := Parse("c", text, env)
	if want := "c:1:11: base_url: sim:defualt, want sim: with a preset of the simulator: default, fast; did you mean default?"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

package plan

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

const serversBase = "model: m\ntokenizer: builtin:qwen3\ninput_output: [[8, 8]]\nconcurrency_prompts: [[1, 1], [2, 2]]\n"

// The examples of the documentation read, with their variables in place.
func TestDocumentedServers(t *testing.T) {
	text, err := os.ReadFile("../../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	if len(blocks) != 5 {
		t.Errorf("%d examples", len(blocks))
	}
	for _, b := range blocks {
		b, _, _ = strings.Cut(b, "```")
		base := serversBase
		if strings.Contains(b, "\nmodel:") || strings.HasPrefix(b, "model:") {
			base = strings.TrimPrefix(base, "model: m\n")
		}
		if !strings.Contains(b, "matrix:") {
			base += "matrix: {tp: [1, 2]}\n"
		}
		c, err := Parse("c", []byte(base+b), testEnv(map[string]string{"HF_TOKEN": "hf_secret"}))
		if err != nil {
			t.Errorf("%s\n%v", b, err)
			continue
		}
		first := c.Cases()[0]
		e, err := first.Config.ExpandServer(&first, first.Config.CaseVariables(&first))
		if err != nil || strings.Contains(e.Launch+e.Stop+e.Name+first.Config.BaseURL, "${") || !strings.HasSuffix(e.Name, "TP1") {
			t.Errorf("%+v, %v", e, err)
		}
		if said, err := json.Marshal(c.Redacted()); err != nil || strings.Contains(string(said), "hf_secret") {
			t.Errorf("%s, %v", said, err)
		}
	}
}

// Servers vary right within the repeats; an entry's keys stand in place of the
// config's, and its labels beside them.
func TestServersPlan(t *testing.T) {
	const text = serversBase + `
labels: {site: lab}
matrix: {sampling.temperature: [0, 1], tp: [1, 2]}
servers:
  - {name: "a-${tp}", base_url: "http://a${tp}:8000", launch: "serve --tp ${tp} --max ${max_concurrency} --port ${port}", gpus: 4}
  - {name: b, base_url: "http://b:8000", model: other, labels: {gpu: L40S}}
`
	c, err := Parse("c", []byte(text), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	hashes := map[string]bool{}
	for _, pc := range c.Cases() {
		e, err := pc.Config.ExpandServer(&pc, pc.Config.CaseVariables(&pc))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join([]string{pc.Name, pc.Axes.Server, pc.Config.BaseURL, pc.Config.Model, pc.Config.Labels["site"] + pc.Config.Labels["gpu"], e.GPUs, e.Launch}, " "))
		hash, err := pc.Config.CaseHash(pc, "tok")
		if err != nil {
			t.Fatal(err)
		}
		hashes[hash] = true
	}
	want := []string{
		"bench_io8x8_mc1_np1_srva-1_tp1_temperature0 a-1 http://a1:8000 m lab 4 serve --tp 1 --max 1 --port 8000",
		"bench_io8x8_mc2_np2_srva-1_tp1_temperature0 a-1 http://a1:8000 m lab 4 serve --tp 1 --max 2 --port 8000",
		"bench_io8x8_mc1_np1_srva-1_tp1_temperature1 a-1 http://a1:8000 m lab 4 serve --tp 1 --max 1 --port 8000",
	}
	if len(got) != 16 || !slices.Equal(got[:3], want) || got[15] != "bench_io8x8_mc2_np2_srvb_tp2_temperature1 b http://b:8000 other labL40S  " {
		t.Errorf("%d cases:\n%s", len(got), strings.Join(got, "\n"))
	}
	if len(hashes) != 12 { // b's are the same whatever tp is
		t.Errorf("%d hashes", len(hashes))
	}
}

func TestServersFaults(t *testing.T) {
	const url = "base_url: 'http://a:1'"
	for _, tt := range []struct{ servers, want string }{
		{"{a: b}", "servers: a mapping, want a list of servers"},
		{"[{" + url + "}]", "servers[0].name: missing"},
		{"[{name: a, " + url + "}, {name: A, " + url + "}]", "servers[1].name: A, want each name once"},
		{"[{name: a}]", "c:5:11: servers[0].base_url: missing"},
		{"[{name: a, " + url + "}, {name: b, base_url: 'http://b:1', model: [x], gpus: [1]}]", "servers[1].model: [x], want the model's name"},
		{"[{name: a, " + url + "}, {name: b, base_url: 'http://b:1', gpus: [1]}]", "servers[1].gpus: [1], want how many GPUs"},
		{"[{name: a, base_url: nowhere}]", "base_url: nowhere, want http://host:port"},
		{"[{name: a, base_url: 'sim:fast', launch: x}]", "base_url: \"sim:fast\", want http://host:port, where the server that is launched listens"},
		{"[{name: a, lunch: x, " + url + "}]", "servers[0].lunch: unknown key; did you mean launch?"},
		{"[{name: a, launch: 'x ${tp}', " + url + "}]", "server a: launch: ${tp} is not set"},
		{"[{name: 'a${tp}', " + url + "}]", "servers[0].name: ${tp} is not set"},
	} {
		_, err := Parse("c", []byte(serversBase+"servers: "+tt.servers+"\n"), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v\nwant %s", tt.servers, err, tt.want)
		}
	}
	_, err := Parse("c", []byte(serversBase+"base_url: http://a:1\nmatrix: {tp: [1, 2]}\n"), testEnv(nil))
	if err == nil || !strings.Contains(err.Error(), "tp") {
		t.Errorf("a variable that nobody names: %v", err)
	}
	_, err = Parse("c", []byte(serversBase+"matrix: {model: [x, y]}\nservers: [{name: a, model: z, "+url+"}]\n"), testEnv(nil))
	if err == nil || !strings.Contains(err.Error(), "varies twice") {
		t.Errorf("a key of both matrix and servers: %v", err)
	}
}

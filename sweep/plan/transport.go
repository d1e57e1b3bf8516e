package plan

import (
	"fmt"
	"slices"
	"strings"

	"llmsweep/client"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
)

// The values of ready, beside a page of the server or a URL.
const (
	ReadyAuto  = "auto"  // /v1/models, else /health
	ReadyProbe = "probe" // a request of one token, answered to its end
)

// readBaseURL reads one base URL, or a list of those that requests go to in turn;
// the Config has these with commas between.
func readBaseURL(dst *string) conf.Read {
	const want = "http://host:port, https://host:port, unix:///path/of.sock or sim:default"
	one := conf.ReadText(dst, checkBaseURLs, want)
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList {
			one(r, key, v)
			return
		}
		if len(v.Items) == 0 {
			r.Complain(key, v, "a list of base URLs, at least one")
			return
		}
		var all []string
		seen := map[string]conf.Position{}
		for i, item := range v.Items {
			itemKey := fmt.Sprintf("%s[%d]", key, i)
			var text string
			conf.ReadText(&text, checkSeveral, "http://host:port, https://host:port or unix:///path/of.sock")(r, itemKey, item)
			if at, twice := seen[text]; twice && text != "" {
				r.Complain(itemKey, item, "each server once"+at.AlreadyThere())
			}
			seen[text] = item.At
			all = append(all, text)
		}
		*dst = strings.Join(all, ",")
	}
}

// checkBaseURLs is for one base URL, or several with commas between.
func checkBaseURLs(s string) (string, bool) {
	all := client.BaseURLs(s)
	if len(all) == 1 {
		return checkBaseURL(s)
	}
	for i, one := range all {
		if hint, ok := checkSeveral(one); !ok {
			return hint, false
		}
		if slices.Contains(all[:i], one) {
			return "; " + one + " stands there twice", false
		}
	}
	return "", true
}

// checkSeveral is for one base URL of several.
func checkSeveral(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, simScheme):
		return "; a simulator of the sweep's own is one alone: start several by llmsweep simulate", false
	case strings.Contains(s, ","):
		return "; write one a line", false
	}
	return checkBaseURL(s)
}

// checkPreset faults a simulator that there is not.
func (r *reader) checkPreset(c *Config, root *conf.Value) {
	name, sim := c.Preset()
	if !sim || r.presets == nil || slices.Contains(r.presets, name) {
		return
	}
	v, _ := root.Get("base_url")
	r.Complain("base_url", v, "sim: with a preset of the simulator: "+strings.Join(r.presets, ", ")+conf.DidYouMean(name, r.presets))
}

// SeveralServers reports whether base_url names more than one server.
func (c *Config) SeveralServers() bool { return strings.Contains(c.BaseURL, ",") }

// BaseURLValue is base_url as the YAML has it.
func BaseURLValue(baseURL string) any {
	masked := redact.URL(baseURL)
	if all := client.BaseURLs(masked); len(all) > 1 {
		return all
	}
	return masked
}

func readTLS(o *client.TLSOptions) conf.Read {
	return conf.ReadNested(
		conf.Key("ca", conf.ReadText(&o.CA, notEmpty, "a PEM file of the authority's certificate")),
		conf.Key("cert", conf.ReadText(&o.Cert, notEmpty, "a PEM file of the client's certificate")),
		conf.Key("key", conf.ReadText(&o.Key, notEmpty, "a PEM file of the certificate's private key")),
		conf.Key("server_name", conf.ReadText(&o.ServerName, notEmpty, "the name that the server's certificate is for")),
		conf.Key("insecure", conf.ReadFlag(&o.Insecure)),
	)
}

// tlsValue is TLS options as the YAML has them: those that are set.
func tlsValue(o client.TLSOptions) map[string]any {
	m := map[string]any{}
	for name, text := range map[string]string{"ca": o.CA, "cert": o.Cert, "key": o.Key, "server_name": o.ServerName} {
		if text != "" {
			m[name] = text
		}
	}
	if o.Insecure {
		m["insecure"] = true
	}
	return m
}

// checkTLS faults half a certificate.
func (r *reader) checkTLS(c *Config, root *conf.Value) {
	if v, ok := root.Get("tls"); ok && !r.Faulted("tls") && (c.TLS.Cert == "") != (c.TLS.Key == "") {
		r.Faults = append(r.Faults, v.At.Fault("tls", "", "cert and key belong together; give both, or neither"))
	}
}

// readReady reads how a server's readiness is asked for.
func readReady(dst *string) conf.Read {
	return conf.ReadText(dst, func(s string) (string, bool) {
		switch {
		case s == ReadyAuto, s == ReadyProbe:
			return "", true
		case strings.HasPrefix(s, "/"):
			return isPath(s)
		}
		_, hint, ok := parseURL(s, "http", "https")
		return hint, ok
	}, "auto, probe, a page of the server such as /health, or a URL")
}

// simScheme marks a base_url that names a preset of the embedded simulator.
const simScheme = "sim:"

// Preset is the simulator's preset that base_url names; ok is false for a real server.
func (c *Config) Preset() (name string, ok bool) { return strings.CutPrefix(c.BaseURL, simScheme) }

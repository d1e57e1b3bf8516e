package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// htmlBuild makes the page's content of a run's cases and of what its searches found;
// run is nil where the folder has no manifest.
func htmlBuild(cases []loadedCase, run *runlog.Run, found runlog.Found, href func(name string) string) *HTML {
	rows := make([]aggregate.Row, len(cases))
	for i := range cases {
		rows[i] = cases[i].row
	}
	begun := slices.IndexFunc(rows, func(r aggregate.Row) bool { return r.Status == runlog.StatusStarted })
	if begun < 0 {
		begun = len(rows)
	}
	rd := aggregate.Read(rows[:begun], aggregate.ReadOptions{SLO: aggregate.SLOOf(run), Found: found}) // cases without an end stand last, and have no figures
	h := &HTML{Found: rd.Found, Title: htmlTitle(rows, run), Verdicts: htmlVerdicts(cases), Many: htmlColumnsOf(rows)}
	for i := range cases {
		h.Cases = append(h.Cases, htmlCaseOf(&cases[i], href))
		if f := cases[i].file; f != nil {
			for _, n := range f.Notes {
				h.Notes = append(h.Notes, htmlNote{link{rows[i].Case, href(rows[i].Case)}, n})
			}
		}
		if cases[i].broken != "" {
			h.Warnings = append(h.Warnings, rows[i].Case+": "+cases[i].broken)
		}
	}
	h.Compared, h.Findings, h.Left = htmlFindings(rows, rd, href)
	h.Kinds = htmlKinds(rows, rd, href)
	h.charts = htmlChartsOf(cases, rows, rd, h.Cases)
	h.fromRun(cases, run)
	return h
}

// fromRun takes over what the manifest says, or else the first case's file.
func (h *HTML) fromRun(cases []loadedCase, run *runlog.Run) {
	environment, server := map[string]any{}, map[string]any{}
	for i := range cases {
		if f := cases[i].file; f != nil {
			environment, server = f.Environment, f.Server
			h.Subtitle = htmlDate(f.Date)
			break
		}
	}
	if run != nil {
		h.Subtitle = htmlJoin(" · ", time.Unix(0, run.StartUnixNS).UTC().Format("2006-01-02 15:04:05 MST"), "measured by "+run.Tool)
		h.Warnings = append(h.Warnings, run.Warnings...)
		h.Config = htmlConfig(run.Config)
		if len(run.Host) > 0 {
			environment = run.Host
		}
		if len(run.Server) > 0 {
			server = run.Server
		}
		h.Progress = htmlProgress(cases, run)
	}
	h.Environment, h.Server = htmlPairs("", environment), htmlPairs("", server)
}

func htmlTitle(rows []aggregate.Row, run *runlog.Run) string {
	models, servers := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		if r.Model != "" {
			models[r.Model] = true
		}
		if r.Server != "" {
			servers[r.Server] = true
		}
	}
	var config map[string]any
	if run != nil {
		config, _ = run.Config.(map[string]any)
	}
	if m, ok := config["model"].(string); ok && len(models) == 0 {
		models[m] = true
	}
	if u, ok := config["base_url"].(string); ok && len(servers) == 0 {
		servers[u] = true
	}
	return cmp.Or(htmlJoin(" on ", htmlNamesOf(models, "models"), htmlNamesOf(servers, "servers")), "A run")
}

// htmlNamesOf are up to three names, or how many there are.
func htmlNamesOf(names map[string]bool, of string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%d %s", len(names), of)
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// htmlDate is the date of a case file, 20261122-183602, as people write it.
func htmlDate(s string) string {
	t, err := time.Parse("20060102-150405", s)
	if err != nil {
		return s
	}
	return t.Format("2006-01-02 15:04:05")
}

// htmlProgress says how far a run is that is not complete.
func htmlProgress(cases []loadedCase, run *runlog.Run) string {
	if run.Complete {
		return ""
	}
	measured := 0
	working := ""
	for i := range cases {
		switch cases[i].row.Status {
		case runlog.StatusMeasured:
			measured++
		case runlog.StatusStarted:
			working = cases[i].row.Case
		}
	}
	text := fmt.Sprintf("%d of %d cases measured", measured, len(run.Cases))
	if working != "" {
		text += "; begun and without an end so far: " + working
	}
	return text
}

// htmlVerdicts counts the cases by verdict, best first.
func htmlVerdicts(cases []loadedCase) []htmlCount {
	counts := map[string]int{}
	for i := range cases {
		counts[htmlVerdict(&cases[i].row)]++
	}
	order := []string{metrics.Valid, metrics.Suspect, metrics.Invalid, runlog.StatusFailed, runlog.StatusInterrupted, runlog.StatusStarted}
	var out []htmlCount
	for _, v := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(htmlRank(order, a), htmlRank(order, b)), cmp.Compare(a, b))
	}) {
		out = append(out, htmlCount{v, counts[v]})
	}
	return out
}

func htmlRank(order []string, v string) int {
	if i := slices.Index(order, v); i >= 0 {
		return i
	}
	return len(order)
}

// noVerdict is that of a file from elsewhere.
const noVerdict = "no verdict"

// htmlVerdict is the case's status where it has no figures, else its validity.
func htmlVerdict(r *aggregate.Row) string {
	if v := caseVerdict(r); v != "–" {
		return v
	}
	return noVerdict
}

// htmlConfig is the manifest's config as text.
func htmlConfig(config any) string {
	switch c := config.(type) {
	case nil:
		return ""
	case string:
		return c
	}
	b, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return fmt.Sprint(config) // cannot be: it came from JSON
	}
	return string(b)
}

// htmlPairs are a map's values by their names, sorted, those of maps within as
// outer.inner.
func htmlPairs(prefix string, m map[string]any) [][2]string {
	var out [][2]string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		switch v := m[k].(type) {
		case map[string]any:
			out = append(out, htmlPairs(prefix+k+".", v)...)
		case string:
			out = append(out, [2]string{prefix + k, v})
		default:
			b, err := json.Marshal(v)
			if err != nil {
				b = fmt.Append(nil, v)
			}
			out = append(out, [2]string{prefix + k, string(b)})
		}
	}
	return out
}

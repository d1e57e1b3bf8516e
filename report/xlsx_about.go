package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// about is the sheet of what stands behind the figures: every doubt, what could
// not be read, and how each run was configured.
func (b *book) about(wb Workbook) error {
	out, err := b.begin(sheetAbout, []string{"about", "what", "value"}, 0, width{1, 2, 36}, width{3, 3, 100})
	if err != nil {
		return err
	}
	at := 2
	for _, line := range aboutLines(wb) {
		if err := out.SetRow(cell(1, at), []any{line[0], line[1], line[2]}); err != nil {
			return err
		}
		at++
	}
	return out.Flush()
}

func aboutLines(wb Workbook) [][3]string {
	valid, suspect, invalid, failed := verdictCounts(wb.Rows)
	lines := [][3]string{
		{"cases", "all", fmt.Sprint(len(wb.Rows))}, {"cases", "valid", fmt.Sprint(valid)}, {"cases", "suspect", fmt.Sprint(suspect)},
		{"cases", "invalid", fmt.Sprint(invalid)}, {"cases", "failed or interrupted", fmt.Sprint(failed)},
		{"cases", "from elsewhere, without a verdict", fmt.Sprint(len(wb.Rows) - valid - suspect - invalid - failed)},
		{"cases", "gray percentile", "of too few requests to be relied on: of fewer than 64 for a p90, 130 for a p95, 662 for a p99"},
	}
	for i := range wb.Rows {
		if why := caseReasons(&wb.Rows[i]); why != "" {
			lines = append(lines, [3]string{caseVerdict(&wb.Rows[i]), wb.Rows[i].Case, why})
		}
	}
	for _, err := range wb.Broken {
		lines = append(lines, [3]string{"not read", "", err.Error()})
	}
	for _, r := range wb.Runs {
		name := "run " + r.Folder
		lines = append(lines,
			[3]string{name, "tool", r.Run.Tool},
			[3]string{name, "start", time.Unix(0, r.Run.StartUnixNS).UTC().Format(time.RFC3339)},
			[3]string{name, "complete", fmt.Sprint(r.Run.Complete)})
		for _, w := range r.Run.Warnings {
			lines = append(lines, [3]string{name, "warning", w})
		}
		lines = append(lines, flat(name, "host", r.Run.Host)...)
		lines = append(lines, flat(name, "server", r.Run.Server)...)
		lines = append(lines, flat(name, "config", r.Run.Config)...)
	}
	return lines
}

// flat is a value's leaves, a line each, by the path that leads there; a list is
// one leaf, as JSON.
func flat(run, path string, v any) [][3]string {
	if m, ok := v.(map[string]any); ok {
		var lines [][3]string
		for _, key := range slices.Sorted(maps.Keys(m)) {
			lines = append(lines, flat(run, path+"."+key, m[key])...)
		}
		return lines
	}
	if text, ok := v.(string); ok {
		return [][3]string{{run, path, text}}
	}
	b, err := json.Marshal(v)
	if err != nil {
		b = fmt.Append(nil, v)
	}
	return [][3]string{{run, path, string(b)}}
}

package report

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io"

	"llmsweep/aggregate"
)

// The page's parts. The charts library is Apache ECharts 6.1.0's own
// dist/echarts.common.min.js from its npm package, compressed; its licence lies
// beside it, and its head says so in the page.
//
//go:embed assets/page.html assets/page.css assets/*.js assets/echarts.common.min.js.gz
var htmlAssets embed.FS

// htmlScripts are our own, in the order in which they stand in the page.
var htmlScripts = []string{"base.js", "charts.js", "timeline.js", "heat.js", "table.js", "page.js"}

// htmlExecute executes one of page.html's templates.
func htmlExecute(w io.Writer, name string, h *HTML) error {
	t, err := template.New("").Funcs(template.FuncMap{
		"css":     func() (template.CSS, error) { s, err := htmlAsset("page.css"); return template.CSS(s), err },
		"scripts": htmlOwnScript,
		"library": htmlLibrary,
		"figure":  htmlFigure,
		"raw":     htmlRaw,
		"name":    htmlName,
		"last":    aggregate.LastPart,
		"money":   money,
		"per1000": func(cost float64) string { return money(1000 * cost) },
	}).ParseFS(htmlAssets, "assets/page.html")
	if err != nil {
		return fmt.Errorf("the report's template: %w", err)
	}
	if err := t.ExecuteTemplate(w, name, h); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

func htmlAsset(name string) (string, error) {
	b, err := htmlAssets.ReadFile("assets/" + name)
	return string(b), err
}

func htmlOwnScript() (template.JS, error) {
	var all bytes.Buffer
	for _, name := range htmlScripts {
		s, err := htmlAsset(name)
		if err != nil {
			return "", err
		}
		all.WriteString(s)
	}
	return template.JS(all.String()), nil
}

func htmlLibrary() (template.JS, error) {
	f, err := htmlAssets.Open("assets/echarts.common.min.js.gz")
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return template.JS(b), err
}

package report

import "testing"

// TestHTMLLegendInBrowser: of ten curves each is named in the legend, on as many lines
// as that takes, and past eight curves a colour comes again with another line.
func TestHTMLLegendInBrowser(t *testing.T) {
	b := startChromium(t)
	r := testRun{model: "qwen3", loads: []int{1, 4}, requests: 8}
	for _, in := range []int{16, 32, 64, 128, 2560} {
		r.lengths = append(r.lengths, [2]int{in, 8}, [2]int{in, 16})
	}
	path, _ := writePage(t, r.make(t))
	b.open("file://" + path)
	shown := "drawn.get('c-throughput').getOption()"
	for script, want := range map[string]any{
		shown + ".legend[0].type":                                                "plain",
		shown + ".legend[0].data.length":                                         10.0,
		"byId('c-throughput').clientHeight > 360":                                true, // taller by the lines after the first
		shown + ".grid[0].top > 70":                                              true,
		shown + ".series[1].lineStyle.type":                                      "solid",
		shown + ".series[9].lineStyle.type":                                      "dashed",
		shown + ".series[9].color === " + shown + ".series[1].color":             true,
		"document.querySelector('.heat thead').textContent":                      "input ↓  output →8 tok16 tok", // lengths are whole
		"document.querySelector('.heat tbody').lastChild.firstChild.textContent": "2560 tok",
	} {
		if got := b.eval(script); got != want {
			t.Errorf("%s is %v, want %v", script, got, want)
		}
	}
}
